package torch_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"fringe/internal/torch"
)

// layer is a fused layer and the operations that it stands for, as functions of an image, of an image of twice the size for one of them, and
// of weights.
type layer struct {
	name            string
	shapes          [][]int64 // of the arguments, the image first
	fused, composed func(s *torch.Scope, a []*torch.Tensor) []*torch.Tensor
}

func layers() (all []layer) {
	add := func(name string, shapes [][]int64, fused, composed func(s *torch.Scope, a []*torch.Tensor) []*torch.Tensor) {
		all = append(all, layer{name, shapes, fused, composed})
	}
	one := func(t *torch.Tensor) []*torch.Tensor { return []*torch.Tensor{t} }
	// Widths below, at, and beside multiples of the lanes, panels and slabs of the kernels; odd sizes; more tiles than one block; few tiles.
	for _, c := range [][5]int64{{1, 64, 96, 4, 5}, {2, 80, 48, 5, 7}, {3, 112, 32, 1, 1}, {2, 16, 16, 8, 8}, {1, 24, 40, 7, 9}, {3, 40, 16, 1, 1}, {2, 33, 70, 5, 6}, {1, 64, 64, 24, 25}, {2, 3, 16, 6, 6}} {
		n, in, out, ny, nx := c[0], c[1], c[2], c[3], c[4]
		shapes := [][]int64{{n, in, ny, nx}, {out, in, 3, 3}, {out}}
		add(fmt.Sprint("convolution ", c), shapes[:2],
			func(s *torch.Scope, a []*torch.Tensor) []*torch.Tensor {
				return one(s.Conv3x3(a[0], a[1], nil, nil, false))
			},
			func(s *torch.Scope, a []*torch.Tensor) []*torch.Tensor { return one(s.Conv2D(a[0], a[1], nil, 1, 1)) })
		add(fmt.Sprint("rectified ", c), shapes,
			func(s *torch.Scope, a []*torch.Tensor) []*torch.Tensor {
				return one(s.Conv3x3(a[0], a[1], a[2], nil, true))
			},
			func(s *torch.Scope, a []*torch.Tensor) []*torch.Tensor {
				return one(s.ReLU(s.Conv2D(a[0], a[1], a[2], 1, 1)))
			})
		add(fmt.Sprint("residual ", c), append(slices.Clone(shapes), []int64{n, out, ny, nx}),
			func(s *torch.Scope, a []*torch.Tensor) []*torch.Tensor {
				return one(s.Conv3x3(a[0], a[1], a[2], a[3], false))
			},
			func(s *torch.Scope, a []*torch.Tensor) []*torch.Tensor {
				return one(s.Add(a[3], s.Conv2D(a[0], a[1], a[2], 1, 1)))
			})
	}
	for _, c := range [][5]int64{{2, 16, 8, 8, 8}, {3, 24, 4, 6, 10}, {1, 32, 8, 64, 66}, {2, 12, 12, 300, 4}} {
		n, channels, groups, ny, nx := c[0], c[1], c[2], c[3], c[4]
		for _, silu := range []bool{true, false} {
			for _, weights := range []bool{true, false} {
				shapes := [][]int64{{n, channels, ny, nx}}
				if weights {
					shapes = append(shapes, []int64{channels}, []int64{channels})
				}
				how := func(a []*torch.Tensor) torch.NormAct {
					h := torch.NormAct{Groups: groups, Eps: 1e-5, Slope: 0.2, SiLU: silu}
					if weights {
						h.Weight, h.Bias = a[1], a[2]
					}
					return h
				}
				composed := func(s *torch.Scope, a []*torch.Tensor) []*torch.Tensor {
					x := s.InstanceNorm(a[0], 1e-5)
					if weights {
						x = s.GroupNorm(a[0], a[1], a[2], groups, 1e-5)
					}
					if silu {
						x = s.SiLU(x)
					} else {
						x = s.LeakyReLU(x, 0.2)
					}
					return []*torch.Tensor{x, s.AvgPool2D(x, 2)}
				}
				name := fmt.Sprint("norm ", c, " silu ", silu, " weights ", weights)
				add(name, shapes,
					func(s *torch.Scope, a []*torch.Tensor) []*torch.Tensor { return one(s.NormAct(a[0], how(a))) },
					func(s *torch.Scope, a []*torch.Tensor) []*torch.Tensor { return composed(s, a)[:1] })
				add(name+" pool", shapes,
					func(s *torch.Scope, a []*torch.Tensor) []*torch.Tensor {
						y, pooled := s.NormActPool(a[0], how(a))
						return []*torch.Tensor{y, pooled}
					}, composed)
			}
		}
	}
	up := [][]int64{{2, 16, 5, 7}, {16, 24, 2, 2}, {24}, {2, 9, 10, 14}}
	add("up", up[:2],
		func(s *torch.Scope, a []*torch.Tensor) []*torch.Tensor { return one(s.UpCat(a[0], a[1], nil, nil)) },
		func(s *torch.Scope, a []*torch.Tensor) []*torch.Tensor {
			return one(s.ConvTranspose2D(a[0], a[1], nil, 2))
		})
	add("up and skip", up,
		func(s *torch.Scope, a []*torch.Tensor) []*torch.Tensor { return one(s.UpCat(a[0], a[1], a[2], a[3])) },
		func(s *torch.Scope, a []*torch.Tensor) []*torch.Tensor {
			return one(s.Cat(1, s.ConvTranspose2D(a[0], a[1], a[2], 2), a[3]))
		})
	return all
}

// arguments draws the arguments of a layer; images lie around 1, so that a normalisation has something to take away.
func (l layer) arguments(s *torch.Scope, r *rand.Rand, d torch.DType) []*torch.Tensor {
	var a []*torch.Tensor
	for i, shape := range l.shapes {
		n := int64(1)
		for _, k := range shape {
			n *= k
		}
		values := make([]float64, n)
		for k := range values {
			values[k] = r.NormFloat64()
			if i == 0 {
				values[k]++
			}
		}
		a = append(a, s.RequireGrad(s.To(s.FromFloat64s(values, shape...), d)))
	}
	return a
}

// weighted returns Σ w·y over all results, for weights w from r.
func weighted(s *torch.Scope, r *rand.Rand, ys []*torch.Tensor) *torch.Tensor {
	var sum *torch.Tensor
	for _, y := range ys {
		values := make([]float64, y.Len())
		for i := range values {
			values[i] = r.NormFloat64()
		}
		part := s.Sum(s.Mul(y, s.To(s.FromFloat64s(values, y.Shape()...), y.DType())))
		if sum == nil {
			sum = part
		} else {
			sum = s.Add(sum, part)
		}
	}
	return sum
}

func seeded() *rand.Rand { return rand.New(rand.NewPCG(5, 8)) }

// Values and gradients in float32 equal those of LibTorch's operations in float64.
func TestFusedLayersEqualTheirOperations(t *testing.T) {
	// Sums of up to 9·70 products, or of 1200 pixels, of numbers around 1 in float32: some 10 ulp of the largest. A wrong term is of order 1.
	const tolerance = 1e-5
	for _, l := range layers() {
		t.Run(l.name, func(t *testing.T) {
			before := torch.Live()
			err := torch.Do(func(s *torch.Scope) error {
				a, b := l.arguments(s, seeded(), torch.Float32), l.arguments(s, seeded(), torch.Float64)
				images := slices.Clone(a)
				images[0] = s.ChannelsLast(a[0])
				y, z := l.fused(s, images), l.composed(s, b)
				r1, r2 := seeded(), seeded()
				got := append(slices.Clone(y), s.Grad(weighted(s, r1, y), a, false)...)
				want := append(slices.Clone(z), s.Grad(weighted(s, r2, z), b, false)...)
				for i := range got {
					if !slices.Equal(got[i].Shape(), want[i].Shape()) {
						t.Fatalf("result %d has shape %v, want %v", i, got[i].Shape(), want[i].Shape())
					}
					if d := difference(s.Float64s(s.To(got[i], torch.Float64)), s.Float64s(want[i])); !(d <= tolerance) {
						t.Errorf("result %d (values, then gradients) differs by %g of the largest", i, d)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if after := torch.Live(); after != before {
				t.Errorf("%d tensors live after, %d before", after, before)
			}
		})
	}
}

// difference is the largest difference as a fraction of the largest wanted value.
func difference(got, want []float64) float64 {
	worst, largest := 0.0, 0.0
	for i := range want {
		if d := math.Abs(got[i] - want[i]); !(d <= worst) {
			worst = d
		}
		largest = max(largest, math.Abs(want[i]))
	}
	return worst / largest
}

// Where LibTorch's operations give NaN or Inf, of an argument or of a gradient that has one, the fused layers give one as well: a training
// that diverges must be seen. NaN − NaN is not zero, and of an Inf the Winograd transforms make NaN.
func TestFusedLayersHideNoNaN(t *testing.T) {
	for _, l := range layers() {
		for _, bad := range []float64{math.NaN(), math.Inf(1)} {
			for place := range len(l.shapes) + 1 { // an argument, or the gradient
				run := func(f func(s *torch.Scope, a []*torch.Tensor) []*torch.Tensor) (all []float64) {
					err := torch.Do(func(s *torch.Scope) error {
						a := l.arguments(s, seeded(), torch.Float32)
						spoil := func(x *torch.Tensor) *torch.Tensor {
							spoilt := make([]float32, x.Len())
							spoilt[len(spoilt)/2] = float32(bad)
							return s.Add(x, s.FromFloat32s(spoilt, x.Shape()...))
						}
						b := slices.Clone(a)
						if place < len(a) {
							b[place] = spoil(a[place])
						}
						b[0] = s.ChannelsLast(b[0])
						y := f(s, b)
						sum := weighted(s, seeded(), y)
						if place == len(a) {
							sum = s.Add(sum, s.Sum(s.Mul(y[0], spoil(s.Zeros(torch.Float32, y[0].Shape()...)))))
						}
						for _, g := range append(slices.Clone(y), s.Grad(sum, a, false)...) {
							all = append(all, s.Float64s(s.To(g, torch.Float64))...)
						}
						return nil
					})
					if err != nil {
						t.Fatal(err)
					}
					return all
				}
				got, want, count := run(l.fused), run(l.composed), 0
				for i, v := range want {
					if v-v != 0 {
						count++
						if got[i]-got[i] == 0 {
							t.Fatalf("%s, %g in argument %d: number %d is %g, want %g", l.name, bad, place, i, got[i], v)
						}
					}
				}
				if count == 0 && place == 0 {
					t.Errorf("%s, %g in the image: all results are finite", l.name, bad)
				}
			}
		}
	}
}

// A gradient that is differentiated again, as a penalty on a Jacobian does, equals that of the operations.
func TestFusedLayersCanBeDifferentiatedTwice(t *testing.T) {
	for _, l := range layers() {
		if l.name != "norm [2 16 8 8 8] silu true weights true pool" && l.name != "residual [2 16 16 8 8]" && l.name != "rectified [1 24 40 7 9]" &&
			l.name != "up and skip" {
			continue
		}
		t.Run(l.name, func(t *testing.T) {
			err := torch.Do(func(s *torch.Scope) error {
				second := func(d torch.DType, f func(s *torch.Scope, a []*torch.Tensor) []*torch.Tensor) (out [][]float64) {
					a := l.arguments(s, seeded(), d)
					r := seeded()
					first := s.Grad(s.Square(weighted(s, r, f(s, a))), a, true) // the square makes all of them depend on all arguments
					for _, g := range s.Grad(weighted(s, r, first), a, false) {
						out = append(out, s.Float64s(s.To(g, torch.Float64)))
					}
					return out
				}
				got, want := second(torch.Float32, l.fused), second(torch.Float64, l.composed)
				for i := range got {
					// Two derivatives of sums of some thousand float32 terms.
					if d := difference(got[i], want[i]); !(d <= 1e-4) {
						t.Errorf("second derivative %d differs by %g of the largest", i, d)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// On 1, 2 and 5 threads values and gradients of images are the same bytes, and on as many threads as before all are. Gradients of weights are
// sums over pixels that threads share, some thousand float32 terms: 1e-5 of the largest.
func TestFusedLayersGiveTheSameBytesOnAnyNumberOfThreads(t *testing.T) {
	defer threads(t, 1)
	for _, l := range layers() {
		run := func(n int) (all [][]float64, images int) {
			threads(t, n)
			err := torch.Do(func(s *torch.Scope) error {
				a := l.arguments(s, seeded(), torch.Float32)
				b := slices.Clone(a)
				b[0] = s.ChannelsLast(a[0])
				y := l.fused(s, b)
				for _, g := range append(slices.Clone(y), s.Grad(weighted(s, seeded(), y), a, false)...) {
					all = append(all, s.Float64s(s.To(g, torch.Float64)))
				}
				images = len(y) + 1
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return all, images
		}
		want, images := run(1)
		for _, n := range []int{2, 5} {
			got, _ := run(n)
			again, _ := run(n)
			for i := range got {
				if !slices.Equal(got[i], again[i]) {
					t.Errorf("%s, %d threads: result %d differs from run to run", l.name, n, i)
				}
				if i < images && !slices.Equal(got[i], want[i]) {
					t.Errorf("%s, %d threads: result %d has other bytes than on one thread", l.name, n, i)
				}
				if d := difference(got[i], want[i]); !(d <= 1e-5) {
					t.Errorf("%s, %d threads: result %d differs by %g of the largest from that on one thread", l.name, n, i, d)
				}
			}
		}
	}
}

// threads sets the number of threads.
func threads(t *testing.T, n int) {
	t.Helper()
	if err := torch.SetThreads(n); err != nil {
		t.Fatal(err)
	}
}

func TestFusedLayersRefuseWrongShapes(t *testing.T) {
	bad := map[string]func(s *torch.Scope){
		"channels": func(s *torch.Scope) {
			s.Conv3x3(s.Zeros(torch.Float32, 1, 16, 4, 4), s.Zeros(torch.Float32, 16, 17, 3, 3), nil, nil, false)
		},
		"kernel": func(s *torch.Scope) {
			s.Conv3x3(s.Zeros(torch.Float32, 1, 16, 4, 4), s.Zeros(torch.Float32, 16, 16, 5, 5), nil, nil, false)
		},
		"bias": func(s *torch.Scope) {
			s.Conv3x3(s.Zeros(torch.Float32, 1, 16, 4, 4), s.Zeros(torch.Float32, 16, 16, 3, 3), s.Zeros(torch.Float32, 9), nil, true)
		},
		"residual": func(s *torch.Scope) {
			s.Conv3x3(s.Zeros(torch.Float32, 1, 16, 4, 4), s.Zeros(torch.Float32, 16, 16, 3, 3), nil, s.Zeros(torch.Float32, 1, 16, 4, 5), false)
		},
		"both": func(s *torch.Scope) {
			x := s.Zeros(torch.Float32, 1, 16, 4, 4)
			s.Conv3x3(x, s.Zeros(torch.Float32, 16, 16, 3, 3), nil, x, true)
		},
		"type": func(s *torch.Scope) {
			s.Conv3x3(s.Zeros(torch.Float32, 1, 16, 4, 4), s.Zeros(torch.Float64, 16, 16, 3, 3), nil, nil, false)
		},
		"groups": func(s *torch.Scope) {
			x := s.Zeros(torch.Float32, 16)
			s.NormAct(s.Zeros(torch.Float32, 1, 16, 4, 4), torch.NormAct{Weight: x, Bias: x, Groups: 3, Eps: 1e-5})
		},
		"norm bias": func(s *torch.Scope) {
			x := s.Zeros(torch.Float32, 16)
			s.NormAct(s.Zeros(torch.Float32, 1, 32, 4, 4), torch.NormAct{Weight: x, Bias: x, Groups: 4, Eps: 1e-5})
		},
		"up": func(s *torch.Scope) {
			s.UpCat(s.Zeros(torch.Float32, 1, 16, 4, 4), s.Zeros(torch.Float32, 8, 16, 2, 2), nil, nil)
		},
		"up bias": func(s *torch.Scope) {
			s.UpCat(s.Zeros(torch.Float32, 1, 16, 4, 4), s.Zeros(torch.Float32, 16, 8, 2, 2), s.Zeros(torch.Float32, 9), nil)
		},
		"skip": func(s *torch.Scope) {
			x := s.Zeros(torch.Float32, 1, 16, 4, 4)
			s.UpCat(x, s.Zeros(torch.Float32, 16, 8, 2, 2), nil, x)
		},
	}
	for name, f := range bad {
		if err := torch.Do(func(s *torch.Scope) error { f(s); return nil }); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
