// Between images and their spectra, and the convolution. Included by lines_steps.h.

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
