// Package data goes from skies to training pairs, and between files and memory. It needs no LibTorch.
//
// Simulation: a [SkyConfig] draws a [Sky], a continuous brightness of flux 1 that renders to any grid; an
// [ObservationConfig] draws what an array of telescopes sees at what noise; [Observe] fills in the visibilities by an exact
// Fourier transform on a finer grid than the image's, see [Transform]. A [PairConfig] does all of it:
//
//	config := data.PairConfig{Seed: 1}
//	for pair, err := range data.Prefetch(ctx, 0, 2, func(i int) (data.Pair, error) {
//		return config.Pair(data.Training, uint64(i))
//	}) {
//		… pair.Truth (Jy/pixel on pair.Grid), pair.Vis
//	}
//
// One explicit observation is a [Schedule]; [Effects] are smearing, leakage, drifting gains and flags, for it and for
// distributions of observations. docs/simulation.md tells how they are made.
//
// Example number i of a split depends on the configuration, its seed and i alone, so runs can stop and resume anywhere. Training,
// validation and evaluation draw from disjoint generators; see [Rng].
//
// Files: [ReadVisibilities] reads visibilities in any format, [WriteUVFITS] and [WriteNPZ] write them; [ReadImage] reads FITS
// images and PNG, [WriteImage] and [WriteCube] write FITS. docs/formats.md says what each format may hold. Conventions are
// those of package radio: the readers and writers convert signs and units, nothing else does. Files are written to a
// temporary name and renamed, so a file is complete or absent.
package data
