// Package shards keeps simulated training pairs in files, for those who want to look at them, use them from Python, or train on
// the same ones many times.
//
// A set is a folder:
//
//	manifest.json                version, config, seed, split, counts, stations, and size and SHA-256 of each file below
//	training-000000.safetensors  the tensors of the first pairs
//	training-000000.jsonl        a line of metadata for each of them, with the SHA-256 of its tensors
//	training-000001.safetensors  …
//
// The tensors of pair 12 are 12/truth (Jy/pixel, [ny, nx]), 12/dirty and 12/kernel (the linear problem in network units, see
// measure.Scaled), 12/u and 12/v (wavelengths), 12/vis (Jy, real and imaginary part), 12/weight (1/Jy²), 12/stations (indices into
// the line's stations), 12/time, 12/integration (s) and 12/freq (Hz).
//
// [Write] may be killed at any time and goes on where it was, with the same bytes in the end as if nothing had happened: a pair
// depends on the config, the seed, the split and its index alone, files appear whole or not at all, and the manifest names a shard
// only after it is on disk. [Open] reads a set; what it returns is verified.
package shards
