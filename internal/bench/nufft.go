package main

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"fringe/measure"
	"fringe/radio"
)

//go:embed peers/nufft.py
var nufftScript []byte

// nufft compares one forward and one adjoint NUFFT (512 × 512, 200,000 visibilities, accuracy 1e-6) with the FINUFFT Python
// package on the same points, both on one thread: measure.NUFFT uses one so that its results are the same to the byte. The
// library is the same; the difference is what our binding costs, and that we ask for half of the error to be sure of the
// whole.
func nufft() (Row, error) {
	const n, count, eps, reps, threads = 512, 200_000, 1e-6, 5, 1
	grid := radio.Grid{NX: n, NY: n, CellRad: 1e-8}
	u, v := points(count, 0.9*grid.MaxUV())
	op, err := measure.NewNUFFT(grid, u, v, eps)
	if err != nil {
		return Row{}, err
	}
	defer op.Close()
	dir, err := os.MkdirTemp("", "fringe-bench-")
	if err != nil {
		return Row{}, err
	}
	defer os.RemoveAll(dir)
	script, file := filepath.Join(dir, "nufft.py"), filepath.Join(dir, "points")
	if err := writePoints(file, u, v, grid.CellRad); err != nil {
		return Row{}, err
	}
	if err := os.WriteFile(script, nufftScript, 0o600); err != nil {
		return Row{}, err
	}
	img, vis := make([]float64, grid.Len()), make([]complex128, count)
	img[grid.Len()/2] = 1
	ours := func() (float64, error) {
		return timed(reps, time.Millisecond, func() error { op.Forward(vis, img); op.Adjoint(img, vis); return nil })
	}
	peer := func() (float64, error) {
		return python(script, file, strconv.Itoa(n), fmt.Sprint(eps), strconv.Itoa(reps), strconv.Itoa(threads))
	}
	return paired("NUFFT forward + adjoint, 512², 200,000 / FINUFFT Python", "ms", 5, ours, peer)
}

// points returns (u,v) points that are dense near the centre, as those of a real array, within radius.
func points(n int, radius float64) (u, v []float64) {
	rng := rand.New(rand.NewPCG(7, 1))
	for range n {
		r, phi := radius*rng.Float64(), 2*math.Pi*rng.Float64()
		u, v = append(u, r*math.Cos(phi)), append(v, r*math.Sin(phi))
	}
	return u, v
}

func writePoints(path string, u, v []float64, cell float64) error {
	var b bytes.Buffer
	for _, x := range append(append([]float64{}, u...), v...) {
		if err := binary.Write(&b, binary.LittleEndian, x*cell); err != nil {
			return err
		}
	}
	return os.WriteFile(path, b.Bytes(), 0o600)
}

// python runs a script of the environment that scripts/python.sh makes and returns the number that it prints.
func python(args ...string) (float64, error) {
	interpreter := filepath.Join(os.Getenv("FRINGE_DEPS"), "python", "bin", "python")
	out, err := exec.Command(interpreter, args...).Output()
	if err != nil {
		return 0, fmt.Errorf("%s %s: %w", interpreter, args[0], err)
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}
