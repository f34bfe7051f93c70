package train_test

import (
	"testing"

	"fringe/internal/torch"
	"fringe/train"
)

// Whatever a function makes besides its result is gone when it returns, not only when the scope of the caller ends.
func TestEveryFunctionLeavesItsResultAlone(t *testing.T) {
	skies := train.DenoisingConfig{Pixels: 32, Validation: 2, Jacobian: train.JacobianConfig{Weight: 1, Iterations: 2}}
	denoising, err := train.NewDenoising(denoiser(t), skies, 3)
	if err != nil {
		t.Fatal(err)
	}
	noisy, err := train.DenoisingBatches(skies, 3, 2)(0)
	if err != nil {
		t.Fatal(err)
	}
	observed, err := train.ReconstructionBatches(observations(), 3, 2)(0)
	if err != nil {
		t.Fatal(err)
	}
	err = torch.Do(func(s *torch.Scope) error {
		x, y := s.FromFloat32s(noisy.Clean, 2, 1, 32, 32), s.FromFloat32s(noisy.Noisy, 2, 1, 32, 32)
		square := func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error) { return s.Square(x), nil }
		calls := map[string]func() (*torch.Tensor, error){
			"Denoising.Loss":     func() (*torch.Tensor, error) { return denoising.Loss(s, noisy) },
			"Denoising.Validate": func() (*torch.Tensor, error) { _, err := denoising.Validate(s); return nil, err },
			"Denoising.Show":     func() (*torch.Tensor, error) { _, _, err := denoising.Show(s); return nil, err },
			"SSIM":               func() (*torch.Tensor, error) { return train.SSIM(s, x, y, 1) },
			"MultiScaleSSIM":     func() (*torch.Tensor, error) { return train.MultiScaleSSIM(s, x, y, 1) },
			"JacobianNorm":       func() (*torch.Tensor, error) { return train.JacobianNorm(s, square, x, y, 2) },
		}
		for _, loss := range []string{"rmse", "log_rmse", "l1", "ssim"} {
			c := observations()
			c.Loss = loss
			task, err := train.NewReconstruction(newPainter(t, 0.5, nil), c, 3)
			if err != nil {
				return err
			}
			calls["Reconstruction.Loss "+loss] = func() (*torch.Tensor, error) { return task.Loss(s, observed) }
			calls["Reconstruction.Validate"] = func() (*torch.Tensor, error) { _, err := task.Validate(s); return nil, err }
			calls["Reconstruction.Show"] = func() (*torch.Tensor, error) { _, _, err := task.Show(s); return nil, err }
		}
		for name, f := range calls {
			before := torch.Live()
			result, err := f()
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if result != nil {
				result.Drop()
			}
			if after := torch.Live(); after != before {
				t.Errorf("%s leaves %d tensors besides its result", name, after-before)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
