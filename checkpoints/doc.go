// Package checkpoints saves and restores trained networks and training runs.
//
// A checkpoint is a folder:
//
//	manifest.json               version, kind, config, seed, step, metrics, and the name, size and SHA-256 of each file below
//	weights-1a2b3c4d.safetensors   the weights to use
//	state-5e6f7a8b.safetensors     what training needs to go on (absent from shipped weights)
//
// The tensors are in the safetensors format, which Python reads. File names hold the start of their checksum, and replacing
// the manifest is the last step of [Save]: whenever the program is killed, the folder holds the former checkpoint or the
// new one, complete. [Load] refuses an unknown version, a wrong checksum and malformed files with an error that names them.
//
// Tensors in this package are bytes on the host; [Gather] takes them from a network and [Assign] puts them back.
package checkpoints
