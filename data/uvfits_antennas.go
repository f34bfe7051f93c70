package data

import (
	"errors"
	"fmt"
	"math"

	"fringe/radio"
)

// subarray is what one AIPS AN table says: its antennas, by number NOSTA, as indices into all stations, and by how many
// seconds the file's times are ahead of UTC.
type subarray struct {
	index map[int]int
	ahead float64
}

// readSubarrays reads all AIPS AN tables: table version n (EXTVER) belongs to subarray n. A station that occurs in several
// is one station.
func readSubarrays(tables []*binTable) ([]radio.Station, map[int]subarray, error) {
	if len(tables) == 0 {
		return nil, nil, errors.New("it has no \"AIPS AN\" table, which names the stations")
	}
	var all []radio.Station
	subarrays := map[int]subarray{}
	for _, t := range tables {
		version, err := t.header.count("EXTVER", 1)
		if err != nil {
			return nil, nil, fmt.Errorf("table \"AIPS AN\": %w", err)
		}
		if _, twice := subarrays[int(version)]; twice {
			return nil, nil, fmt.Errorf("two tables \"AIPS AN\" have EXTVER %d", version)
		}
		stations, numbers, err := t.stations()
		if err != nil {
			return nil, nil, fmt.Errorf("table \"AIPS AN\" %d: %w", version, err)
		}
		s := subarray{index: map[int]int{}}
		if s.ahead, err = t.header.number("DATUTC", 0); err != nil {
			return nil, nil, fmt.Errorf("table \"AIPS AN\" %d: %w", version, err)
		}
		var where []int
		all, where = radio.JoinStations(all, stations)
		for i, number := range numbers {
			s.index[number] = where[i]
		}
		subarrays[int(version)] = s
	}
	return all, subarrays, nil
}

// stations reads one AIPS AN table: the stations in table order with their numbers NOSTA.
func (t *binTable) stations() (stations []radio.Station, numbers []int, err error) {
	frame, err := t.arrayFrame()
	if err != nil {
		return nil, nil, err
	}
	seen := map[int]bool{}
	for row := range t.rows {
		number, ok := t.number(row, "NOSTA", 0)
		if !ok || number < 1 || number > math.MaxInt32 {
			return nil, nil, fmt.Errorf("row %d: column NOSTA is missing or not a positive antenna number", row+1)
		}
		if seen[int(number)] {
			return nil, nil, fmt.Errorf("row %d: antenna number %d occurs twice in NOSTA", row+1, int(number))
		}
		seen[int(number)] = true
		s := radio.Station{Name: t.text(row, "ANNAME")}
		var local [3]float64
		for i := range local {
			if local[i], ok = t.number(row, "STABXYZ", int64(i)); !ok {
				return nil, nil, fmt.Errorf("row %d: column STABXYZ is missing or not finite", row+1)
			}
		}
		s.XYZ = frame.geocentric(local)
		if sefd, ok := t.number(row, "SEFD", 0); ok {
			s.SEFDJy = math.Max(sefd, 0)
		}
		stations, numbers = append(stations, s), append(numbers, int(number))
	}
	return stations, numbers, nil
}

// arrayFrame is the frame of STABXYZ: relative to the array's centre, with x towards its meridian when the centre is not
// that of the Earth, and y to the West in a left-handed table (AIPS Memo 117, section on the AN table).
type arrayFrame struct {
	centre     [3]float64
	longitude  float64
	leftHanded bool
}

func (t *binTable) arrayFrame() (f arrayFrame, err error) {
	for i, key := range []string{"ARRAYX", "ARRAYY", "ARRAYZ"} {
		if f.centre[i], err = t.header.number(key, 0); err != nil {
			return f, err
		}
	}
	f.longitude = math.Atan2(f.centre[1], f.centre[0])
	f.leftHanded = t.header.str("XYZHAND") == "LEFT"
	return f, nil
}

// geocentric returns the ITRF position in metres.
func (f arrayFrame) geocentric(local [3]float64) [3]float64 {
	if f.leftHanded {
		local[1] = -local[1]
	}
	if f.centre == [3]float64{} {
		return local
	}
	s, c := math.Sincos(f.longitude)
	return [3]float64{f.centre[0] + c*local[0] - s*local[1], f.centre[1] + s*local[0] + c*local[1], f.centre[2] + local[2]}
}
