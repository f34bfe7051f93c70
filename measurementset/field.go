//go:build casacore

package measurementset

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"fringe/internal/casacore"
	"fringe/radio"
)

// listed is the largest number of fields or windows that an error names.
const listed = 20

// chooseField sets the field with that name, in any case, or that number; "" picks the only one that has rows.
func (s *Set) chooseField(wanted string, rows map[int]*rowCount) (err error) {
	table, err := casacore.Open(s.path+"::FIELD", false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, table.Close()) }()
	ids, names := slices.Sorted(maps.Keys(rows)), []string{}
	for _, id := range ids {
		name, err := table.Text("NAME", int64(id))
		if err != nil {
			return err
		}
		names = append(names, name)
	}
	chosen := choice(wanted, ids, names)
	list := func() string {
		return enumerate(ids, func(i int) string { return fmt.Sprintf("%s (number %d, %d rows)", names[i], ids[i], rows[ids[i]].rows) })
	}
	switch {
	case wanted == "" && len(ids) > 1:
		return optionError("Source", "it holds %d fields, choose one with option Source: %s", len(ids), list())
	case chosen < 0:
		return optionError("Source", "it holds no field %q, only %s", wanted, list())
	}
	s.field, s.refMJD = ids[chosen], rows[ids[chosen]].day
	if s.refMJD == 0 {
		return fmt.Errorf("no row of field %s has a valid TIME", names[chosen])
	}
	s.source.Name = names[chosen]
	return s.readPhaseCentre(table)
}

// readPhaseCentre sets the position of the source. The first polynomial coefficient is taken: the phase centre of a field that does not
// move.
func (s *Set) readPhaseCentre(table *casacore.Table) error {
	const column = "PHASE_DIR"
	row := int64(s.field)
	frame, err := table.Frame(column, row)
	if err != nil {
		return err
	}
	const codeJ2000, codeICRS = "0", "21" // casacore's MDirection::Types
	if !slices.Contains([]string{"", "J2000", "ICRS", codeJ2000, codeICRS}, strings.ToUpper(frame)) {
		return fmt.Errorf("the phase centre of field %s is in %s, must be in J2000 or ICRS", s.source.Name, frame)
	}
	shape, err := table.Shape(column, row)
	if err != nil {
		return err
	}
	if len(shape) != 2 || shape[0] != 2 || shape[1] < 1 {
		return fmt.Errorf("PHASE_DIR of field %s has shape %v, must be 2 x 1", s.source.Name, shape)
	}
	direction := make([]float64, 2*shape[1])
	err = table.Get(column, []int64{row}, direction)
	s.source.RARad, s.source.DecRad = direction[0], direction[1]
	return err
}

// choice returns the index of the one with that name, in any case, or that number, -1 for none; "" is the first.
func choice(wanted string, ids []int, names []string) int {
	wanted = strings.TrimSpace(wanted)
	if wanted == "" && len(ids) > 0 {
		return 0
	}
	if i := slices.IndexFunc(names, func(name string) bool { return strings.EqualFold(strings.TrimSpace(name), wanted) }); i >= 0 {
		return i
	}
	return slices.IndexFunc(ids, func(id int) bool { return strconv.Itoa(id) == wanted })
}

// enumerate writes a list of things that there are, not all of a long one.
func enumerate(ids []int, text func(i int) string) string {
	var parts []string
	for i := range ids[:min(len(ids), listed)] {
		parts = append(parts, text(i))
	}
	if len(ids) > listed {
		parts = append(parts, fmt.Sprintf("and %d more", len(ids)-listed))
	}
	return strings.Join(parts, ", ")
}

// readStations reads the table of antennas, whose rows ANTENNA1 and ANTENNA2 name.
func readStations(path string) (stations []radio.Station, err error) {
	table, err := casacore.Open(path+"::ANTENNA", false)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, table.Close()) }()
	stations = make([]radio.Station, table.Rows())
	for row := range stations {
		if stations[row].Name, err = table.Text("NAME", int64(row)); err != nil {
			return nil, err
		}
		if stations[row].Name == "" { // a pad without an antenna
			stations[row].Name = fmt.Sprintf("#%d", row)
		}
		if err = table.Get("POSITION", []int64{int64(row)}, stations[row].XYZ[:]); err != nil {
			return nil, err
		}
	}
	return stations, nil
}
