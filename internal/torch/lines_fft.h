// Transforms of as many lines as a vector has lanes. Included by lines_steps.h.

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
