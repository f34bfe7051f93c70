package measure

import (
	"errors"
	"fmt"

	"fringe/internal/torch"
)

// Quadratic is ½χ² of calibrated visibilities with fixed weights, with its gradient, by one [Gram] per spectral channel: exact,
// in float64, whatever the number of visibilities. Value and gradient together cost one application of N. Images are
// [channels, ny, nx] in row-major order, Jy/pixel. It keeps its kernels on the device between calls. One goroutine may use it
// at a time; Close frees its memory.
type Quadratic struct {
	channels []*Gram
	device   torch.Device
	shape    [4]int64  // [channels, 1, ny, nx]
	beams    []float64 // primary beams of all channels, nil for none; those of normal are the same
	normal   *Normal
}

// NewQuadratic returns ½χ² of the channels, which share one grid, on the CPU.
func NewQuadratic(channels ...*Gram) (*Quadratic, error) {
	return NewQuadraticOn(torch.CPU, channels...)
}

// NewQuadraticOn returns ½χ² of the channels, computed on a device. It returns an error when there is no channel, when the
// channels differ in their grids or some but not all have a primary beam, or when there is no such device.
func NewQuadraticOn(device torch.Device, channels ...*Gram) (*Quadratic, error) {
	if err := checkChannels(channels); err != nil {
		return nil, err
	}
	g := channels[0].Grid
	q := &Quadratic{
		channels: channels, device: device,
		shape: [4]int64{int64(len(channels)), 1, int64(g.NY), int64(g.NX)},
	}
	if err := device.Available(); err != nil {
		return nil, fmt.Errorf("measure: %w", err)
	}
	if err := torch.Do(q.prepare); err != nil {
		return nil, err
	}
	return q, nil
}

func checkChannels(channels []*Gram) error {
	if len(channels) == 0 || channels[0] == nil {
		return errors.New("measure: quadratic term without a Gram")
	}
	for c, gram := range channels {
		if gram == nil || gram.Grid != channels[0].Grid {
			return fmt.Errorf("measure: quadratic term: channel %d is missing or on another grid than channel 0", c)
		}
		if (gram.PrimaryBeam == nil) != (channels[0].PrimaryBeam == nil) {
			return fmt.Errorf("measure: quadratic term: only one of channels 0 and %d has a primary beam", c)
		}
	}
	return nil
}

// prepare puts kernels and beams on the device and keeps them.
func (q *Quadratic) prepare(s *torch.Scope) error {
	var kernels, beams []float64
	for _, gram := range q.channels {
		kernels, beams = append(kernels, gram.Kernel...), append(beams, gram.PrimaryBeam...)
	}
	n, ny, nx := q.shape[0], q.shape[2], q.shape[3]
	normal, err := NewNormal(s, int(ny), int(nx), s.ToDevice(s.FromFloat64s(kernels, n, 1, 2*ny, nx+1), q.device))
	if err != nil {
		return err
	}
	if len(beams) > 0 {
		beam := s.ToDevice(s.FromFloat64s(beams, q.shape[:]...), q.device)
		if normal, err = normal.WithBeam(beam); err != nil {
			return err
		}
		s.Keep(beam)
	}
	s.Keep(normal.kernel)
	q.normal, q.beams = normal, beams
	return nil
}

// Normal returns N of the channels on tensors [channels, 1, ny, nx], float64, on the device. It lives until Close.
func (q *Quadratic) Normal() *Normal { return q.normal }

// Close frees the kernels. Closing twice does nothing.
func (q *Quadratic) Close() {
	if q.normal != nil {
		q.normal.kernel.Drop()
		q.normal.beam.Drop()
		q.normal, q.beams = nil, nil
	}
}

// ValueGrad returns ½χ² = ½Σw(xᵀNx − 2xᵀb + c) at the image x and overwrites grad with its gradient Σw(Nx − b); a nil grad
// asks for the value only. The terms of the value cancel where x fits bright data: its error is about 1e-15·½Σw·c. A NaN or
// infinity in x is an error. x is not changed and must not be grad.
func (q *Quadratic) ValueGrad(grad, x []float64) (float64, error) {
	if grad != nil && len(grad) != len(x) {
		return 0, fmt.Errorf("measure: gradient of %d pixels for an image of %d", len(grad), len(x))
	}
	value := 0.0
	err := q.each(x, func(s *torch.Scope, c, from, to int) error {
		gram, part := q.channels[c], grad
		if grad != nil {
			part = grad[from:to]
		}
		sum, err := q.gradient(s, c, gram.SumW, gram.Dirty, part, x[from:to])
		value += gram.SumW * (gram.Const + sum) / 2
		return err
	})
	if err != nil {
		return 0, err
	}
	if !finite(value) {
		return 0, notFinite(x, value)
	}
	return value, nil
}

// ReducedChi2 returns χ²/(2N) of all channels together at the image x, under the name of the visibility term, "vis": about 1 for the
// true image.
func (q *Quadratic) ReducedChi2(x []float64) (map[string]float64, error) {
	half, err := q.ValueGrad(nil, x)
	if err != nil {
		return nil, err
	}
	count := 0
	for _, gram := range q.channels {
		count += gram.Count
	}
	return map[string]float64{"vis": half / float64(count)}, nil
}

// notFinite says which pixel made the value NaN or infinite.
func notFinite(x []float64, value float64) error {
	for p, v := range x {
		if !finite(v) {
			return fmt.Errorf("measure: pixel %d of the image is %g, must be finite", p, v)
		}
	}
	return fmt.Errorf("measure: ½χ² is %g: the image overflows", value)
}

// Residual fills residual with b − Nx (Jy/beam): the dirty image of the residual visibilities d − Ax, seen through the primary
// beam if there is one.
func (q *Quadratic) Residual(residual, x []float64) error {
	if len(residual) != len(x) {
		return fmt.Errorf("measure: residual of %d pixels for an image of %d", len(residual), len(x))
	}
	return q.each(x, func(s *torch.Scope, c, from, to int) error {
		_, err := q.gradient(s, c, -1, q.channels[c].Dirty, residual[from:to], x[from:to])
		return err
	})
}

// each calls f for every channel with where it begins and ends in an image.
func (q *Quadratic) each(x []float64, f func(s *torch.Scope, c, from, to int) error) error {
	size := q.channels[0].Grid.Len()
	if q.normal == nil {
		return errors.New("measure: the quadratic term is closed")
	}
	if len(x) != len(q.channels)*size {
		return fmt.Errorf("measure: quadratic term of %d pixels in all channels got an image of %d", len(q.channels)*size, len(x))
	}
	return torch.Do(func(s *torch.Scope) error {
		for c := range q.channels {
			if err := f(s, c, c*size, (c+1)*size); err != nil {
				return err
			}
		}
		return nil
	})
}

// gradient fills grad, unless it is nil, with weight·(Nx − b) of a channel and returns xᵀ(Nx − 2b); a nil b is zero.
func (q *Quadratic) gradient(s *torch.Scope, c int, weight float64, b, grad, x []float64) (float64, error) {
	gram := q.channels[c]
	if q.device != torch.CPU {
		return q.gradientOnDevice(s, c, weight, b, grad, x)
	}
	beam := q.beams
	if beam != nil {
		beam = beam[c*len(x) : (c+1)*len(x)]
	}
	return s.QuadraticGradient(torch.Quadratic{
		Kernel: q.normal.kernel, Index: c, NY: gram.Grid.NY, NX: gram.Grid.NX, Dirty: b, Beam: beam, Weight: weight,
	}, grad, x), nil
}

// gradientOnDevice is gradient where the kernels are not in the host's memory.
func (q *Quadratic) gradientOnDevice(s *torch.Scope, c int, weight float64, b, grad, x []float64) (sum float64, err error) {
	s.NoGrad(func() {
		one := *q.normal
		one.kernel = s.Narrow(one.kernel, 0, int64(c), 1)
		if one.beam != nil {
			one.beam = s.Narrow(one.beam, 0, int64(c), 1)
		}
		var y *torch.Tensor
		if y, err = one.Apply(s, s.ToDevice(s.FromFloat64s(x, 1, 1, q.shape[2], q.shape[3]), q.device)); err != nil {
			return
		}
		for p, product := range s.Float64s(y) {
			dirty := 0.0
			if b != nil {
				dirty = b[p]
			}
			sum += x[p] * (product - 2*dirty)
			if grad != nil {
				grad[p] = weight * (product - dirty)
			}
		}
	})
	return sum, err
}
