// The steps of lines.h for vectors of kBytes. Included once for each instruction set, into a namespace of its own; without `pragma once`
// for that reason.

template <class T> struct vector {
  typedef T type __attribute__((vector_size(kBytes)));
};
template <class T> using V = typename vector<T>::type;
template <class T> constexpr int kLanes = kBytes / sizeof(T);

#define FRINGE_INLINE inline __attribute__((always_inline))

template <class T> FRINGE_INLINE V<T> load(const T *p) {
  V<T> v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

template <class T> FRINGE_INLINE void store(T *p, V<T> v) { __builtin_memcpy(p, &v, sizeof v); }

// The first count elements, zeros after them.
template <class T> FRINGE_INLINE V<T> load_some(const T *p, int64_t count) {
  if (count >= kLanes<T>) return load<T>(p);
  T some[kLanes<T>] = {};
  for (int64_t i = 0; i < count; i++) some[i] = p[i];
  return load<T>(some);
}

template <class T> FRINGE_INLINE void store_some(T *p, V<T> v, int64_t count) {
  if (count >= kLanes<T>) return store<T>(p, v);
  T some[kLanes<T>];
  store<T>(some, v);
  for (int64_t i = 0; i < count; i++) p[i] = some[i];
}

// Transforms of R vectors of complex numbers, with exp(-2 pi i pq/R).
template <int R, class T> struct Butterfly { // odd R: pairs q and R - q share their products
  static FRINGE_INLINE void run(V<T> *re, V<T> *im) {
    constexpr int h = R / 2;
    V<T> sr[h], si[h], dr[h], di[h];
    const V<T> r0 = re[0], i0 = im[0];
#pragma GCC unroll 8
    for (int q = 0; q < h; q++) {
      sr[q] = re[q + 1] + re[R - 1 - q], si[q] = im[q + 1] + im[R - 1 - q];
      dr[q] = re[q + 1] - re[R - 1 - q], di[q] = im[q + 1] - im[R - 1 - q];
      re[0] += sr[q], im[0] += si[q];
    }
#pragma GCC unroll 8
    for (int p = 1; p <= h; p++) {
      V<T> cr = r0, ci = i0, ur = {}, ui = {};
#pragma GCC unroll 8
      for (int q = 0; q < h; q++) {
        const int k = p * (q + 1) % R;
        const T c = T(__builtin_cos(2 * M_PI * k / R)), s = T(__builtin_sin(2 * M_PI * k / R));
        cr += c * sr[q], ci += c * si[q], ur += s * dr[q], ui += s * di[q];
      }
      re[p] = cr + ui, im[p] = ci - ur;
      re[R - p] = cr - ui, im[R - p] = ci + ur;
    }
  }
};

template <class T> struct Butterfly<2, T> {
  static FRINGE_INLINE void run(V<T> *re, V<T> *im) {
    const V<T> r = re[0], i = im[0];
    re[0] = r + re[1], im[0] = i + im[1];
    re[1] = r - re[1], im[1] = i - im[1];
  }
};

template <class T> struct Butterfly<4, T> {
  static FRINGE_INLINE void run(V<T> *re, V<T> *im) {
    const V<T> ar = re[0] + re[2], ai = im[0] + im[2], br = re[0] - re[2], bi = im[0] - im[2];
    const V<T> cr = re[1] + re[3], ci = im[1] + im[3], dr = re[1] - re[3], di = im[1] - im[3];
    re[0] = ar + cr, im[0] = ai + ci;
    re[1] = br + di, im[1] = bi - dr;
    re[2] = ar - cr, im[2] = ai - ci;
    re[3] = br - di, im[3] = bi + dr;
  }
};

template <class T> struct Butterfly<8, T> {
  static FRINGE_INLINE void run(V<T> *re, V<T> *im) {
    const T h = T(M_SQRT1_2);
    V<T> er[4] = {re[0] + re[4], re[1] + re[5], re[2] + re[6], re[3] + re[7]};
    V<T> ei[4] = {im[0] + im[4], im[1] + im[5], im[2] + im[6], im[3] + im[7]};
    V<T> fr[4] = {re[0] - re[4], re[1] - re[5], re[2] - re[6], re[3] - re[7]};
    V<T> fi[4] = {im[0] - im[4], im[1] - im[5], im[2] - im[6], im[3] - im[7]};
    const V<T> r1 = fr[1], r2 = fr[2], r3 = fr[3];
    fr[1] = (r1 + fi[1]) * h, fi[1] = (fi[1] - r1) * h; // times exp(-i pi/4)
    fr[2] = fi[2], fi[2] = -r2;
    fr[3] = (fi[3] - r3) * h, fi[3] = -(fi[3] + r3) * h;
    Butterfly<4, T>::run(er, ei);
    Butterfly<4, T>::run(fr, fi);
#pragma GCC unroll 4
    for (int p = 0; p < 4; p++) {
      re[2 * p] = er[p], im[2 * p] = ei[p];
      re[2 * p + 1] = fr[p], im[2 * p + 1] = fi[p];
    }
  }
};

// One stage of radix R on blocks of length R*m of the buffer z [n][re, im]: forwards the butterfly comes before the twiddles, backwards
// after them. Backwards real and imaginary parts change places, which makes the transform that with exp(+i...).
template <int R, bool kBack, class T> FRINGE_INLINE void stage(V<T> *z, int64_t n, int64_t m, const T *twiddle) {
  constexpr int kRe = kBack, kIm = !kBack;
  for (int64_t j = 0; j < m; j++, twiddle += 2 * (R - 1)) {
    for (int64_t at = j; at < n; at += R * m) {
      V<T> re[R], im[R];
#pragma GCC unroll 8
      for (int q = 0; q < R; q++) re[q] = z[2 * (at + q * m) + kRe], im[q] = z[2 * (at + q * m) + kIm];
      if (!kBack) Butterfly<R, T>::run(re, im);
      if (m > 1) {
#pragma GCC unroll 8
        for (int p = 1; p < R; p++) {
          const T c = twiddle[2 * p - 2], s = twiddle[2 * p - 1];
          const V<T> r = re[p];
          re[p] = r * c - im[p] * s, im[p] = im[p] * c + r * s;
        }
      }
      if (kBack) Butterfly<R, T>::run(re, im);
#pragma GCC unroll 8
      for (int q = 0; q < R; q++) z[2 * (at + q * m) + kRe] = re[q], z[2 * (at + q * m) + kIm] = im[q];
    }
  }
}

template <bool kBack, class T> void stage_of(int radix, V<T> *z, int64_t n, int64_t m, const T *twiddle) {
  switch (radix) {
  case 8: return stage<8, kBack, T>(z, n, m, twiddle);
  case 7: return stage<7, kBack, T>(z, n, m, twiddle);
  case 5: return stage<5, kBack, T>(z, n, m, twiddle);
  case 4: return stage<4, kBack, T>(z, n, m, twiddle);
  case 3: return stage<3, kBack, T>(z, n, m, twiddle);
  default: return stage<2, kBack, T>(z, n, m, twiddle);
  }
}

template <class T> void forwards(const Plan<T> &p, V<T> *z) {
  int64_t length = p.n;
  const T *twiddle = p.twiddle.data();
  for (int r : p.radix) {
    const int64_t m = length / r;
    stage_of<false, T>(r, z, p.n, m, twiddle);
    twiddle += 2 * (r - 1) * m;
    length = m;
  }
}

template <class T> void backwards(const Plan<T> &p, V<T> *z) {
  int64_t m = 1;
  const T *twiddle = p.twiddle.data() + p.twiddle.size();
  for (auto r = p.radix.rbegin(); r != p.radix.rend(); ++r) {
    twiddle -= 2 * (*r - 1) * m;
    stage_of<true, T>(*r, z, p.n, m, twiddle);
    m *= *r;
  }
}

// odd[j] = even[j] exp(-i pi j/n) for the first count lines, zeros after them in both; then transforms both.
template <class T> FRINGE_INLINE void split(const Plan<T> &p, V<T> *even, V<T> *odd, int64_t count) {
  for (int64_t j = 0; j < count; j++) {
    const T c = p.half[2 * j], s = p.half[2 * j + 1];
    const V<T> re = even[2 * j], im = even[2 * j + 1];
    odd[2 * j] = re * c - im * s, odd[2 * j + 1] = im * c + re * s;
  }
  for (int64_t j = 2 * count; j < 2 * p.n; j++) even[j] = odd[j] = V<T>{};
  forwards<T>(p, even);
  forwards<T>(p, odd);
}

// Element j of what split began, transformed back: even[j] + odd[j] exp(+i pi j/n).
template <class T> FRINGE_INLINE void join(const Plan<T> &p, const V<T> *even, const V<T> *odd, int64_t j, V<T> *re, V<T> *im) {
  const T c = p.half[2 * j], s = p.half[2 * j + 1];
  *re = even[2 * j] + (odd[2 * j] * c + odd[2 * j + 1] * s);
  *im = even[2 * j + 1] + (odd[2 * j + 1] * c - odd[2 * j] * s);
}

// Transposes a square of vectors: interleaving halves log2(lanes) times.
template <class T> FRINGE_INLINE void transpose(V<T> *a) {
  constexpr int n = kLanes<T>;
  typedef typename std::conditional<sizeof(T) == 8, int64_t, int32_t>::type I;
  typedef I M __attribute__((vector_size(kBytes)));
  M low, high;
  for (int i = 0; i < n; i++) {
    low[i] = i / 2 + i % 2 * n;
    high[i] = n / 2 + i / 2 + i % 2 * n;
  }
#pragma GCC unroll 4
  for (int round = 1; round < n; round *= 2) {
    V<T> b[n];
#pragma GCC unroll 8
    for (int i = 0; i < n / 2; i++) {
      b[2 * i] = __builtin_shuffle(a[i], a[i + n / 2], low);
      b[2 * i + 1] = __builtin_shuffle(a[i], a[i + n / 2], high);
    }
#pragma GCC unroll 16
    for (int i = 0; i < n; i++) a[i] = b[i];
  }
}

// Moves a square of vectors, [ky][x] to [x][ky] or back, between memory with the given strides (in elements).
template <class T> FRINGE_INLINE void turn(const T *from, int64_t from_stride, int64_t from_count, T *to, int64_t to_stride, int64_t to_count) {
  constexpr int n = kLanes<T>;
  V<T> a[n];
#pragma GCC unroll 16
  for (int i = 0; i < n; i++) a[i] = i < from_count ? load<T>(from + i * from_stride) : V<T>{};
  transpose<T>(a);
#pragma GCC unroll 16
  for (int i = 0; i < n; i++)
    if (i < to_count) store<T>(to + i * to_stride, a[i]);
}

// The frequencies ky and -ky of two real lines a and b, transformed as a + ib, are at two places of one half.
struct Pair {
  int64_t half, at, mirror; // half: 0 even, 1 odd
};
template <class T> FRINGE_INLINE Pair pair_of(const Plan<T> &p, int64_t ky) {
  const int64_t k = ky / 2, odd = ky % 2;
  const int64_t mirror = odd ? p.n - 1 - k : k == 0 ? 0 : p.n - k;
  // ky = n of an odd n is k = (n-1)/2, its own mirror image; of an even n it is k = n/2, its own as well.
  return {odd, p.pos[k], p.pos[mirror]};
}

template <class T> void columns(const Grid<T> &g, const T *image, const T *beam, T *spectrum, int64_t block, T *scratch) {
  constexpr int n = kLanes<T>;
  const Plan<T> &p = *g.y;
  V<T> *z[2] = {reinterpret_cast<V<T> *>(scratch), reinterpret_cast<V<T> *>(scratch) + 2 * p.n};
  const int64_t x = block * 2 * n, left = std::min<int64_t>(n, g.nx - x), right = std::max<int64_t>(0, std::min<int64_t>(n, g.nx - x - n));
  const int64_t next = right > 0 ? n : 0; // the right lines begin there
  for (int64_t y = 0; y < g.ny; y++) {
    const int64_t at = y * g.nx + x;
    V<T> re = load_some<T>(image + at, left), im = load_some<T>(image + at + next, right);
    if (beam) re *= load_some<T>(beam + at, left), im *= load_some<T>(beam + at + next, right);
    z[0][2 * y] = re, z[0][2 * y + 1] = im;
  }
  split<T>(p, z[0], z[1], g.ny);
  for (int64_t k = 0; k < g.row_blocks(); k++) {
    V<T> a[4][n]; // real and imaginary parts of the left lines, then of the right ones, twice as large
    for (int i = 0; i < n; i++) {
      const int64_t ky = k * n + i;
      if (ky > p.n) {
        a[0][i] = a[1][i] = a[2][i] = a[3][i] = V<T>{};
        continue;
      }
      const Pair q = pair_of<T>(p, ky);
      const V<T> *h = z[q.half];
      const V<T> re = h[2 * q.at], im = h[2 * q.at + 1], mr = h[2 * q.mirror], mi = h[2 * q.mirror + 1];
      a[0][i] = re + mr, a[1][i] = im - mi, a[2][i] = im + mi, a[3][i] = mr - re;
    }
    T *to = spectrum + (k * g.nx + x) * 2 * n;
    for (int part = 0; part < 4; part++) {
      transpose<T>(a[part]);
      const int64_t count = part < 2 ? left : right;
      T *at = to + part / 2 * 2 * n * n + part % 2 * n;
      for (int64_t i = 0; i < count; i++) store<T>(at + i * 2 * n, a[part][i]);
    }
  }
}

template <class T> void convolve(const Grid<T> &g, T *spectrum, const T *kernel, int64_t block, T *scratch) {
  constexpr int n = kLanes<T>;
  const Plan<T> &p = *g.x;
  V<T> *even = reinterpret_cast<V<T> *>(scratch), *odd = even + 2 * p.n;
  T *line = spectrum + block * g.nx * 2 * n;
  for (int64_t x = 0; x < 2 * g.nx; x++) even[x] = load<T>(line + x * n);
  split<T>(p, even, odd, g.nx);
  const T *k = kernel + block * 2 * p.n * n;
  for (int64_t i = 0; i < 2 * p.n; i++) { // odd follows even
    const V<T> factor = load<T>(k + i * n);
    even[2 * i] *= factor, even[2 * i + 1] *= factor;
  }
  backwards<T>(p, even);
  backwards<T>(p, odd);
  for (int64_t x = 0; x < g.nx; x++) {
    V<T> re, im;
    join<T>(p, even, odd, x, &re, &im);
    store<T>(line + 2 * x * n, re), store<T>(line + (2 * x + 1) * n, im);
  }
}

// Transforms a block of columns back and calls f(y, real parts: the left lines, imaginary parts: the right lines).
template <class T, class F> FRINGE_INLINE void back_to(const Grid<T> &g, const T *spectrum, int64_t block, T *scratch, F f) {
  constexpr int n = kLanes<T>;
  const Plan<T> &p = *g.y;
  V<T> *z[2] = {reinterpret_cast<V<T> *>(scratch), reinterpret_cast<V<T> *>(scratch) + 2 * p.n};
  const int64_t x = block * 2 * n, count = std::min<int64_t>(2 * n, g.nx - x);
  for (int64_t k = 0; k < g.row_blocks(); k++) {
    V<T> a[4][n];
    const T *from = spectrum + (k * g.nx + x) * 2 * n;
    for (int part = 0; part < 4; part++) {
      const T *at = from + part / 2 * 2 * n * n + part % 2 * n;
      for (int i = 0; i < n; i++) a[part][i] = i + part / 2 * n < count ? load<T>(at + i * 2 * n) : V<T>{};
      transpose<T>(a[part]);
    }
    for (int i = 0; i < n && k * n + i <= p.n; i++) {
      const Pair q = pair_of<T>(p, k * n + i);
      V<T> *h = z[q.half];
      if (q.at == q.mirror) a[1][i] = a[3][i] = V<T>{}; // of real lines it is real
      h[2 * q.mirror] = a[0][i] + a[3][i], h[2 * q.mirror + 1] = a[2][i] - a[1][i];
      h[2 * q.at] = a[0][i] - a[3][i], h[2 * q.at + 1] = a[2][i] + a[1][i];
    }
  }
  backwards<T>(p, z[0]);
  backwards<T>(p, z[1]);
  for (int64_t y = 0; y < g.ny; y++) {
    V<T> re, im;
    join<T>(p, z[0], z[1], y, &re, &im);
    f(y, re, im);
  }
}

template <class T> void back(const Grid<T> &g, const T *spectrum, const T *beam, T *image, int64_t block, T *scratch) {
  constexpr int n = kLanes<T>;
  const int64_t x = block * 2 * n, left = g.nx - x, right = g.nx - x - n, next = right > 0 ? n : 0;
  back_to<T>(g, spectrum, block, scratch, [&](int64_t y, V<T> re, V<T> im) {
    const int64_t at = y * g.nx + x;
    if (beam) re *= load_some<T>(beam + at, left), im *= load_some<T>(beam + at + next, right);
    store_some<T>(image + at, re, left);
    store_some<T>(image + at + next, im, right);
  });
}

// One vector of the gradient; returns x(Nx - 2b), zero where there is no pixel.
template <class T> FRINGE_INLINE V<T> gradient_of(const Term &t, int64_t at, V<T> product, int64_t count) {
  if (count <= 0) return V<T>{};
  const V<T> x = load_some<T>(t.image + at, count), b = t.dirty ? load_some<T>(t.dirty + at, count) : V<T>{};
  if (t.beam) product *= load_some<T>(t.beam + at, count);
  if (t.gradient) store_some<T>(t.gradient + at, (product - b) * t.weight, count);
  return x * (product - 2 * b);
}

template <class T> double gradient(const Grid<T> &g, const T *spectrum, const Term &t, int64_t block, T *scratch) {
  constexpr int n = kLanes<T>;
  const int64_t x = block * 2 * n, left = g.nx - x, right = g.nx - x - n;
  V<T> sum = {};
  back_to<T>(g, spectrum, block, scratch, [&](int64_t y, V<T> re, V<T> im) {
    const int64_t at = y * g.nx + x;
    sum += gradient_of<T>(t, at, re, left) + gradient_of<T>(t, at + n, im, right);
  });
  double total = 0;
  for (int i = 0; i < n; i++) total += sum[i];
  return total;
}

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

template <class T> constexpr Steps<T> kSteps = {kLanes<T>, columns<T>, convolve<T>, back<T>, nullptr, nullptr, nullptr, nullptr, nullptr};
template <>
constexpr Steps<double> kSteps<double> = {
    kLanes<double>, columns<double>, convolve<double>, back<double>, gradient<double>, to_plane, from_plane, interpolate, spread};

#undef FRINGE_INLINE
