package data

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ImageFolder is a folder of FITS and PNG images from which skies are drawn, read once. Each image belongs to one split alone, which a hash
// of its name decides: one in ten is for evaluation, one for validation, the rest for training.
type ImageFolder struct {
	pictures [Evaluation + 1][]picture
	digest   string
}

// mostPictures bounds the pixels that are held in memory: 2 GB.
const mostPictures = 1 << 29

// OpenImages reads the images of a folder, but not those of its folders. Every file that ends in .fits, .fit or .png must be an image with
// a positive pixel; the error names the first that is none. There must be one for each split, so at least three.
func OpenImages(dir string) (*ImageFolder, error) {
	names, err := imageNames(dir)
	if err != nil {
		return nil, fmt.Errorf("data: images: %w", err)
	}
	split := splitImages(names)
	if len(split[Training]) == 0 {
		return nil, fmt.Errorf("data: images: %q holds %d FITS or PNG images, and needs at least %d: training, validation and evaluation share none", dir, len(names), max(3, len(names)+1))
	}
	f, pixels := &ImageFolder{}, 0
	contents := map[string][sha256.Size]byte{}
	for s, names := range split {
		for _, name := range names {
			p, sum, err := readPicture(filepath.Join(dir, name))
			if err != nil {
				return nil, fmt.Errorf("data: images: %w", err)
			}
			if pixels += len(p.values); pixels > mostPictures {
				return nil, fmt.Errorf("data: images: %q holds more than %d pixels, which would not fit into memory: take fewer images", dir, mostPictures)
			}
			f.pictures[s], contents[name] = append(f.pictures[s], p), sum
		}
	}
	f.digest = digestOf(contents)
	return f, nil
}

// digestOf returns the SHA-256 of the names, sorted, each with the SHA-256 of the file.
func digestOf(contents map[string][sha256.Size]byte) string {
	whole := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		fmt.Fprintf(whole, "%x %q\n", contents[name], name)
	}
	return hex.EncodeToString(whole.Sum(nil))
}

// splitImages returns the names of each split, in the order of their hashes. A hash in the first tenth is for evaluation, one in the second for
// validation. Where there is none, the first of the others stands in. So a folder that grows never evaluates or validates with an image that
// was for training when it was smaller.
func splitImages(names []string) (split [Evaluation + 1][]string) {
	const tenth = math.MaxUint64 / 10
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(hashOf(a), hashOf(b)), strings.Compare(a, b))
	})
	for _, name := range names {
		s := Training
		switch hash := hashOf(name); {
		case hash < tenth:
			s = Evaluation
		case hash < 2*tenth:
			s = Validation
		}
		split[s] = append(split[s], name)
	}
	for _, s := range []Split{Evaluation, Validation} {
		if rest := split[Training]; len(split[s]) == 0 && len(rest) > 0 {
			split[s], split[Training] = rest[:1:1], rest[1:]
		}
	}
	return split
}

func hashOf(name string) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, name) // a hash takes everything
	return mix(h.Sum64())
}

// imageNames lists the images of a folder.
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
	return names, nil
}

// readPicture reads an image in which pixels may be negative or have no value, and the SHA-256 of its file.
func readPicture(path string) (p picture, sum [sha256.Size]byte, err error) {
	p, err = readFile(path, func(r io.ReaderAt, size int64) (picture, error) {
		content := sha256.New()
		if _, err := io.Copy(content, io.NewSectionReader(r, 0, size)); err != nil {
			return picture{}, err
		}
		sum = [sha256.Size]byte(content.Sum(nil))
		img, g, _, err := decodeImage(r, size)
		if err != nil {
			return picture{}, err
		}
		return newPicture(filepath.Base(path), img, g.NX, g.NY)
	})
	return p, sum, err
}

// SHA256 returns a digest of the names and contents of all images, in hexadecimal digits.
func (f *ImageFolder) SHA256() string { return f.digest }

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
