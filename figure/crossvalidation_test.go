package figure

import (
	"bytes"
	"errors"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"
)

func exampleScores() Scores {
	return Scores{
		Names:     []string{"entropy", "tv"},
		Strengths: [][]float64{{1, 1}, {10, 1}, {100, 1}, {10, 3}, {10, 0.3}},
		Mean:      []float64{1.2, 1.01, 1.1, 1.02, 1.05},
		Err:       []float64{0.02, 0.02, 0.02, 0.02, 0.03},
		Chosen:    1,
	}
}

// The figure has a panel per strength, and the colour of the choice in each.
func TestScoreFigure(t *testing.T) {
	var b bytes.Buffer
	if err := WriteScores(&b, exampleScores()); err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	if size := picture.Bounds().Size(); size.X != 2*scoreWidth || size.Y != scoreHeight {
		t.Errorf("size %v, want %d x %d", size, 2*scoreWidth, scoreHeight)
	}
	var orange [2]int
	for y := range scoreHeight {
		for x := range 2 * scoreWidth {
			if color.RGBAModel.Convert(picture.At(x, y)) == modelColour {
				orange[x/scoreWidth]++
			}
		}
	}
	// A dot of radius 3.2 points or 6.4 pixels covers 128, some of them only in part.
	for i, n := range orange {
		if n < 60 || n > 140 {
			t.Errorf("panel %d has %d orange pixels, want one dot", i, n)
		}
	}
	one := Scores{Names: []string{"tv"}, Strengths: [][]float64{{2}}, Mean: []float64{1}, Err: []float64{0.1}}
	if err := WriteScores(&b, one); err != nil {
		t.Errorf("one candidate: %v", err)
	}
}

func TestScoreFigureErrors(t *testing.T) {
	for want, spoil := range map[string]func(s *Scores){
		"no candidates":      func(s *Scores) { *s = Scores{} },
		"4 errors":           func(s *Scores) { s.Err = s.Err[:4] },
		"number 9 chosen":    func(s *Scores) { s.Chosen = 9 },
		"1 strengths":        func(s *Scores) { s.Strengths[2] = []float64{1} },
		"not finite":         func(s *Scores) { s.Mean[1] = math.NaN() },
		"no place on a log":  func(s *Scores) { s.Strengths[0][1] = 0 },
		"draw cross-validat": func(s *Scores) { s.Strengths = nil },
	} {
		s := exampleScores()
		spoil(&s)
		var b bytes.Buffer
		err := WriteScores(&b, s)
		if err == nil || !strings.Contains(err.Error(), want) || b.Len() > 0 {
			t.Errorf("error %v and %d bytes, want an error with %q", err, b.Len(), want)
		}
		if want == "not finite" && !errors.Is(err, ErrNotFinite) {
			t.Errorf("%v is not ErrNotFinite", err)
		}
	}
}
