package data

import (
	"fmt"
	"math"

	"fringe/radio"
)

// stations reads an AIPS AN table: the stations in table order, and the index of each antenna number NOSTA. Positions
// are ARRAYX/Y/Z + STABXYZ, in metres.
func (t *binTable) stations() ([]radio.Station, map[int]int, error) {
	var centre [3]float64
	for i, key := range []string{"ARRAYX", "ARRAYY", "ARRAYZ"} {
		var err error
		if centre[i], err = t.header.number(key, 0); err != nil {
			return nil, nil, err
		}
	}
	stations, index := []radio.Station{}, map[int]int{}
	for row := range t.rows {
		number, ok := t.number(row, "NOSTA", 0)
		if !ok || number < 1 || number > math.MaxInt32 {
			return nil, nil, fmt.Errorf("row %d: column NOSTA is missing or not a positive antenna number", row+1)
		}
		if _, seen := index[int(number)]; seen {
			return nil, nil, fmt.Errorf("row %d: antenna number %d occurs twice in NOSTA", row+1, int(number))
		}
		s := radio.Station{Name: t.text(row, "ANNAME")}
		for i := range s.XYZ {
			x, ok := t.number(row, "STABXYZ", int64(i))
			if !ok {
				return nil, nil, fmt.Errorf("row %d: column STABXYZ is missing or not finite", row+1)
			}
			s.XYZ[i] = centre[i] + x
		}
		if sefd, ok := t.number(row, "SEFD", 0); ok {
			s.SEFDJy = math.Max(sefd, 0)
		}
		index[int(number)] = len(stations)
		stations = append(stations, s)
	}
	return stations, index, nil
}
