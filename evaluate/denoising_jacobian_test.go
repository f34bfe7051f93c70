package evaluate

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"fringe/internal/torch"
	"fringe/models"
)

// A denoiser of one strength has one norm everywhere: D = x/2 has ‖∇D‖ = ½ and 2D − I = 0; D = 2x has 2 and 3.
func TestJacobiansOfMultiples(t *testing.T) {
	u := denoisingSuite()
	for factor, want := range map[float64][2]float64{0.5: {0.5, 0}, 2: {2, 3}} {
		rows, err := u.MeasureJacobians(context.Background(), Trained{"multiple", times2D(factor)}, u.Families, Jacobians{Images: 5})
		if err != nil || len(rows) != 2 || rows[0].Images != 5 {
			t.Fatalf("%+v, %v", rows, err)
		}
		r := rows[1]
		// float32
		if math.Abs(r.Denoiser.Largest-want[0]) > 1e-5 || math.Abs(r.Reflected.Largest-want[1]) > 1e-5 || r.Reflected.Unsettled != 0 {
			t.Errorf("factor %g: %+v, want %v", factor, r, want)
		}
		if above := r.Reflected.Above; math.Abs(above-math.Floor(want[1]/3)) > 1e-12 {
			t.Errorf("factor %g: %g of the norms are above %g", factor, above, JacobianLimit)
		}
	}
}

// Settling takes more than ten iterations: fewer would call every norm unsettled.
func TestJacobiansNeedIterationsToSettle(t *testing.T) {
	if err := (Jacobians{Iterations: 10}).Validate(); err == nil || !strings.Contains(err.Error(), "jacobian.iterations is 10, must be between 11") {
		t.Errorf("error %v", err)
	}
	if err := (Jacobians{Iterations: 11}).Validate(); err != nil {
		t.Error(err)
	}
}

// Of four images that are measured together two settle, and two are counted.
func TestUnsettledImagesAreCountedOneByOne(t *testing.T) {
	noisy := Noisy{Side: 2}
	for _, sigma := range []float64{0, 0, 1, 1} {
		noisy.Images, noisy.Sigma = append(noisy.Images, []float64{1, 1, 1, 0.3}), append(noisy.Sigma, sigma)
	}
	// Of an image without noise the Jacobian is I. With it the last pixel counts 1.05 times, and its square in the singular vector grows from 0.09 by
	// 1.05⁴ with each iteration: the norm rises by 0.7 % from the second to the twelfth, and by nothing after a hundred.
	f := network(func(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error) {
		raised := s.To(s.FromFloat64s([]float64{0, 0, 0, 0.05}, 1, 1, 2, 2), torch.Float32)
		return s.Mul(x, s.AddScalar(s.Mul(sigma, raised), 1)), nil
	})
	for iterations, want := range map[int]int{12: 2, 100: 0} {
		norms, unsettled, err := (Jacobians{Iterations: iterations, Tolerance: 1e-3}).measure(context.Background(), Trained{"raising", f}, itself, noisy)
		if err != nil || unsettled != want || math.Abs(norms[0]-1) > 1e-6 || !(norms[2] > 1.005) {
			t.Errorf("%d iterations: %d unsettled, norms %v, %v; want %d", iterations, unsettled, norms, err, want)
		}
	}
}

// network is a network that is a function.
type network func(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error)

func (f network) Forward(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error) {
	return f(s, x, sigma)
}

// A network in float64 is judged as one in float32 is.
func TestNetworkInFloat64(t *testing.T) {
	net, err := models.NewDenoiser(models.UNetConfig{Width: 8, Pools: 1, Float64: true}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	defer net.Drop()
	u := denoisingSuite()
	_, judged, err := u.draw("ring", 0.1)
	if err != nil {
		t.Fatal(err)
	}
	trained := Trained{"untrained", net}
	images, err := trained.Denoise(context.Background(), judged.noisy, 1)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range images[0] { // the identity, up to the rounding of the images to float32
		if math.Abs(v-judged.noisy.Images[0][k]) > 1e-6 {
			t.Fatalf("pixel %d is %g, was %g", k, v, judged.noisy.Images[0][k])
		}
	}
	rows, err := u.MeasureJacobians(context.Background(), trained, []string{"ring"}, Jacobians{Images: 2, Iterations: 12})
	if err != nil || math.Abs(rows[0].Denoiser.Largest-1) > 1e-6 {
		t.Errorf("norms %+v, %v; want those of the identity", rows, err)
	}
}

// times2D multiplies images.
type times2D float64

func (f times2D) Forward(s *torch.Scope, x, _ *torch.Tensor) (*torch.Tensor, error) {
	return s.MulScalar(x, float64(f)), nil
}
