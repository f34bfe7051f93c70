package evaluate

import (
	"context"
	"fmt"
	"math"

	"fringe/internal/torch"
	"fringe/proximal"
	"fringe/wavelet"
)

// DenoisingMethod takes white Gaussian noise of known level out of images. It never sees the truth.
type DenoisingMethod interface {
	Name() string
	// Denoise returns images of the shape of the noisy ones, which stay as they are. strength is relative to the noise of each image; a
	// method that is not [Tunable] gets 1.
	Denoise(ctx context.Context, noisy Noisy, strength float64) ([][]float64, error)
}

// Tunable is a classical DenoisingMethod, whose strength the suite chooses on skies that are kept apart.
type Tunable interface {
	DenoisingMethod
	// Start is a usual strength, where the search for the best one begins.
	Start() float64
	// Settings says what is computed: everything but the image, its noise and the strength that results depend on.
	Settings() string
}

// Proximal denoises by the proximal operator of strength·σ·R, argmin over x ≥ 0 of ½‖x − y‖² + strength·σ·R(x).
type Proximal struct {
	Label      string
	Norm       proximal.Norm
	Iterations int // of [proximal.Dual]
	start      float64
}

var _ Tunable = Proximal{}

// TotalVariation is the denoiser of Rudin, Osher & Fatemi 1992 with positivity. Its iterations come to within 0.01 dB of where they lead.
func TotalVariation(label string) Proximal {
	return Proximal{Label: label, Norm: proximal.TV{}, Iterations: 300, start: 1}
}

// Wavelets is sparsity in the SARA dictionary of side × side pixels with positivity. Its iterations, which are dear, end before they settle: with five
// times as many, at tuned strengths, the mean of two skies moved by at most 0.08 dB in 18 families, levels and sizes, a single sky by 0.2 dB at
// noise of 0.3, up about as often as down.
func Wavelets(label string, side int) (Proximal, error) {
	dictionary, err := wavelet.NewSARA(side, side, 0)
	return Proximal{Label: label, Norm: proximal.Frame{Dictionary: dictionary}, Iterations: 20, start: 0.5}, err
}

// Name returns the label.
func (p Proximal) Name() string { return p.Label }

// Start returns about the best strength of many skies.
func (p Proximal) Start() float64 { return p.start }

// Settings says what is computed, without the label.
func (p Proximal) Settings() string { return fmt.Sprintf("%T, %d iterations", p.Norm, p.Iterations) }

// Denoise solves the problem of every image.
func (p Proximal) Denoise(ctx context.Context, noisy Noisy, strength float64) ([][]float64, error) {
	dual := proximal.Dual{Iterations: p.Iterations}
	return inChunks(ctx, noisy, func(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error) {
		y, _, err := dual.Prox(s, p.Norm, proximal.Constraint{Positive: true}, x, s.MulScalar(sigma, strength), nil)
		return y, err
	})
}

// Network is a trained denoiser: images x [batch, 1, ny, nx] with noise sigma [batch, 1, 1, 1] to images.
type Network interface {
	Forward(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error)
}

// Trained denoises with a network, which gets the image and its noise level in the same units.
type Trained struct {
	Label   string
	Network Network
}

// Name returns the label.
func (t Trained) Name() string { return t.Label }

// Denoise runs the network.
func (t Trained) Denoise(ctx context.Context, noisy Noisy, strength float64) ([][]float64, error) {
	return inChunks(ctx, noisy, func(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error) {
		return t.forward(s, x, s.MulScalar(sigma, strength))
	})
}

// forward runs the network on images in its element type.
func (t Trained) forward(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error) {
	if n, ok := t.Network.(interface{ Params() []torch.Param }); ok {
		if params := n.Params(); len(params) > 0 && params[0].Tensor.DType() != x.DType() {
			d := params[0].Tensor.DType()
			x, sigma = s.To(x, d), s.To(sigma, d)
		}
	}
	return t.Network.Forward(s, x, sigma)
}

// chunk is how many images are on tensors at a time.
const chunk = 16

// inChunks calls f with tensors of a few images and their noise levels, without recording gradients. When ctx ends it returns early.
func inChunks(
	ctx context.Context, noisy Noisy, f func(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error),
) (out [][]float64, err error) {
	for first := 0; first < len(noisy.Images); first += chunk {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		part := noisy.slice(first, min(first+chunk, len(noisy.Images)))
		err := torch.Do(func(s *torch.Scope) (err error) {
			s.NoGrad(func() {
				x, sigma := part.tensors(s)
				var y *torch.Tensor
				if y, err = f(s, x, sigma); err == nil {
					out = append(out, part.split(s.Float64s(s.To(y, torch.Float64)))...)
				}
			})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// slice returns images first to last−1.
func (n Noisy) slice(first, last int) Noisy {
	return Noisy{Side: n.Side, Images: n.Images[first:last], Sigma: n.Sigma[first:last]}
}

// tensors returns the images [batch, 1, side, side] and their noise levels [batch, 1, 1, 1] in float32.
func (n Noisy) tensors(s *torch.Scope) (x, sigma *torch.Tensor) {
	count, side := int64(len(n.Images)), int64(n.Side)
	var all []float64
	for _, image := range n.Images {
		all = append(all, image...)
	}
	return s.To(s.FromFloat64s(all, count, 1, side, side), torch.Float32), s.To(s.FromFloat64s(n.Sigma, count, 1, 1, 1), torch.Float32)
}

// split cuts pixels into images.
func (n Noisy) split(pixels []float64) (images [][]float64) {
	size := n.Side * n.Side
	for i := range n.Images {
		images = append(images, pixels[i*size:(i+1)*size])
	}
	return images
}

// check refuses what is not one finite image for each noisy one.
func (n Noisy) check(images [][]float64) error {
	if len(images) != len(n.Images) {
		return fmt.Errorf("%d images for %d", len(images), len(n.Images))
	}
	for i, image := range images {
		if len(image) != n.Side*n.Side {
			return fmt.Errorf("image %d has %d pixels, want %d x %d", i, len(image), n.Side, n.Side)
		}
		for k, v := range image {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("pixel %d of image %d is %g", k, i, v)
			}
		}
	}
	return nil
}
