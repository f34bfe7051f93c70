package data

import (
	"bufio"
	"embed"
	"fmt"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"

	"fringe/internal/words"
	"fringe/radio"
)

// The tables hold one station per line: name, ITRF X Y Z in metres, SEFD in Jy; # starts a comment that names the source, or the band
// (see ArrayBand).
//
//go:embed arrays/*.txt
var arrayTables embed.FS

// Arrays returns the names that [Array] knows, sorted.
func Arrays() []string {
	files, _ := fs.Glob(arrayTables, "arrays/*.txt") // the pattern is valid, and nothing else can fail
	for k, f := range files {
		files[k] = strings.TrimSuffix(strings.TrimPrefix(f, "arrays/"), ".txt")
	}
	return files
}

// Array returns the stations of a known array, such as "eht2017", or those of a file when name ends in .txt. The format is that
// of eht-imaging's tables: lines of name, geocentric X Y Z in metres and the SEFD of one hand in Jy, separated by blanks; further
// columns are ignored; # starts a comment; without an SEFD it is 0, unknown.
func Array(name string) ([]radio.Station, error) {
	table, err := arrayText(name)
	if err != nil {
		return nil, err
	}
	stations, err := parseArray(table)
	if err == nil {
		_, err = parseBand(table)
	}
	if err != nil {
		return nil, fmt.Errorf("data: array %q: %w", name, err)
	}
	return stations, nil
}

// arrayText returns the table of an array.
func arrayText(name string) (string, error) {
	if strings.HasSuffix(name, ".txt") {
		table, err := os.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("data: array: %w%s", err, words.DidYouMean(strings.TrimSuffix(name, ".txt"), Arrays()))
		}
		return string(table), nil
	}
	table, err := arrayTables.ReadFile("arrays/" + name + ".txt")
	if err != nil {
		return "", fmt.Errorf("data: no array %q, use any of %s, or a file with the ending .txt%s", name, strings.Join(Arrays(), ", "), words.DidYouMean(name, Arrays()))
	}
	return string(table), nil
}

func parseArray(table string) ([]radio.Station, error) {
	var stations []radio.Station
	lines := bufio.NewScanner(strings.NewReader(table))
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		f := strings.Fields(text)
		if len(f) == 0 {
			continue
		}
		if len(f) < 4 {
			return nil, fmt.Errorf("line %d: %d columns, want name X Y Z [SEFD]", n, len(f))
		}
		s := radio.Station{Name: f[0]}
		for k, field := range f[1:min(len(f), 5)] {
			x, err := strconv.ParseFloat(field, 64)
			if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, fmt.Errorf("line %d: %q is not a finite number", n, field)
			}
			if k < 3 {
				s.XYZ[k] = x
			} else {
				s.SEFDJy = x
			}
		}
		stations = append(stations, s)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read table: %w", err)
	}
	if len(stations) == 0 {
		return nil, fmt.Errorf("no stations")
	}
	return stations, nil
}
