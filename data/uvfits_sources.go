package data

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"fringe/internal/words"
	"fringe/radio"
)

// uvSources are the sources of a UVFITS file: what its header and AIPS SU table say, and what its groups hold.
type uvSources struct {
	header radio.Source             // OBJECT and the position of the header
	table  map[float64]radio.Source // by ID. NO.; nil without a table
	seen   map[float64]*sourceGroups
	chosen struct {
		radio.Source
		id float64
	}
}

// sourceGroups counts the groups of one SOURCE number. day is the earliest MJD, 0 when none is valid.
type sourceGroups struct {
	groups int
	day    float64
}

func newUVSources(h *header, tables []*binTable) (s uvSources, err error) {
	s.seen = map[float64]*sourceGroups{}
	if s.header, err = sourceOf(h); err != nil || len(tables) == 0 {
		return s, err
	}
	s.table = map[float64]radio.Source{}
	t := tables[0]
	for row := range t.rows {
		id, ok := t.number(row, "ID. NO.", 0)
		ra, okRA := t.number(row, "RAEPO", 0)
		dec, okDec := t.number(row, "DECEPO", 0)
		if !ok || !okRA || !okDec {
			return s, fmt.Errorf("table \"AIPS SU\", row %d: ID. NO., RAEPO or DECEPO is missing or not finite", row+1)
		}
		if _, twice := s.table[id]; twice {
			return s, fmt.Errorf("table \"AIPS SU\", row %d: ID. NO. %g occurs twice", row+1, id)
		}
		s.table[id] = radio.Source{Name: t.text(row, "SOURCE"), RARad: radians(ra), DecRad: radians(dec)}
	}
	return s, nil
}

// count takes note of one group.
func (s *uvSources) count(id, day float64) {
	if math.IsNaN(id) {
		return
	}
	if s.seen[id] == nil {
		s.seen[id] = &sourceGroups{}
	}
	g := s.seen[id]
	g.groups++
	if validDay(day) && (g.day == 0 || day < g.day) {
		g.day = day
	}
}

// choose picks the source with that name, in any case, or that number; "" picks the only one.
func (s *uvSources) choose(wanted string) error {
	ids := s.ids()
	if len(ids) == 0 {
		return errors.New("no group has a valid SOURCE")
	}
	if wanted == "" && len(ids) > 1 {
		return optionError("Source", "it holds %d sources, choose one with option Source: %s", len(ids), s.list(ids))
	}
	for _, id := range ids {
		name := s.named(id).Name
		if wanted == "" || strings.EqualFold(name, strings.TrimSpace(wanted)) || strconv.FormatFloat(id, 'g', -1, 64) == wanted {
			s.chosen.Source, s.chosen.id = s.named(id), id
			return nil
		}
	}
	return optionError("Source", "it holds no source %q, only %s%s", wanted, s.list(ids), words.DidYouMean(wanted, s.names(ids)))
}

// ids returns the numbers of the sources that have groups, in increasing order.
func (s *uvSources) ids() []float64 {
	var ids []float64
	for id := range s.seen {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// named returns the source with a number, that of the header when no table has it.
func (s *uvSources) named(id float64) radio.Source {
	if source, ok := s.table[id]; ok {
		return source
	}
	return s.header
}

// listed is the largest number of sources that an error names.
const listed = 20

// names returns the names of sources.
func (s *uvSources) names(ids []float64) (names []string) {
	for _, id := range ids {
		names = append(names, s.named(id).Name)
	}
	return names
}

func (s *uvSources) list(ids []float64) string {
	var names []string
	for _, id := range ids[:min(len(ids), listed)] {
		names = append(names, fmt.Sprintf("%s (number %g, %d groups)", s.named(id).Name, id, s.seen[id].groups))
	}
	if len(ids) > listed {
		names = append(names, fmt.Sprintf("and %d more", len(ids)-listed))
	}
	return strings.Join(names, ", ")
}

// sourceOf reads OBJECT and the position: OBSRA and OBSDEC, or else the reference values of the RA and DEC axes.
func sourceOf(h *header) (radio.Source, error) {
	s := radio.Source{Name: h.str("OBJECT")}
	for _, c := range []struct {
		keyword, axis string
		rad           *float64
	}{{"OBSRA", "RA", &s.RARad}, {"OBSDEC", "DEC", &s.DecRad}} {
		a, err := findAxis(h, c.axis)
		if err != nil {
			return s, err
		}
		degrees, err := h.number(c.keyword, a.crval)
		if err != nil {
			return s, err
		}
		*c.rad = degrees * math.Pi / 180
	}
	return s, nil
}
