package metrics

import "math"

// centre returns the position with the least score: first on a grid of every second pixel around the centroid, then by a
// pattern search down to 1/100 pixel.
func (p *polar) centre() (x, y float64) {
	cx, cy := p.centroid()
	x, y = cx, cy
	best := p.score(x, y, coarseAngles)
	reach := math.Ceil(p.rMax / 2)
	for dy := -reach; dy <= reach; dy += 2 {
		for dx := -reach; dx <= reach; dx += 2 {
			if s := p.score(cx+dx, cy+dy, coarseAngles); s < best {
				best, x, y = s, cx+dx, cy+dy
			}
		}
	}
	best = p.score(x, y, fineAngles)
	for step := 1.0; step > 0.01; {
		moved := false
		for _, d := range [][2]float64{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
			if s := p.score(x+step*d[0], y+step*d[1], fineAngles); s < best {
				best, x, y, moved = s, x+step*d[0], y+step*d[1], true
				break
			}
		}
		if !moved {
			step /= 2
		}
	}
	return x, y
}

// score is the scatter of the radii over their mean; a direction without a maximum counts as much as a scatter of one mean.
func (p *polar) score(x, y float64, n int) float64 {
	t := p.trace(x, y, n)
	if t.quality == 0 {
		return 2
	}
	return t.spread/t.mean + 1 - t.quality
}

// centroid returns the centroid of the positive brightness.
func (p *polar) centroid() (x, y float64) {
	sum := 0.0
	for k, b := range p.img {
		if b > 0 {
			sum += b
			x += b * float64(k%p.g.NX-p.g.NX/2)
			y += b * float64(k/p.g.NX-p.g.NY/2)
		}
	}
	if sum == 0 {
		return 0, 0
	}
	return x / sum, y / sum
}

// at interpolates the image by cubic convolution (Keys 1981, a = −1/2); it is 0 outside.
func (p *polar) at(x, y float64) float64 {
	x, y = x+float64(p.g.NX/2), y+float64(p.g.NY/2)
	fx, fy := math.Floor(x), math.Floor(y)
	wx, wy := cubic(x-fx), cubic(y-fy)
	x0, y0 := int(fx)-1, int(fy)-1
	sum := 0.0
	for j, b := range wy {
		if y0+j < 0 || y0+j >= p.g.NY {
			continue
		}
		row := p.img[(y0+j)*p.g.NX:][:p.g.NX]
		for i, a := range wx {
			if x0+i >= 0 && x0+i < p.g.NX {
				sum += a * b * row[x0+i]
			}
		}
	}
	return sum
}

// cubic returns the weights of the four samples around a position t between the second and the third.
func cubic(t float64) [4]float64 {
	t2, t3 := t*t, t*t*t
	return [4]float64{
		-0.5*t + t2 - 0.5*t3,
		1 - 2.5*t2 + 1.5*t3,
		0.5*t + 2*t2 - 1.5*t3,
		-0.5*t2 + 0.5*t3,
	}
}
