package measure_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"testing"

	"fringe/measure"
	"fringe/radio"
)

// several are settings that give one, a few and many blocks, on one and on several threads.
var several = []measure.Blocks{{Threads: 1}, {Threads: 2, Size: 1000}, {Threads: 3, Size: 77}, {Threads: 1, Size: 20}}

func nufft(t *testing.T, g radio.Grid, v *radio.Visibilities, eps float64, threads int) *measure.NUFFT {
	t.Helper()
	op, err := measure.NewNUFFTWith(g, v.U, v.V, measure.NUFFTOptions{Eps: eps, Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(op.Close)
	return op
}

// Blocks of visibilities give the Gram that one block gives.
func TestBlocksGiveWhatOneBlockGives(t *testing.T) {
	g := radio.Grid{NX: 33, NY: 28, CellRad: cell}
	v := observation(rand.New(rand.NewPCG(50, 1)), 1500)
	v.Weight[3], v.Weight[700] = 0, -1 // flagged
	gram, err := measure.NewGram(g, v)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range several {
		blocked, err := measure.NewGramWith(g, v, b)
		if err != nil {
			t.Fatal(err)
		}
		if d := relative(blocked.Kernel, gram.Kernel); d > 1e-12 { // asked for 1e-14
			t.Errorf("%+v: the kernel differs by %.2g", b, d)
		}
		if d := relative(blocked.Dirty, gram.Dirty); d > 1e-12 {
			t.Errorf("%+v: the dirty image differs by %.2g", b, d)
		}
	}
}

func parts(z []complex128) []float64 {
	var x []float64
	for _, v := range z {
		x = append(x, real(v), imag(v))
	}
	return x
}

// 40,000 points are split between two threads: 20 runs, with other goroutines in the way, give the same bytes.
func TestTwoThreadsRepeatThemselves(t *testing.T) {
	g := radio.Grid{NX: 48, NY: 47, CellRad: cell}
	v := observation(rand.New(rand.NewPCG(51, 1)), 40_000)
	img := randomImage(rand.New(rand.NewPCG(51, 2)), g.Len())
	op := nufft(t, g, v, 1e-9, 0)
	vis, back := make([]complex128, v.Len()), make([]float64, g.Len())
	op.Forward(vis, img)
	op.Adjoint(back, v.Vis)
	for run := range 20 {
		fresh := op
		if run%5 == 0 {
			fresh = nufft(t, g, v, 1e-9, 0)
		}
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1 + run%3)) // the number of cores must not matter
		vis2, back2 := make([]complex128, v.Len()), make([]float64, g.Len())
		fresh.Forward(vis2, img)
		fresh.Adjoint(back2, v.Vis)
		if !slices.Equal(vis, vis2) || !slices.Equal(back, back2) {
			t.Fatalf("run %d gives other bytes", run)
		}
	}
}

func TestBlocksRefuse(t *testing.T) {
	g, v := grids[0], observation(rand.New(rand.NewPCG(52, 1)), 5)
	for _, b := range []measure.Blocks{{Threads: -1}, {Size: -1}, {Threads: 1 << 20}} {
		if _, err := measure.NewGramWith(g, v, b); err == nil {
			t.Errorf("Gram: %+v accepted", b)
		}
	}
	for _, o := range []measure.NUFFTOptions{{Threads: -1}, {Threads: 1 << 20}, {Eps: 0.2}, {Eps: 1e-15}, {Eps: math.NaN()}} {
		if _, err := measure.NewNUFFTWith(g, v.U, v.V, o); err == nil {
			t.Errorf("NUFFT: %+v accepted", o)
		}
	}
}

// share is the environment variable that makes this test binary a worker on one half of the visibilities.
const share = "FRINGE_TEST_SHARE"

// The gradient of ½χ² is a sum over visibilities, so processes that hold a part each can add theirs. Two processes, each with half of
// the visibilities, against one with all: 1e-12, the rounding of float64 sums.
func TestGradientOfTwoProcessesEqualsThatOfOne(t *testing.T) {
	const count = 6000
	if half := os.Getenv(share); half != "" {
		k, err := strconv.Atoi(half)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(os.Getenv(share+"_OUT"), encode(partialGradient(t, k*count/2, (k+1)*count/2)), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want := partialGradient(t, 0, count)
	sum := make([]float64, len(want))
	for _, half := range []string{"0", "1"} {
		file := t.TempDir() + "/gradient"
		worker := exec.Command(os.Args[0], "-test.run=^TestGradientOfTwoProcessesEqualsThatOfOne$")
		worker.Env = append(os.Environ(), share+"="+half, share+"_OUT="+file)
		if out, err := worker.CombinedOutput(); err != nil {
			t.Fatalf("worker %s: %v: %s", half, err, out)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for p, v := range decode(t, b) {
			sum[p] += v
		}
	}
	if d := relative(sum, want); !(d <= 1e-12) {
		t.Errorf("the sum of two processes differs by %.2g", d)
	}
}

// partialGradient returns ½χ² and its gradient at a fixed image for the visibilities from first to the one before last.
func partialGradient(t *testing.T, first, last int) []float64 {
	t.Helper()
	g := radio.Grid{NX: 40, NY: 36, CellRad: cell}
	v := observation(rand.New(rand.NewPCG(53, 1)), 6000)
	for k := range v.Weight {
		if k < first || k >= last {
			v.Weight[k] = 0
		}
	}
	gram, err := measure.NewGram(g, v)
	if err != nil {
		t.Fatal(err)
	}
	q, err := measure.NewQuadratic(gram)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	grad := make([]float64, g.Len())
	value, err := q.ValueGrad(grad, randomImage(rand.New(rand.NewPCG(53, 2)), g.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return append(grad, value)
}

func encode(x []float64) []byte {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.LittleEndian, x) // a bytes.Buffer does not fail
	return b.Bytes()
}

func decode(t *testing.T, b []byte) []float64 {
	t.Helper()
	x := make([]float64, len(b)/8)
	if err := binary.Read(bytes.NewReader(b), binary.LittleEndian, x); err != nil {
		t.Fatal(err)
	}
	return x
}
