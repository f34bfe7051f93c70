package models_test

import (
	"testing"

	"fringe/internal/torch"
	"fringe/models"
)

// Whatever a function makes besides its result is gone when it returns, not only when the scope of the caller ends; and a network that is
// dropped leaves nothing.
func TestEveryFunctionLeavesItsResultAlone(t *testing.T) {
	drunet := models.DRUNetConfig{Width: 4, Pools: 1, Blocks: 1}
	for name, c := range map[string]models.NetworkConfig{
		"unet":          {UNet: &models.UNetConfig{Width: 4, Pools: 1, Groups: 2}},
		"dncnn":         {DnCNN: &models.DnCNNConfig{Depth: 3, Width: 3, BatchNorm: true}},
		"drunet":        {DRUNet: &drunet},
		"gradient_step": {GradientStep: &drunet},
		"ridge":         {Ridge: &models.RidgeConfig{}},
		"swinir":        {SwinIR: &models.SwinIRConfig{Width: 4, Groups: 1, Blocks: 2, Heads: 2, Window: 4}},
		"patch_mlp":     {PatchMLP: &models.PatchMLPConfig{Patch: 5, Hidden: 7, Layers: 2}},
		"srcnn":         {SRCNN: &models.SRCNNConfig{Width: 4}},
		"nonexpansive":  {Nonexpansive: &models.NonexpansiveConfig{Layers: 1, Pools: 1, Width: 3, Hidden: 4}},
	} {
		none := torch.Live()
		net, _, err := models.NewNetwork(c, rng())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		err = torch.Do(func(s *torch.Scope) error {
			x := s.To(s.FromFloat64s(normals(rng(), 2*64), 2, 1, 8, 8), torch.Float32)
			sigma := s.To(s.FromFloat64s([]float64{0.1, 0.2}, 2, 1, 1, 1), torch.Float32)
			calls := map[string]func() (*torch.Tensor, error){
				"Forward": func() (*torch.Tensor, error) { return net.Forward(s, x, sigma) },
				"Denoise": func() (*torch.Tensor, error) { return net.Denoise(s, x, 0.1) },
				"training Forward": func() (*torch.Tensor, error) {
					net.Train(true)
					defer net.Train(false)
					return net.Forward(s, x, sigma)
				},
			}
			if e, ok := net.(interface {
				Energy(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error)
			}); ok {
				calls["Energy"] = func() (*torch.Tensor, error) { return e.Energy(s, x, sigma) }
			}
			if r, ok := net.(interface {
				Gradient(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error)
				Lipschitz(s *torch.Scope) (float64, error)
			}); ok {
				calls["Gradient"] = func() (*torch.Tensor, error) { return r.Gradient(s, x, sigma) }
				calls["Lipschitz"] = func() (*torch.Tensor, error) { _, err := r.Lipschitz(s); return nil, err }
			}
			for call, f := range calls {
				before := torch.Live()
				y, err := f()
				if err != nil {
					t.Errorf("%s: %s: %v", name, call, err)
					continue
				}
				if y != nil {
					y.Drop()
				}
				if after := torch.Live(); after != before {
					t.Errorf("%s: %s leaves %d tensors besides its result", name, call, after-before)
				}
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		net.Drop()
		if after := torch.Live(); after != none {
			t.Errorf("%s: %d tensors live after Drop, %d before", name, after, none)
		}
	}
}
