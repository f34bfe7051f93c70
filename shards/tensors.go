package shards

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"fringe/checkpoints"
	"fringe/measure"
	"fringe/radio"
)

// tensorsOf returns the tensors of a pair.
func tensorsOf(e Example) []checkpoints.Tensor {
	name := func(what string) string { return fmt.Sprintf("%d/%s", e.Index, what) }
	nx, ny, n := int64(e.Grid.NX), int64(e.Grid.NY), int64(e.Vis.Len())
	vis, stations := make([]float64, 0, 2*n), make([]int64, 0, 2*n)
	for k, value := range e.Vis.Vis {
		vis = append(vis, real(value), imag(value))
		stations = append(stations, int64(e.Vis.Ant1[k]), int64(e.Vis.Ant2[k]))
	}
	return []checkpoints.Tensor{
		checkpoints.NewTensor(name("truth"), e.Truth, ny, nx),
		checkpoints.NewTensor(name("dirty"), e.Scaled.Dirty, ny, nx),
		checkpoints.NewTensor(name("kernel"), e.Scaled.Kernel, 2*ny, nx+1),
		checkpoints.NewTensor(name("u"), e.Vis.U, n),
		checkpoints.NewTensor(name("v"), e.Vis.V, n),
		checkpoints.NewTensor(name("vis"), vis, n, 2),
		checkpoints.NewTensor(name("weight"), e.Vis.Weight, n),
		checkpoints.NewTensor(name("stations"), stations, n, 2),
		checkpoints.NewTensor(name("time"), e.Vis.TimeSec, n),
		checkpoints.NewTensor(name("integration"), e.Vis.IntSec, n),
		checkpoints.NewTensor(name("freq"), e.Vis.FreqHz, n),
	}
}

// checksum returns the SHA-256 of the data of tensors, one after the other.
func checksum(tensors []checkpoints.Tensor) string {
	h := sha256.New()
	for _, t := range tensors {
		h.Write(t.Data)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// fields reads the tensors of one pair by name; the first failure stays in err.
type fields struct {
	tensors map[string]checkpoints.Tensor
	err     error
}

// newFields sorts the tensors of a pair by what follows the slash in their names.
func newFields(tensors []checkpoints.Tensor) *fields {
	f := &fields{tensors: map[string]checkpoints.Tensor{}}
	for _, t := range tensors {
		_, what, _ := strings.Cut(t.Name, "/")
		f.tensors[what] = t
	}
	return f
}

// values returns the elements of a tensor, of which there must be n.
func values[T float32 | float64 | int64](f *fields, name string, n int) []T {
	v, err := checkpoints.Values[T](f.tensors[name])
	if err == nil && len(v) != n {
		err = fmt.Errorf("tensor %q has %d elements, want %d", name, len(v), n)
	}
	if err != nil && f.err == nil {
		f.err = err
	}
	return v
}

// visibilities puts the visibilities of a pair together.
func (f *fields) visibilities(n int) *radio.Visibilities {
	v := &radio.Visibilities{
		U: values[float64](f, "u", n), V: values[float64](f, "v", n), Weight: values[float64](f, "weight", n),
		TimeSec: values[float64](f, "time", n), IntSec: values[float64](f, "integration", n), FreqHz: values[float64](f, "freq", n),
	}
	vis, stations := values[float64](f, "vis", 2*n), values[int64](f, "stations", 2*n)
	if f.err != nil {
		return nil
	}
	for k := range n {
		v.Vis = append(v.Vis, complex(vis[2*k], vis[2*k+1]))
		v.Ant1, v.Ant2 = append(v.Ant1, int(stations[2*k])), append(v.Ant2, int(stations[2*k+1]))
	}
	return v
}

// scaled puts the linear problem of a pair on g together.
func (f *fields) scaled(g radio.Grid, l Line) measure.Scaled {
	return measure.Scaled{
		Kernel: values[float32](f, "kernel", 2*g.NY*(g.NX+1)), Dirty: values[float32](f, "dirty", g.Len()), Gain: l.Gain, Scale: l.ScaleJy,
	}
}
