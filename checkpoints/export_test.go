package checkpoints

import "os"

// SaveBy is Save with another way to write into files.
func SaveBy(fill func(f *os.File, content []byte) error, dir string, m Manifest, weights, state []Tensor) error {
	return saveBy(fill, dir, m, weights, state)
}
