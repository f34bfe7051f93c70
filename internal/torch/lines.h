// Fourier transforms of many lines at once, for the operators of toeplitz.cpp and nonuniform.cpp: the lines are the lanes of vectors, so
// that every step of a transform is the same arithmetic on all of them. Lines are zero-padded to twice their length, in two halves:
// even frequencies are the transform of the line, odd ones that of the line times exp(-i pi j/n). The padding is never stored.
#pragma once
#include <stdint.h>

#include <vector>

namespace fringe {

// Radices of transforms, and with them the lengths: products of 2, 3, 5 and 7.
int64_t smooth(int64_t n); // the smallest such length that is not below n: 1 for all n <= 1

// Plan is the transform of n lines. Forwards it goes from natural order to the order of pos, backwards from that to natural order.
template <class T> struct Plan {
  int64_t n;
  std::vector<int> radix;    // of the stages, the first works on all of n
  std::vector<T> twiddle;    // exp(-2 pi i j p/N) for each stage, j < N/r, 0 < p < r
  std::vector<T> half;       // exp(-i pi j/n)
  std::vector<int32_t> pos;  // where the frequency k is
};

// plan returns the plan of a smooth length, which lives as long as the process.
template <class T> const Plan<T> &plan(int64_t n);

// Grid is an image of ny x nx pixels in a grid of 2my x 2mx, and how its spectrum is stored: [ky/lanes][nx][re, im][lanes], for ky from
// 0 to my, the half that a real image needs.
template <class T> struct Grid {
  int64_t ny, nx;
  const Plan<T> *y, *x;
  int64_t lanes; // of a vector
  int64_t column_blocks() const { return (nx + 2 * lanes - 1) / (2 * lanes); }
  int64_t row_blocks() const { return (y->n + lanes) / lanes; }
  int64_t spectrum_size() const { return row_blocks() * nx * 2 * lanes; }
  int64_t kernel_size() const { return row_blocks() * 2 * x->n * lanes; }
  int64_t scratch_size() const { return 4 * lanes * (y->n > x->n ? y->n : x->n); }
};

// Term is what turns the product Nx into a value and a gradient.
struct Term {
  const double *image, *dirty, *beam; // dirty: null for zeros; beam: null for none
  double *gradient;                   // null for none
  double weight;                      // sum of the weights
};

// Plane is the half ky >= 0 of the spectrum of a zero-padded image, with the frequencies around it that kernels reach: rows of real parts,
// each followed by its imaginary parts.
struct Plane {
  Grid<double> grid;
  double *data;
  int64_t border, stride; // rows and columns before the first; from the real parts of a row to its imaginary parts
  const double *x_phase, *y_forward, *y_adjoint; // [2mx][re, im]; [ky/lanes][re, im][lanes]
  double *row(int64_t ky) const { return data + (ky + border) * 2 * stride + border; }
  void wrap(int64_t ky) const;    // fills what is left and right of a row from its other end
  void unwrap(int64_t ky) const;  // adds it to the other end
  void mirror() const;            // fills the rows below 0 and above my: of a real image they are conjugates of others
  void unmirror() const;          // adds them
};

// Kernel is an interpolation kernel of width <= 16 grid points, as polynomials in -1 <= t <= 1, highest power first: [degree + 1][16].
struct Kernel {
  int width, degree;
  const double *coefficient;
};

// Points are frequencies in units of the plane's, 0 <= x < 2mx and 0 <= y <= my, each with its place in the caller's list; that is
// complemented where the point is the conjugate of the caller's.
struct Points {
  const double *x, *y;
  const int32_t *index;
};

// Steps are the parts of a transform for one instruction set. Each works on one block, into memory that no other block writes, with
// scratch of its own (aligned to 64 bytes).
template <class T> struct Steps {
  int64_t lanes;
  // Of the image, times the beam if there is one, along y.
  void (*columns)(const Grid<T> &, const T *image, const T *beam, T *spectrum, int64_t block, T *scratch);
  // Along x, times the kernel (in the order of kernel_index), and back.
  void (*convolve)(const Grid<T> &, T *spectrum, const T *kernel, int64_t block, T *scratch);
  // Back along y to the image, unscaled, times the beam if there is one.
  void (*back)(const Grid<T> &, const T *spectrum, const T *beam, T *image, int64_t block, T *scratch);
  // Back along y to the gradient of a term; returns the block's sum of x(Nx - 2b).
  double (*gradient)(const Grid<T> &, const T *spectrum, const Term &, int64_t block, T *scratch);
  // Between a spectrum and the plane, and between the plane and complex numbers at a range of points. double only.
  void (*to_plane)(const Plane &, const double *spectrum, int64_t block, double *scratch);
  void (*from_plane)(const Plane &, double *spectrum, int64_t block, double *scratch);
  void (*interpolate)(const Plane &, const Kernel &, const Points &, int64_t from, int64_t to, double *vis);
  void (*spread)(const Plane &, const Kernel &, const Points &, int64_t from, int64_t to, const double *vis);
};

// steps returns the parts for the best instruction set of this processor.
template <class T> const Steps<T> &steps();

// limit_vectors makes steps return those of vectors of at most that many bytes, for tests of what other processors run.
void limit_vectors(int bytes);

// kernel_index is where the kernel's element of the frequency (ky, kx), 0 <= ky <= my, 0 <= kx < 2mx, is.
template <class T> int64_t kernel_index(const Grid<T> &g, int64_t ky, int64_t kx) {
  const int64_t half = kx % 2 * g.x->n + g.x->pos[kx / 2];
  return ((ky / g.lanes * 2 * g.x->n) + half) * g.lanes + ky % g.lanes;
}

} // namespace fringe
