package calibrate

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// columns are the header of a CSV table and its version: a file with another header is refused.
var columns = [...]string{"station", "time_mjd", "amplitude", "phase_deg", "amplitude_error", "phase_error_deg", "snr", "flagged",
	"start_mjd", "end_mjd", "freq_hz"}

// WriteCSV writes one line per gain under a header. Numbers have as many digits as they need to be read back to the bit.
func (t Table) WriteCSV(w io.Writer) error {
	if err := t.check(); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.Write(columns[:]) // errors stay until out.Error
	for i := range t {
		row := make([]string, len(columns))
		row[0], row[7] = t[i].Station, strconv.FormatBool(t[i].Flagged)
		for column, value := range t[i].numbers() {
			row[column] = strconv.FormatFloat(*value, 'g', -1, 64)
		}
		out.Write(row)
	}
	out.Flush()
	return out.Error()
}

// numbers returns the numeric fields by column.
func (g *Gain) numbers() map[int]*float64 {
	return map[int]*float64{1: &g.TimeMJD, 2: &g.Amplitude, 3: &g.PhaseDeg, 4: &g.AmplitudeError, 5: &g.PhaseErrorDeg, 6: &g.SNR,
		8: &g.StartMJD, 9: &g.EndMJD, 10: &g.FreqHz}
}

// ReadCSV reads what [Table.WriteCSV] writes. The error names the line and the column.
func ReadCSV(r io.Reader) (Table, error) {
	in := csv.NewReader(r)
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("calibrate: the gain table is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("calibrate: read gain table: %w", err)
	}
	if !slices.Equal(header, columns[:]) {
		return nil, fmt.Errorf("calibrate: the gain table has columns %.120q, want %q", strings.Join(header, ","), strings.Join(columns[:], ","))
	}
	var t Table
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return t, t.check()
		}
		if err != nil {
			return nil, fmt.Errorf("calibrate: read gain table: %w", err)
		}
		g, err := parseGain(row)
		if err != nil {
			return nil, fmt.Errorf("calibrate: gain table, line %d: %w", len(t)+2, err)
		}
		t = append(t, g)
	}
}

func parseGain(row []string) (Gain, error) {
	g := Gain{Station: row[0]}
	var err error
	if g.Flagged, err = strconv.ParseBool(row[7]); err != nil {
		return g, fmt.Errorf("%s is %q, want true or false", columns[7], row[7])
	}
	fields := g.numbers()
	for column, name := range columns {
		if field := fields[column]; field != nil {
			if *field, err = strconv.ParseFloat(row[column], 64); err != nil {
				return g, fmt.Errorf("%s is %q, want a number", name, row[column])
			}
		}
	}
	return g, nil
}

// The JSON form says what it is.
const (
	jsonFormat  = "fringe gains"
	jsonVersion = 1
)

type jsonTable struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	Gains   Table  `json:"gains"`
}

// WriteJSON writes the table as one JSON object with a format and a version.
func (t Table) WriteJSON(w io.Writer) error {
	if err := t.check(); err != nil {
		return err
	}
	out := json.NewEncoder(w)
	out.SetIndent("", " ")
	return out.Encode(jsonTable{jsonFormat, jsonVersion, t})
}

// ReadJSON reads what [Table.WriteJSON] writes, and refuses another format or version.
func ReadJSON(r io.Reader) (Table, error) {
	var t jsonTable
	if err := json.NewDecoder(r).Decode(&t); err != nil {
		return nil, fmt.Errorf("calibrate: read gain table: %w", err)
	}
	if t.Format != jsonFormat || t.Version != jsonVersion {
		return nil, fmt.Errorf("calibrate: gain table of format %q, version %d; this program reads %q, version %d",
			t.Format, t.Version, jsonFormat, jsonVersion)
	}
	return t.Gains, t.Gains.check()
}
