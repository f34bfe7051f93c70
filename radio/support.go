package radio

// support is the smallest rectangle of columns [x0, x1) and rows [y0, y1) outside of which an image is zero.
type support struct {
	x0, x1, y0, y1 int
	stride         int // columns of the image
}

// supportOf finds the support of an image on g; that of an empty image has neither columns nor rows.
func supportOf(img []float64, g Grid) support {
	s := support{x0: g.NX, y0: g.NY, stride: g.NX}
	for y := range g.NY {
		row := img[y*g.NX:][:g.NX]
		first, last := 0, g.NX-1
		for first < g.NX && row[first] == 0 {
			first++
		}
		if first == g.NX {
			continue
		}
		for row[last] == 0 {
			last--
		}
		s.x0, s.x1 = min(s.x0, first), max(s.x1, last+1)
		s.y0, s.y1 = min(s.y0, y), y+1
	}
	if s.x1 == 0 {
		s.x0, s.y0 = 0, 0
	}
	return s
}

func (s support) columns() int { return s.x1 - s.x0 }
func (s support) rows() int    { return s.y1 - s.y0 }

// rowSums fills sums[y] with Σ_x img[y, x]·ex[x] over the columns of the support, for each of its rows. Four rows go together,
// because one sum alone waits for each of its additions; the order of the additions in a row stays that of its columns.
func (s support) rowSums(sums []complex128, img []float64, ex []complex128) {
	row := func(y int) []float64 { return img[(s.y0+y)*s.stride+s.x0:][:len(ex)] }
	y := 0
	for ; y+4 <= s.rows(); y += 4 {
		sumFourRows((*[4]complex128)(sums[y:]), row(y), row(y+1), row(y+2), row(y+3), ex)
	}
	for ; y < s.rows(); y++ {
		var re, im float64
		for x, value := range row(y) {
			re += value * real(ex[x])
			im += value * imag(ex[x])
		}
		sums[y] = complex(re, im)
	}
}

func sumFourRows(sums *[4]complex128, a, b, c, d []float64, ex []complex128) {
	a, b, c, d = a[:len(ex)], b[:len(ex)], c[:len(ex)], d[:len(ex)]
	var ra, ia, rb, ib, rc, ic, rd, id float64
	for x, e := range ex {
		re, im := real(e), imag(e)
		ra += a[x] * re
		ia += a[x] * im
		rb += b[x] * re
		ib += b[x] * im
		rc += c[x] * re
		ic += c[x] * im
		rd += d[x] * re
		id += d[x] * im
	}
	sums[0], sums[1], sums[2], sums[3] = complex(ra, ia), complex(rb, ib), complex(rc, ic), complex(rd, id)
}
