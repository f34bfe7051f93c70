package evaluate

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"fringe/checkpoints"
)

// Cached is a Tunable method whose images are kept in files, one for each image and strength, so that they are made once. A file
// is named after everything that it depends on, but for the program: a program that computes otherwise needs another folder.
type Cached struct {
	Tunable
	Dir string
}

// Denoise reads the images that are there and makes the others.
func (c Cached) Denoise(ctx context.Context, noisy Noisy, strength float64) (out [][]float64, err error) {
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("evaluate: cache: %w", err)
	}
	for i := range noisy.Images {
		one := noisy.slice(i, i+1)
		path, err := c.path(one, strength)
		if err != nil {
			return nil, err
		}
		image, err := readImage(path, len(noisy.Images[i]))
		if err != nil {
			images, err := c.Tunable.Denoise(ctx, one, strength)
			if err != nil {
				return nil, err
			}
			if err := one.check(images); err != nil {
				return nil, err
			}
			image = images[0]
			if err := c.write(path, image); err != nil {
				return nil, fmt.Errorf("evaluate: cache: %w", err)
			}
		}
		out = append(out, image)
	}
	return out, nil
}

func (c Cached) path(one Noisy, strength float64) (string, error) {
	hash := sha256.New()
	if _, err := fmt.Fprintf(hash, "%s\n%d\n", c.Settings(), one.Side); err != nil {
		return "", err
	}
	for _, values := range [][]float64{{strength, one.Sigma[0]}, one.Images[0]} {
		if err := binary.Write(hash, binary.LittleEndian, values); err != nil {
			return "", err
		}
	}
	return filepath.Join(c.Dir, hex.EncodeToString(hash.Sum(nil)[:16])), nil
}

func readImage(path string, size int) ([]float64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	image := make([]float64, size)
	if n, err := binary.Decode(text, binary.LittleEndian, image); err != nil || n != len(text) {
		return nil, fmt.Errorf("%s does not hold %d numbers", path, size)
	}
	return image, nil
}

// write writes a file that is complete or not there, also when others write the same one.
func (c Cached) write(path string, image []float64) error {
	text, err := binary.Append(nil, binary.LittleEndian, image)
	if err != nil {
		return err
	}
	return checkpoints.ReplaceFile(c.Dir, filepath.Base(path), text)
}
