package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"fringe/radio"
)

// mpolCandidate is a pair of MPoL's strengths, and how many steps of Adam its fit takes.
type mpolCandidate struct {
	Entropy float64 `json:"entropy"`
	TV      float64 `json:"tv"`
	Steps   int     `json:"steps"`
}

// mpolCandidates is the grid of the oracle: total variation falls by factors of 2 through its best value, entropy goes from none to
// harmful. The first fit starts from a flat image of the right flux, the others from the image of their neighbour: of twice the total
// variation, and once there is one with the same, of that.
func mpolCandidates() []mpolCandidate {
	var grid []mpolCandidate
	for i, entropy := range []float64{0, 1e-7, 1e-6} {
		for k, tv := range []float64{1e-3, 5e-4, 2.5e-4, 1.25e-4} {
			c := mpolCandidate{entropy, tv, 200}
			switch {
			case i == 0 && k == 0:
				c.Steps = 700
			case i == 0:
				c.Steps = 400
			}
			grid = append(grid, c)
		}
	}
	return grid
}

// mpolOracle returns the smallest error of MPoL's fits.
func (m *mock) mpolOracle(s *session) (float64, error) {
	grid, dir := mpolCandidates(), filepath.Join(s.dir, "butterfly")
	if err := m.write(dir, grid); err != nil {
		return 0, err
	}
	mpol, err := s.peer("mpol_butterfly.py", dir)
	if err != nil {
		return 0, err
	}
	defer mpol.close()
	best := math.Inf(1)
	for _, c := range grid {
		loss, err := mpol.ask("fit")
		if err != nil {
			return 0, err
		}
		moved, err := mpol.ask("moved")
		if err != nil {
			return 0, err
		}
		image := make([]float64, m.grid.Len())
		if err := readFloats(filepath.Join(dir, "image.bin"), image); err != nil {
			return 0, err
		}
		e, err := m.nrmse(image)
		if err != nil {
			return 0, err
		}
		best = min(best, e)
		fmt.Fprintf(os.Stderr, "butterfly: MPoL with entropy %-6.3g tv %-6.3g NRMSE %.4f, loss %.5f, %.1e lower than 50 steps before\n", c.Entropy, c.TV, e, loss, moved)
	}
	return best, nil
}

// write leaves the data and the grid where peers/mpol_butterfly.py reads them.
func (m *mock) write(dir string, grid []mpolCandidate) error {
	v := m.vis
	var re, im []float64
	for _, d := range v.Vis {
		re, im = append(re, real(d)), append(im, imag(d))
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	if err := writeFloats(filepath.Join(dir, "vis.bin"), v.U, v.V, re, im, v.Weight); err != nil {
		return err
	}
	text, err := json.Marshal(map[string]any{
		"n": imagePixels, "cell_arcsec": imageCell / radio.Arcsecond, "flux": fluxJy, "candidates": grid,
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "problem.json"), text, 0o600)
}

// writeFloats writes arrays one after the other, as NumPy's fromfile reads them.
func writeFloats(path string, arrays ...[]float64) error {
	var b bytes.Buffer
	for _, x := range arrays {
		if err := binary.Write(&b, binary.LittleEndian, x); err != nil {
			return err
		}
	}
	return os.WriteFile(path, b.Bytes(), 0o600)
}

// readFloats fills x from a file of NumPy's tofile.
func readFloats(path string, x []float64) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if len(b) != 8*len(x) {
		return fmt.Errorf("%s has %d bytes, want %d", path, len(b), 8*len(x))
	}
	return binary.Read(bytes.NewReader(b), binary.LittleEndian, x)
}
