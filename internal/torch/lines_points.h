// Between spectra and the plane of a NUFFT, and between the plane and points. Included by lines_steps.h.

// A block of rows along x to the half plane.
void to_plane(const Plane &f, const double *spectrum, int64_t block, double *scratch) {
  typedef double T;
  constexpr int n = kLanes<T>;
  const Grid<T> &g = f.grid;
  const Plan<T> &p = *g.x;
  V<T> *even = reinterpret_cast<V<T> *>(scratch), *odd = even + 2 * p.n;
  const T *line = spectrum + block * g.nx * 2 * n;
  const V<T> c = load<T>(f.y_forward + 2 * block * n), s = load<T>(f.y_forward + (2 * block + 1) * n);
  for (int64_t x = 0; x < g.nx; x++) {
    const V<T> re = load<T>(line + 2 * x * n), im = load<T>(line + (2 * x + 1) * n);
    even[2 * x] = re * c - im * s, even[2 * x + 1] = im * c + re * s;
  }
  split<T>(p, even, odd, g.nx);
  const int64_t rows = std::min<int64_t>(n, g.y->n + 1 - block * n);
  for (int64_t x = 0; x < 2 * p.n; x += n) {
    V<T> a[2][n];
    const int64_t count = std::min<int64_t>(n, 2 * p.n - x);
    for (int64_t i = 0; i < n; i++) {
      if (i >= count) {
        a[0][i] = a[1][i] = V<T>{};
        continue;
      }
      const V<T> *z = ((x + i) % 2 ? odd : even) + 2 * p.pos[(x + i) / 2];
      const T c = f.x_phase[2 * (x + i)], s = f.x_phase[2 * (x + i) + 1];
      a[0][i] = z[0] * c - z[1] * s, a[1][i] = z[1] * c + z[0] * s;
    }
    for (int part = 0; part < 2; part++) {
      transpose<T>(a[part]);
      for (int64_t i = 0; i < rows; i++) store_some<T>(f.row(block * n + i) + part * f.stride + x, a[part][i], count);
    }
  }
  for (int64_t i = 0; i < rows; i++) f.wrap(block * n + i);
}

// And back: rows of the half plane to the spectrum.
void from_plane(const Plane &f, double *spectrum, int64_t block, double *scratch) {
  typedef double T;
  constexpr int n = kLanes<T>;
  const Grid<T> &g = f.grid;
  const Plan<T> &p = *g.x;
  V<T> *even = reinterpret_cast<V<T> *>(scratch), *odd = even + 2 * p.n;
  const int64_t rows = std::min<int64_t>(n, g.y->n + 1 - block * n);
  for (int64_t i = 0; i < rows; i++) f.unwrap(block * n + i);
  for (int64_t x = 0; x < 2 * p.n; x += n) {
    V<T> a[2][n];
    const int64_t count = std::min<int64_t>(n, 2 * p.n - x);
    for (int part = 0; part < 2; part++) {
      for (int64_t i = 0; i < n; i++) a[part][i] = i < rows ? load_some<T>(f.row(block * n + i) + part * f.stride + x, count) : V<T>{};
      transpose<T>(a[part]);
    }
    for (int64_t i = 0; i < count; i++) {
      V<T> *z = ((x + i) % 2 ? odd : even) + 2 * p.pos[(x + i) / 2];
      const T c = f.x_phase[2 * (x + i)], s = f.x_phase[2 * (x + i) + 1];
      z[0] = a[0][i] * c + a[1][i] * s, z[1] = a[1][i] * c - a[0][i] * s;
    }
  }
  backwards<T>(p, even);
  backwards<T>(p, odd);
  const V<T> c = load<T>(f.y_adjoint + 2 * block * n), s = load<T>(f.y_adjoint + (2 * block + 1) * n);
  T *line = spectrum + block * g.nx * 2 * n;
  for (int64_t x = 0; x < g.nx; x++) {
    V<T> re, im;
    join<T>(p, even, odd, x, &re, &im);
    store<T>(line + 2 * x * n, re * c - im * s), store<T>(line + (2 * x + 1) * n, im * c + re * s);
  }
}

// The kernel's values at the W grid points from the first of a point on, by polynomials, one for each; zeros beyond the width.
template <int W> FRINGE_INLINE int64_t taps(const Kernel &k, double at, V<double> *value) {
  constexpr int n = kLanes<double>;
  const double start = at - 0.5 * k.width, first = __builtin_ceil(start), t = 2 * (first - start) - 1;
#pragma GCC unroll 8
  for (int i = 0; i < W / n; i++) value[i] = load<double>(k.coefficient + i * n);
  for (int d = 1; d <= k.degree; d++)
#pragma GCC unroll 8
    for (int i = 0; i < W / n; i++) value[i] = value[i] * t + load<double>(k.coefficient + 16 * d + i * n);
  return int64_t(first);
}

FRINGE_INLINE double sum_of(V<double> v) {
  constexpr int n = kLanes<double>;
  typedef int64_t M __attribute__((vector_size(kBytes)));
#pragma GCC unroll 4
  for (int step = n / 2; step > 0; step /= 2) {
    M other;
    for (int i = 0; i < n; i++) other[i] = i ^ step;
    v += __builtin_shuffle(v, other);
  }
  return v[0];
}

template <int W> void interpolate_with(const Plane &f, const Kernel &k, const Points &points, int64_t from, int64_t to, double *vis) {
  constexpr int n = kLanes<double>, m = W / n;
  for (int64_t j = from; j < to; j++) {
    V<double> kx[m], ky[m], re[m] = {}, im[m] = {};
    const int64_t x = taps<W>(k, points.x[j], kx), y = taps<W>(k, points.y[j], ky);
    double weight[W];
    for (int i = 0; i < m; i++) store<double>(weight + i * n, ky[i]);
    const double *row = f.row(y) + x;
    for (int r = 0; r < k.width; r++, row += 2 * f.stride) {
#pragma GCC unroll 8
      for (int i = 0; i < m; i++) {
        re[i] += weight[r] * load<double>(row + i * n);
        im[i] += weight[r] * load<double>(row + f.stride + i * n);
      }
    }
    V<double> sr = re[0] * kx[0], si = im[0] * kx[0];
    for (int i = 1; i < m; i++) sr += re[i] * kx[i], si += im[i] * kx[i];
    const int32_t index = points.index[j];
    double *out = vis + 2 * int64_t(index < 0 ? ~index : index);
    out[0] = sum_of(sr), out[1] = index < 0 ? -sum_of(si) : sum_of(si);
  }
}

template <int W> void spread_with(const Plane &f, const Kernel &k, const Points &points, int64_t from, int64_t to, const double *vis) {
  constexpr int n = kLanes<double>, m = W / n;
  for (int64_t j = from; j < to; j++) {
    V<double> kx[m], ky[m], re[m], im[m];
    const int64_t x = taps<W>(k, points.x[j], kx), y = taps<W>(k, points.y[j], ky);
    double weight[W];
    for (int i = 0; i < m; i++) store<double>(weight + i * n, ky[i]);
    const int32_t index = points.index[j];
    const double *in = vis + 2 * int64_t(index < 0 ? ~index : index);
    for (int i = 0; i < m; i++) re[i] = kx[i] * in[0], im[i] = kx[i] * (index < 0 ? -in[1] : in[1]);
    double *row = f.row(y) + x;
    for (int r = 0; r < k.width; r++, row += 2 * f.stride) {
#pragma GCC unroll 8
      for (int i = 0; i < m; i++) {
        store<double>(row + i * n, load<double>(row + i * n) + weight[r] * re[i]);
        store<double>(row + f.stride + i * n, load<double>(row + f.stride + i * n) + weight[r] * im[i]);
      }
    }
  }
}

void interpolate(const Plane &f, const Kernel &k, const Points &p, int64_t from, int64_t to, double *vis) {
  k.width <= 8 ? interpolate_with<8>(f, k, p, from, to, vis) : interpolate_with<16>(f, k, p, from, to, vis);
}

void spread(const Plane &f, const Kernel &k, const Points &p, int64_t from, int64_t to, const double *vis) {
  k.width <= 8 ? spread_with<8>(f, k, p, from, to, vis) : spread_with<16>(f, k, p, from, to, vis);
}
