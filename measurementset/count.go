//go:build casacore

package measurementset

import "math"

// rowCount is what the rows of one field hold.
type rowCount struct {
	rows         int64
	day          float64       // the earliest MJD
	descriptions map[int]int64 // rows by DATA_DESC_ID
}

// secondsPerDay turns the times of a Measurement Set, which are MJD in seconds, into days.
const secondsPerDay = 86400

// scalarBlock is how many rows of scalar columns are read at a time.
const scalarBlock = 1 << 16

// count goes through the rows and counts those of each field.
func (s *Set) count() (map[int]*rowCount, error) {
	fields := map[int]*rowCount{}
	for first := int64(0); first < s.main.Rows(); first += scalarBlock {
		rows := span(first, min(first+scalarBlock, s.main.Rows()))
		field, description, seconds := make([]float64, len(rows)), make([]float64, len(rows)), make([]float64, len(rows))
		if err := get(s.main, rows, to{"FIELD_ID", field}, to{"DATA_DESC_ID", description}, to{"TIME", seconds}); err != nil {
			return nil, err
		}
		for i := range rows {
			id := int(field[i])
			if fields[id] == nil {
				fields[id] = &rowCount{descriptions: map[int]int64{}}
			}
			f, day := fields[id], math.Floor(seconds[i]/secondsPerDay)
			f.rows++
			f.descriptions[int(description[i])]++
			if validDay(day) && (f.day == 0 || day < f.day) {
				f.day = day
			}
		}
	}
	return fields, nil
}

// validDay accepts the modified Julian dates of the years 1858 to 2406.
func validDay(mjd float64) bool { return mjd > 0 && mjd < 200000 }

// span returns the numbers from first to before end.
func span(first, end int64) []int64 {
	rows := make([]int64, end-first)
	for i := range rows {
		rows[i] = first + int64(i)
	}
	return rows
}
