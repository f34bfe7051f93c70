package figure

import "math"

// resampling says how an image is brought to another size.
type resampling struct {
	nearest bool // squares instead of a smooth surface
	signed  bool // values below zero count as much as those above
}

// resample brings an nx·ny image to outX·outY, with pixel edges on picture edges.
func resample(img []float64, nx, ny, outX, outY int, how resampling) []float64 {
	wx, wy := how.taps(nx, outX), how.taps(ny, outY)
	rows := make([]float64, ny*outX)
	for y := range ny {
		for x, t := range wx {
			rows[y*outX+x] = t(func(i int) float64 { return img[y*nx+i] })
		}
	}
	out := make([]float64, outY*outX)
	for y, t := range wy {
		for x := range outX {
			out[y*outX+x] = t(func(i int) float64 { return rows[i*outX+x] })
		}
	}
	return out
}

// tap returns the value at one resampled position of a line of pixels.
type tap func(at func(i int) float64) float64

// taps returns the out positions along a line of n pixels. Several pixels in one position give the strongest of them: a mean would
// wash out a source of one pixel, and a sample would lose it.
func (r resampling) taps(n, out int) []tap {
	list := make([]tap, out)
	for o := range list {
		position := (float64(o)+0.5)*float64(n)/float64(out) - 0.5
		switch {
		case n > out:
			list[o] = r.strongest(o*n/out, ((o+1)*n+out-1)/out)
		case r.nearest:
			i := clamp(int(math.Round(position)), n)
			list[o] = func(at func(i int) float64) float64 { return at(i) }
		default:
			list[o] = cubic(position, n)
		}
	}
	return list
}

// strongest takes the brightest of the pixels from first to before end; with signs, the one furthest from zero.
func (r resampling) strongest(first, end int) tap {
	strength := func(v float64) float64 { return v }
	if r.signed {
		strength = math.Abs
	}
	return func(at func(i int) float64) float64 {
		best := at(first)
		for i := first + 1; i < end; i++ {
			if v := at(i); strength(v) > strength(best) {
				best = v
			}
		}
		return best
	}
}

// cubic is Keys' cubic convolution with a = −1/2 (Keys 1981, IEEE Trans. ASSP 29, 1153, eq. 15), which passes through the pixel
// values; beyond the border the last pixel repeats.
func cubic(position float64, n int) tap {
	base := int(math.Floor(position))
	var index [4]int
	var weight [4]float64
	for j := range index {
		i := base + j - 1
		index[j], weight[j] = clamp(i, n), keys(math.Abs(position-float64(i)))
	}
	return func(at func(i int) float64) float64 {
		total := 0.0
		for j, i := range index {
			if weight[j] != 0 {
				total += weight[j] * at(i)
			}
		}
		return total
	}
}

func keys(d float64) float64 {
	switch {
	case d < 1:
		return 1 + d*d*(1.5*d-2.5)
	case d < 2:
		return 2 + d*(-4+d*(2.5-0.5*d))
	}
	return 0
}

func clamp(i, n int) int { return min(max(i, 0), n-1) }
