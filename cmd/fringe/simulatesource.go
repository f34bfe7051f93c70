package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"fringe/internal/words"
)

// namedSource is a source with its J2000 position in degrees.
type namedSource struct {
	name          string
	raDeg, decDeg float64
}

// knownSources are those that --source knows by name. Positions: the ICRF (Charlot et al. 2020, A&A 644, A159) but for Sgr A*
// (Reid & Brunthaler 2004, ApJ 616, 872) and M87, which is where the EHT's files have it: an image of one is then a model of the other.
func knownSources() []namedSource {
	return []namedSource{
		{"M87", 187.70593075752, 12.39112323920}, {"SgrA*", 266.416837083, -29.007810556}, {"3C279", 194.046527375, -5.789312528},
		{"CygA", 299.868152333, 40.733915889},
	}
}

// position returns where to look, and how what is there is called: --source, else where the image is, else where M87 is, under the name of
// the family that is drawn.
func (o *observeFlags) position(sky *simulatedSky) (namedSource, error) {
	src := sky.header.Source
	switch {
	case o.source != "":
		return parseSource(o.source)
	case src.RARad != 0 || src.DecRad != 0:
		ra := math.Mod(src.RARad*180/math.Pi+360, 360)
		return namedSource{sourceName(src.Name), ra, src.DecRad * 180 / math.Pi}, nil
	}
	here := knownSources()[0]
	here.name = sourceName(sky.drawn.Family)
	return here, nil
}

func sourceName(name string) string {
	if name == "" {
		return "SIM"
	}
	return name
}

// parseSource reads the value of --source.
func parseSource(text string) (namedSource, error) {
	var names []string
	for _, s := range knownSources() {
		if plainName(s.name) == plainName(text) {
			return s, nil
		}
		names = append(names, s.name)
	}
	ra, dec, ok := strings.Cut(text, ",")
	if !ok {
		return namedSource{}, withHint(fmt.Errorf("--source %q is unknown%s", text, words.DidYouMean(plainName(text), names)), "write one of %s, or a position as RA,DEC", strings.Join(names, ", "))
	}
	raDeg, errRA := parseAngle(ra, 15)
	decDeg, errDec := parseAngle(dec, 1)
	if errRA != nil || errDec != nil || !(raDeg >= 0 && raDeg < 360) || !(math.Abs(decDeg) <= 90) {
		return namedSource{}, withHint(fmt.Errorf("--source %q is no position", text),
			"write degrees, such as 187.7059,12.3911, or 12h30m49.42s,12d23m28.0s, or 12:30:49.42,12:23:28.0")
	}
	return namedSource{"SIM", raDeg, decDeg}, nil
}

// plainName returns the name of a source in lower case without blanks and the asterisk: Sgr A* is SgrA.
func plainName(name string) string {
	return strings.ToLower(strings.TrimSuffix(strings.ReplaceAll(name, " ", ""), "*"))
}

// parseAngle reads degrees, or three numbers that are separated by colons or followed by h or d, m and s. Then the first one counts
// unit degrees.
func parseAngle(text string, unit float64) (float64, error) {
	text = strings.TrimSpace(text)
	if degrees, err := strconv.ParseFloat(text, 64); err == nil {
		return degrees, nil
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(":hdms", r) })
	if len(parts) != 3 {
		return 0, fmt.Errorf("%q is no angle", text)
	}
	sum, scale := 0.0, 1.0
	for k, part := range parts {
		x, err := strconv.ParseFloat(strings.TrimLeft(part, "+-"), 64)
		if err != nil || !(x >= 0) || k > 0 && x >= 60 {
			return 0, fmt.Errorf("%q is no angle", text)
		}
		sum += x * scale
		scale /= 60
	}
	if strings.HasPrefix(text, "-") {
		sum = -sum
	}
	return sum * unit, nil
}
