package data

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ImageFolder is a folder of FITS and PNG images from which skies are drawn, read once. Each image belongs to one split alone: the files
// are ordered by a hash of their names, and the first tenth is for evaluation, the second for validation (at least one each), the rest for
// training.
type ImageFolder struct {
	pictures [Evaluation + 1][]picture
}

// mostPictures bounds the pixels that are held in memory: 2 GB.
const mostPictures = 1 << 29

// OpenImages reads the images of a folder, but not those of its folders. Every file that ends in .fits, .fit or .png must be an image with
// a positive pixel; the error names the first that is none. There must be at least three.
func OpenImages(dir string) (*ImageFolder, error) {
	names, err := imageNames(dir)
	if err != nil {
		return nil, fmt.Errorf("data: images: %w", err)
	}
	if len(names) < 3 {
		return nil, fmt.Errorf("data: images: %q holds %d FITS or PNG images, and needs at least 3: training, validation and evaluation share none", dir, len(names))
	}
	f, pixels := &ImageFolder{}, 0
	tenth := max(1, len(names)/10)
	for k, name := range names {
		p, err := readPicture(filepath.Join(dir, name))
		if err != nil {
			return nil, fmt.Errorf("data: images: %w", err)
		}
		if pixels += len(p.values); pixels > mostPictures {
			return nil, fmt.Errorf("data: images: %q holds more than %d pixels, which would not fit into memory: take fewer images", dir, mostPictures)
		}
		split := Training
		switch {
		case k < tenth:
			split = Evaluation
		case k < 2*tenth:
			split = Validation
		}
		f.pictures[split] = append(f.pictures[split], p)
	}
	return f, nil
}

// imageNames lists the images of a folder in the order of a hash of their names.
func imageNames(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", dir, errors.Unwrap(err))
	}
	for _, e := range entries {
		switch ending := strings.ToLower(filepath.Ext(e.Name())); {
		case e.IsDir() || strings.HasPrefix(e.Name(), "."):
		case ending == ".fits" || ending == ".fit" || ending == ".png":
			names = append(names, e.Name())
		}
	}
	hash := func(name string) uint64 {
		h := fnv.New64a()
		_, _ = io.WriteString(h, name) // a hash takes everything
		return mix(h.Sum64())
	}
	slices.SortFunc(names, func(a, b string) int {
		if x, y := hash(a), hash(b); x != y {
			if x < y {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	return names, nil
}

// readPicture reads an image in which pixels may be negative or have no value.
func readPicture(path string) (picture, error) {
	return readFile(path, func(r io.ReaderAt, size int64) (picture, error) {
		img, g, _, err := decodeImage(r, size)
		if err != nil {
			return picture{}, err
		}
		return newPicture(filepath.Base(path), img, g.NX, g.NY)
	})
}

// draw returns one of the pictures of a split.
func (f *ImageFolder) draw(rng *rand.Rand, split Split) picture {
	all := f.pictures[split]
	return all[rng.IntN(len(all))]
}

// Names returns the files that a split draws from, sorted.
func (f *ImageFolder) Names(split Split) (names []string) {
	for _, p := range f.pictures[split] {
		names = append(names, p.name)
	}
	slices.Sort(names)
	return names
}
