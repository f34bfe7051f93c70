// Package models holds image-to-image networks: each has a config that can be printed and stored, a constructor that draws
// its first weights from a seeded generator, a Forward that can be trained, and a Denoise for imaging.
//
// [Denoiser] is the default; [UNet], [DnCNN], [DRUNet], [SwinIR], [PatchMLP] and [SRCNN] are those of the literature; [GradientStep] and
// [Ridge] have an energy that they descend on; [Nonexpansive] and a limited [Ridge] are firmly nonexpansive by construction. Images are
// tensors [batch, channels, ny, nx] of any height and width. Parameters are named as PyTorch would name them and come sorted by name. A network
// owns its parameters until Drop; what Forward returns belongs to the scope passed in.
//
//	net, err := models.NewDenoiser(models.UNetConfig{}, rand.New(rand.NewPCG(1, 1)))
//	if err != nil {
//		return err
//	}
//	defer net.Drop()
//	err = torch.Do(func(s *torch.Scope) error {
//		clean, err := net.Denoise(s, s.FromFloat32s(noisy, 1, 1, 64, 64), 0.05)
package models
