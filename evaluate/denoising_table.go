package evaluate

import (
	"fmt"
	"slices"
)

// DenoisingTable returns a table of rows: the PSNR of every method, and behind it in decibels how far a method that is not tuned is above the
// best classical one, of the tuning skies and of the judged ones, and above the specialist.
func DenoisingTable(rows []DenoisingRow) Table {
	t := Table{
		Columns: []string{"skies", "noise"},
		Caption: "PSNR in dB against the peak of each sky, with 95 % bootstrap intervals of the mean; “over best” is the difference over the " +
			"same skies to the classical method that was best on the tuning skies of each family, “over best judged” that to the one that was best on the judged skies themselves, “over specialist” that to " +
			"the denoiser trained on the group; negative pixels are set to 0 in what methods return, not in the noisy images",
	}
	if len(rows) == 0 {
		return t
	}
	t.Columns = append(t.Columns, "noisy")
	for _, s := range rows[0].Scores {
		t.Columns = append(t.Columns, s.Method)
		for _, d := range s.differences(rows) {
			t.Columns = append(t.Columns, d.title)
		}
	}
	for _, row := range rows {
		line := []string{row.Name, fmt.Sprint(row.Sigma), fmt.Sprintf("%.2f", row.Noisy.Mean)}
		for _, s := range row.Scores {
			line = append(line, fmt.Sprintf("%.2f", s.PSNR.Mean))
			for _, d := range s.differences(rows) {
				line = append(line, d.value)
			}
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

// column is a difference in a table.
type column struct{ title, value string }

// differences returns the columns behind a method that any of the rows fills; empty in the rows that do not.
func (s DenoisingScore) differences(rows []DenoisingRow) (columns []column) {
	for _, kind := range []struct {
		title string
		of    func(DenoisingScore) *Decibels
	}{
		{"over best", func(s DenoisingScore) *Decibels { return s.Gain }},
		{"over best judged", func(s DenoisingScore) *Decibels { return s.Judged }},
		{"over specialist", func(s DenoisingScore) *Decibels { return s.Special }},
	} {
		used := slices.ContainsFunc(rows, func(r DenoisingRow) bool {
			return slices.ContainsFunc(r.Scores, func(other DenoisingScore) bool { return other.Method == s.Method && kind.of(other) != nil })
		})
		if !used {
			continue
		}
		c := column{title: kind.title}
		if d := kind.of(s); d != nil {
			c.value = d.signed()
		}
		columns = append(columns, c)
	}
	return columns
}

// signed writes a difference as "+2.34 [+1.90, +2.80]".
func (d Decibels) signed() string { return fmt.Sprintf("%+.2f [%+.2f, %+.2f]", d.Mean, d.Lo, d.Hi) }
