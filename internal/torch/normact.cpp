#include "normact.h"
#include "processor.h"

#include <cstring>

// One version for each level of x86-64, chosen when the program starts.
#ifdef FRINGE_LEVELS
#define KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), optimize("O3")))
#else
#define KERNEL
#endif
#define INLINE static inline __attribute__((always_inline))

namespace normact {

// exponential is eˣ to 2 ulp between −87 and 88, and its values there outside (Moshier, Cephes: range reduction and a polynomial).
INLINE float exponential(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  const float shift = 12582912.0f, t = x * 1.44269504f + shift, n = t - shift; // rounds to a whole number, whose bits end those of t
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  uint32_t bits, power;
  std::memcpy(&bits, &p, 4);
  std::memcpy(&power, &t, 4);
  bits += power << 23;
  std::memcpy(&p, &bits, 4);
  return p;
}

template <Activation act> INLINE float activate(float z, float slope) {
  if (act == kSiLU) return z / (1.0f + exponential(-z));
  return z > 0 ? z : z * slope;
}

template <Activation act> INLINE float derivative(float z, float slope) {
  if (act == kSiLU) {
    const float s = 1.0f / (1.0f + exponential(-z));
    return s * (1.0f + z * (1.0f - s));
  }
  return z > 0 ? 1.0f : slope;
}

KERNEL void moments(const float *__restrict x, int64_t pixels, int64_t c, float *__restrict out) {
  float *first = out, *sum = out + c, *square = out + 2 * c;
  for (int64_t j = 0; j < c; j++) first[j] = x[j], sum[j] = square[j] = 0;
  for (int64_t i = 1; i < pixels; i++) {
    const float *row = x + i * c;
#pragma GCC ivdep
    for (int64_t j = 0; j < c; j++) {
      const float d = row[j] - first[j];
      sum[j] += d;
      square[j] += d * d;
    }
  }
}

template <Activation act>
INLINE void apply_as(const float *__restrict x, int64_t pixels, int64_t c, const float *__restrict a, const float *__restrict b, float slope,
                     float *__restrict y, int64_t step) {
  for (int64_t i = 0; i < pixels; i++)
#pragma GCC ivdep
    for (int64_t j = 0; j < c; j++) y[i * step + j] = activate<act>(a[j] * x[i * c + j] + b[j], slope);
}

KERNEL void apply(const float *x, int64_t pixels, int64_t c, const float *a, const float *b, Activation act, float slope, float *y,
                  int64_t step) {
  if (act == kSiLU)
    apply_as<kSiLU>(x, pixels, c, a, b, slope, y, step);
  else
    apply_as<kLeakyReLU>(x, pixels, c, a, b, slope, y, step);
}

KERNEL void pool(const float *__restrict rows, int64_t width, int64_t c, int64_t step, float *__restrict out) {
  for (int64_t i = 0; i < width / 2; i++) {
    const float *p = rows + 2 * i * step, *q = p + width * step;
#pragma GCC ivdep
    for (int64_t j = 0; j < c; j++) out[i * c + j] = 0.25f * (p[j] + p[step + j] + q[j] + q[step + j]);
  }
}

template <Activation act, bool pooled>
INLINE void differentiate_as(const float *__restrict x, int64_t pixels, int64_t c, const Backward &d, float *__restrict dz,
                             float *__restrict sums) {
  const float *__restrict a = d.a, *__restrict b = d.b, *__restrict mean = d.mean;
  float *__restrict sum = sums, *__restrict product = sums + c;
  for (int64_t i = 0; i < pixels; i++) {
    const float *__restrict g = d.g + i * d.step, *__restrict p = pooled ? d.pooled + i / 2 * c : g, *__restrict row = x + i * c;
    float *__restrict out = dz + i * c;
#pragma GCC ivdep
    for (int64_t j = 0; j < c; j++) {
      const float v = row[j], grad = pooled ? g[j] + 0.25f * p[j] : g[j];
      const float z = grad * derivative<act>(a[j] * v + b[j], d.slope);
      out[j] = z;
      sum[j] += z;
      product[j] += z * (v - mean[j]);
    }
  }
}

KERNEL void differentiate(const float *x, int64_t pixels, int64_t c, const Backward &d, float *dz, float *sums) {
  if (d.act == kSiLU)
    d.pooled ? differentiate_as<kSiLU, true>(x, pixels, c, d, dz, sums) : differentiate_as<kSiLU, false>(x, pixels, c, d, dz, sums);
  else
    d.pooled ? differentiate_as<kLeakyReLU, true>(x, pixels, c, d, dz, sums) : differentiate_as<kLeakyReLU, false>(x, pixels, c, d, dz, sums);
}

KERNEL void combine(const float *__restrict x, int64_t pixels, int64_t c, const float *__restrict a, const float *__restrict b,
                    const float *__restrict shift, float *__restrict dz) {
  for (int64_t i = 0; i < pixels; i++)
#pragma GCC ivdep
    for (int64_t j = 0; j < c; j++) dz[i * c + j] = a[j] * dz[i * c + j] + (b[j] * x[i * c + j] + shift[j]);
}

KERNEL void scatter(const float *__restrict from, int64_t rows, int64_t width, int64_t c, const float *__restrict bias, float *__restrict to,
                    int64_t step) {
  for (int64_t y = 0; y < rows; y++)
    for (int64_t x = 0; x < width; x++)
      for (int64_t k = 0; k < 4; k++) {
        const float *p = from + ((y * width + x) * 4 + k) * c;
        float *q = to + ((2 * y + k / 2) * 2 * width + 2 * x + k % 2) * step;
        for (int64_t j = 0; j < c; j++) q[j] = p[j] + bias[j];
      }
}

KERNEL void gather(const float *__restrict from, int64_t step, int64_t rows, int64_t width, int64_t c, float *__restrict to) {
  for (int64_t y = 0; y < rows; y++)
    for (int64_t x = 0; x < width; x++)
      for (int64_t k = 0; k < 4; k++)
        std::memcpy(to + ((y * width + x) * 4 + k) * c, from + ((2 * y + k / 2) * 2 * width + 2 * x + k % 2) * step, 4 * c);
}

void copy(const float *from, int64_t pixels, int64_t c, float *to, int64_t step) {
  for (int64_t i = 0; i < pixels; i++) std::memcpy(to + i * step, from + i * c, 4 * c);
}

} // namespace normact
