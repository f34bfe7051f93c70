package models_test

import (
	"strings"
	"testing"

	"fringe/internal/torch"
	"fringe/models"
)

// Networks that are not told the noise level are brought to it, so all of them scale with the unit, and at the level they are the plain
// network. Nothing is removed where there is no noise.
func TestLevelBringsNoiseToWhatNetworksKnow(t *testing.T) {
	const at = 0.2
	for _, c := range []models.NetworkConfig{
		{DnCNN: &models.DnCNNConfig{Depth: 4, Width: 3, BatchNorm: true, Level: at, Float64: true}},
		{SRCNN: &models.SRCNNConfig{Width: 4, Level: at, Float64: true}},
		{PatchMLP: &models.PatchMLPConfig{Patch: 5, Hidden: 7, Layers: 2, Level: at, Float64: true}},
		{Nonexpansive: &models.NonexpansiveConfig{Layers: 1, Pools: 2, Width: 3, Hidden: 4, Level: at, Float64: true}},
		{SwinIR: &models.SwinIRConfig{Width: 4, Groups: 1, Blocks: 2, Heads: 2, Window: 4, Level: at, Float64: true}},
	} {
		net, full, err := models.NewNetwork(c, rng())
		if err != nil {
			t.Fatal(err)
		}
		defer net.Drop()
		name, err := full.Name()
		if err != nil {
			t.Fatal(err)
		}
		do(t, func(s *torch.Scope) error {
			shake(s, net)
			return nil
		})
		scales(t, net, 1e-10) // levelGuard is 2e-12 of σ, and the networks expand
		do(t, func(s *torch.Scope) error {
			x := s.FromFloat64s(normals(rng(), 64), 1, 1, 8, 8)
			same, err := net.Denoise(s, x, 0)
			if err != nil {
				return err
			}
			if d := maxAbs(s.Float64s(s.Sub(same, x))); d != 0 {
				t.Errorf("%s changes an image without noise by %g", name, d)
			}
			got, err := net.Denoise(s, x, at)
			if err != nil {
				return err
			}
			want, err := net.Forward(s, x, s.FromFloat64s([]float64{at}, 1, 1, 1, 1))
			if err != nil {
				return err
			}
			if d := maxAbs(s.Float64s(s.Sub(got, want))); d > 1e-12 || maxAbs(s.Float64s(s.Sub(got, x))) < 1e-3 {
				t.Errorf("%s at its level differs by %g", name, d)
			}
			return nil
		})
	}
}

func TestNetworkConfigChoosesOne(t *testing.T) {
	net, full, err := models.NewNetwork(models.NetworkConfig{}, rng())
	if err != nil {
		t.Fatal(err)
	}
	net.Drop()
	if name, err := full.Name(); err != nil || name != "unet" || full.UNet.Width != 24 || full.DnCNN != nil {
		t.Errorf("nothing chosen makes %q of %+v, %v", name, full, err)
	}
	_, _, err = models.NewNetwork(models.NetworkConfig{Ridge: &models.RidgeConfig{}, SRCNN: &models.SRCNNConfig{}}, rng())
	if err == nil || !strings.Contains(err.Error(), "blocks for ridge and srcnn: keep one") {
		t.Errorf("two networks: %v", err)
	}
	_, _, err = models.NewNetwork(models.NetworkConfig{DnCNN: &models.DnCNNConfig{Level: 1e-9}}, rng())
	if err == nil || !strings.Contains(err.Error(), "dncnn level is 1e-09") {
		t.Errorf("a level out of range: %v", err)
	}
}
