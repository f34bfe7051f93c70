package train_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"fringe/internal/torch"
	"fringe/train"
)

// plainTerms returns the mean over windows of luminance times structure and of structure alone, by loops over windows and their pixels.
func plainTerms(x, y []float64, side int) (both, structure float64) {
	const c1, c2 = 1e-4, 9e-4
	count := 0
	for top := 0; top+11 <= side; top++ {
		for left := 0; left+11 <= side; left++ {
			var sum, mx, my, xx, yy, xy float64
			for dy := range 11 {
				for dx := range 11 {
					r2 := float64((dy-5)*(dy-5) + (dx-5)*(dx-5))
					w, i := math.Exp(-r2/2/2.25), (top+dy)*side+left+dx
					sum += w
					mx, my, xx, yy, xy = mx+w*x[i], my+w*y[i], xx+w*x[i]*x[i], yy+w*y[i]*y[i], xy+w*x[i]*y[i]
				}
			}
			mx, my, xx, yy, xy = mx/sum, my/sum, xx/sum, yy/sum, xy/sum
			s := (2*(xy-mx*my) + c2) / (xx - mx*mx + yy - my*my + c2)
			structure += s
			both += s * (2*mx*my + c1) / (mx*mx + my*my + c1)
			count++
		}
	}
	return both / float64(count), structure / float64(count)
}

func plainSSIM(x, y []float64, side int) float64 { both, _ := plainTerms(x, y, side); return both }

func halved(x []float64, side int) []float64 {
	h := side / 2
	out := make([]float64, h*h)
	for i := range out {
		at := 2*(i/h)*side + 2*(i%h)
		out[i] = (x[at] + x[at+1] + x[at+side] + x[at+side+1]) / 4
	}
	return out
}

// plainMultiScale is for three scales: exponents 0.0448, 0.2856 and 0.3001 scaled to the sum 1.0001 of all five.
func plainMultiScale(x, y []float64, side int) float64 {
	product, scale := 1.0, 1.0001/(0.0448+0.2856+0.3001)
	for k, w := range []float64{0.0448, 0.2856, 0.3001} {
		both, structure := plainTerms(x, y, side)
		if k == 2 {
			structure = both
		}
		product *= math.Pow(structure, w*scale)
		x, y, side = halved(x, side), halved(y, side), side/2
	}
	return product
}

type similarity func(s *torch.Scope, x, y *torch.Tensor, peak float64) (*torch.Tensor, error)

// similarityOf returns the similarity of two images and its slope along d, by autograd.
func similarityOf(t *testing.T, f similarity, x, y, d []float64, side int64) (value, slope float64) {
	t.Helper()
	live := torch.Live()
	err := torch.Do(func(s *torch.Scope) error {
		a := s.RequireGrad(s.FromFloat64s(x, 1, 1, side, side))
		v, err := f(s, a, s.FromFloat64s(y, 1, 1, side, side), 1)
		if err != nil {
			return err
		}
		value = s.Item(v)
		for i, g := range s.Float64s(s.Grad(v, []*torch.Tensor{a}, false)[0]) {
			slope += g * d[i]
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if now := torch.Live(); now != live {
		t.Errorf("%d tensors live after, %d before", now, live)
	}
	return value, slope
}

func TestStructuralSimilarity(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const side = 47 // 47, 23 and 11: three scales, with a row and a column left over
	x, y, d := make([]float64, side*side), make([]float64, side*side), make([]float64, side*side)
	for i := range x {
		x[i] = math.Exp(-math.Pow(float64(i%side-20)/8, 2)) + 0.05*rng.NormFloat64()
		y[i], d[i] = x[i]+0.1*rng.NormFloat64(), rng.NormFloat64()
	}
	for _, tt := range []struct {
		name  string
		f     similarity
		plain func(x, y []float64, side int) float64
	}{{"ssim", train.SSIM, plainSSIM}, {"ms_ssim", train.MultiScaleSSIM, plainMultiScale}} {
		// The same sums in another order, in float64.
		got, slope := similarityOf(t, tt.f, x, y, d, side)
		if want := tt.plain(x, y, side); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s is %.15g, by plain loops %.15g", tt.name, got, want)
		}
		// Central differences: a step of 1e-5 leaves 1e-10 of truncation and 1e-16/1e-5 of rounding.
		const h = 1e-5
		up, down := make([]float64, len(x)), make([]float64, len(x))
		for i := range x {
			up[i], down[i] = x[i]+h*d[i], x[i]-h*d[i]
		}
		difference := (tt.plain(up, y, side) - tt.plain(down, y, side)) / (2 * h)
		if math.Abs(slope-difference) > 1e-6*math.Abs(difference) {
			t.Errorf("%s: slope %g, by differences %g", tt.name, slope, difference)
		}
		same, slope := similarityOf(t, tt.f, x, x, d, side)
		if math.Abs(same-1) > 1e-14 || math.Abs(slope) > 1e-10 { // the maximum: flat
			t.Errorf("%s of an image and itself is %.17g with slope %g, want 1 and 0", tt.name, same, slope)
		}
		opposite := make([]float64, len(x))
		for i := range x {
			opposite[i] = -x[i]
		}
		if v, slope := similarityOf(t, tt.f, x, opposite, d, side); !(v < 1) || math.IsNaN(slope) {
			t.Errorf("%s of an image and its negative is %g with slope %g", tt.name, v, slope)
		}
	}
}
