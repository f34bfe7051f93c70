#include "winograd.h"
#include "processor.h"

#include <algorithm>
#include <cstring>

#ifdef FRINGE_LEVELS
#define KERNEL __attribute__((target("arch=x86-64-v4"), optimize("O3")))
#else
#define KERNEL
#endif
#define INLINE inline __attribute__((always_inline))

namespace winograd {
namespace {

typedef float lanes __attribute__((vector_size(64), aligned(4), may_alias));
constexpr int64_t kLanes = 16;

#define LOAD(p) (*reinterpret_cast<const lanes *>(p))
#define STORE(p, v) (*reinterpret_cast<lanes *>(p) = (v))

// Vectors of a channel loop: the last one begins early enough to end at the width, and repeats some work.
#define CHANNELS(c, width) for (int64_t c##_ = 0, c = 0; c##_ < (width); c##_ += kLanes, c = std::min(c##_, (width) - kLanes))

// Tile is the place of a tile.
struct Tile {
  int64_t image, y, x; // of the upper left of its 2 × 2 pixels
  Tile(const Image &im, int64_t i) {
    const int64_t per_image = (im.h + 1) / 2 * im.across();
    image = i / per_image, y = i % per_image / im.across() * 2, x = i % im.across() * 2;
  }
};

// The addresses of the pixels, step apart, of a k × k window of an image, or outside of it that of other.
template <int K, class P> INLINE void window(P base, const Image &im, int64_t step, const Tile &t, int64_t offset, P other, P *p) {
  for (int64_t i = 0; i < K; i++) {
    const int64_t y = t.y + i + offset;
    for (int64_t j = 0; j < K; j++) {
      const int64_t x = t.x + j + offset;
      p[i * K + j] = y >= 0 && y < im.h && x >= 0 && x < im.w ? base + ((t.image * im.h + y) * im.w + x) * step : other;
    }
  }
}

alignas(64) const float kZeros[kMost] = {};

// Channels are width channels, the first ones at the address of an image, of pixels that are step apart.
struct Channels {
  int64_t width, step;
};

// BᵀdB of the 4 × 4 windows of tiles [first, first + count): v [16, stride].
KERNEL void transform_input(const float *x, const Image &im, const Channels &channels, int64_t first, int64_t count, int64_t stride, float *v) {
  const int64_t width = channels.width;
  for (int64_t i = 0; i < count; i++) {
    const float *p[16];
    window<4>(x, im, channels.step, Tile(im, first + i), -1, static_cast<const float *>(kZeros), p);
    float *out = v + i * width;
    CHANNELS(c, width) {
      lanes t[16];
      for (int j = 0; j < 4; j++) {
        const lanes a = LOAD(p[j] + c), b = LOAD(p[4 + j] + c), d = LOAD(p[8 + j] + c), e = LOAD(p[12 + j] + c);
        t[j] = a - d, t[4 + j] = b + d, t[8 + j] = d - b, t[12 + j] = b - e;
      }
      for (int k = 0; k < 4; k++) {
        const lanes a = t[4 * k], b = t[4 * k + 1], d = t[4 * k + 2], e = t[4 * k + 3];
        float *o = out + 4 * k * stride + c;
        STORE(o, a - d);
        STORE(o + stride, b + d);
        STORE(o + 2 * stride, d - b);
        STORE(o + 3 * stride, b - e);
      }
    }
  }
}

// AgAᵀ of the 2 × 2 pixels of tiles: q [16, stride], rows of padded(width).
KERNEL void transform_gradient(const float *g, const Image &im, const Channels &channels, int64_t first, int64_t count, int64_t stride, float *q) {
  const int64_t width = channels.width;
  for (int64_t i = 0; i < count; i++) {
    const float *p[4];
    window<2>(g, im, channels.step, Tile(im, first + i), 0, static_cast<const float *>(kZeros), p);
    float *out = q + i * padded(width);
    CHANNELS(c, width) {
      lanes t[8];
      for (int j = 0; j < 2; j++) {
        const lanes a = LOAD(p[j] + c), b = LOAD(p[2 + j] + c);
        t[j] = a, t[2 + j] = a + b, t[4 + j] = a - b, t[6 + j] = -b;
      }
      for (int k = 0; k < 4; k++) {
        const lanes a = t[2 * k], b = t[2 * k + 1];
        float *o = out + 4 * k * stride + c;
        STORE(o, a);
        STORE(o + stride, a + b);
        STORE(o + 2 * stride, a - b);
        STORE(o + 3 * stride, -b);
      }
    }
  }
}

// y = AᵀmA, and the epilogue, of tiles [first, first + count): m [16, stride], rows of padded(width).
KERNEL void transform_output(const float *m, const Image &im, const Channels &channels, int64_t first, int64_t count, int64_t stride,
                             const Epilogue &e, float *y) {
  const int64_t width = channels.width;
  alignas(64) static thread_local float nowhere[kMost];
  const float *bias = e.bias ? e.bias : kZeros;
  for (int64_t i = 0; i < count; i++) {
    const Tile tile(im, first + i);
    float *p[4];
    const float *r[4] = {kZeros, kZeros, kZeros, kZeros};
    window<2>(y, im, channels.step, tile, 0, static_cast<float *>(nowhere), p);
    if (e.residual) window<2>(e.residual, im, channels.step, tile, 0, static_cast<const float *>(kZeros), r);
    const float *in = m + i * padded(width);
    CHANNELS(c, width) {
      const lanes b = LOAD(bias + c), zero = {};
      lanes t[8];
      for (int j = 0; j < 4; j++) {
        const float *o = in + j * stride + c;
        const lanes a = LOAD(o), d = LOAD(o + 4 * stride), f = LOAD(o + 8 * stride), h = LOAD(o + 12 * stride);
        t[j] = a + d + f, t[4 + j] = d - f - h;
      }
      for (int k = 0; k < 2; k++) {
        lanes left = t[4 * k] + t[4 * k + 1] + t[4 * k + 2] + b, right = t[4 * k + 1] - t[4 * k + 2] - t[4 * k + 3] + b;
        if (e.relu) left = left < zero ? zero : left, right = right < zero ? zero : right; // a NaN stays one
        STORE(p[2 * k] + c, left + LOAD(r[2 * k] + c));
        STORE(p[2 * k + 1] + c, right + LOAD(r[2 * k + 1] + c));
      }
    }
  }
}

// c [12, 32] = or += Σ over k < depth of a [12 rows, depth] b [depth, 32].
template <bool add, int vectors>
INLINE void tile_product(const float *a, int64_t row, int64_t step, const float *b, int64_t ldb, int64_t depth, float *c, int64_t ldc) {
  lanes sum[kRows][vectors];
  for (int i = 0; i < kRows; i++)
    for (int j = 0; j < vectors; j++) sum[i][j] = add ? LOAD(c + i * ldc + j * kLanes) : lanes{};
  for (int64_t k = 0; k < depth; k++) {
    lanes right[vectors];
    for (int j = 0; j < vectors; j++) right[j] = LOAD(b + k * ldb + j * kLanes);
#pragma GCC unroll 12
    for (int i = 0; i < kRows; i++)
      for (int j = 0; j < vectors; j++) sum[i][j] += a[i * row + k * step] * right[j];
  }
  for (int i = 0; i < kRows; i++)
    for (int j = 0; j < vectors; j++) STORE(c + i * ldc + j * kLanes, sum[i][j]);
}

// m [rows, padded(out)] = v [rows, in] · u [panels, in, 32], rows a multiple of 12.
KERNEL void multiply(const float *v, const float *u, int64_t rows, int64_t in, int64_t out, float *m) {
  const int64_t wide = padded(out);
  for (int64_t o = 0; o < out; o += kPanel)
    for (int64_t r = 0; r < rows; r += kRows) {
      float *c = m + r * wide + o;
      if (out - o > kLanes)
        tile_product<false, 2>(v + r * in, in, 1, u + o * in, kPanel, in, c, wide);
      else
        tile_product<false, 1>(v + r * in, in, 1, u + o * in, kPanel, in, c, wide);
    }
}

// du [padded by 12 rows, padded(out)] = or += vᵀ q for v [rows, in], q [rows, padded(out)].
template <bool add> INLINE void accumulate_as(const float *v, const float *q, int64_t rows, int64_t in, int64_t out, float *du) {
  const int64_t wide = padded(out);
  for (int64_t o = 0; o < out; o += kPanel)
    for (int64_t i = 0; i < in; i += kRows)
      if (out - o > kLanes)
        tile_product<add, 2>(v + i, 1, in, q + o, wide, rows, du + i * wide + o, wide);
      else
        tile_product<add, 1>(v + i, 1, in, q + o, wide, rows, du + i * wide + o, wide);
}

KERNEL void accumulate(bool add, const float *v, const float *q, int64_t rows, int64_t in, int64_t out, float *du) {
  add ? accumulate_as<true>(v, q, rows, in, out, du) : accumulate_as<false>(v, q, rows, in, out, du);
}

// Tiles that correlate works on at once: the wider the images the more, as each block passes over all sums.
int64_t wide_block(int64_t in, int64_t out) { return std::clamp<int64_t>((in + out) / 2, 96, 192); }

// Tiles with those that fill the last kernel.
int64_t padded_rows(int64_t tiles) { return (tiles + kRows - 1) / kRows * kRows; }

// Rows of the sums of a point, of which the last kernel writes more than there are input channels.
int64_t rows(int64_t in) { return padded_rows(in); }

} // namespace

bool supported() {
#ifdef FRINGE_LEVELS
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd");
#else
  return false;
#endif
}

int64_t block(int64_t in, int64_t out) { return std::clamp<int64_t>(12288 / (in + out) / kRows * kRows, 48, 96); }

int64_t convolve_scratch(int64_t in, int64_t out) { return kPoints * (plane(block(in, out) * in) + plane(block(in, out) * padded(out))); }

int64_t correlate_scratch(int64_t in, int64_t out) { return kPoints * (plane(wide_block(in, out) * in) + plane(wide_block(in, out) * padded(out))); }

int64_t sums_size(int64_t in, int64_t out) { return kPoints * plane(rows(in) * padded(out)); }

KERNEL void transform_weights(const float *w, int64_t step_in, int64_t step_out, bool flipped, int64_t in, int64_t out, int64_t first,
                              int64_t last, float *u) {
  constexpr int64_t few = 16; // input channels whose weights are read together: where they lie beside each other, a row of the cache at once
  const int64_t step = plane(in * padded(out));
  for (int64_t panel = first; panel < last; panel++)
    for (int64_t start = 0; start < in; start += few) {
      const int64_t inputs = std::min(few, in - start), outputs = std::min(kPanel, out - panel * kPanel);
      alignas(64) float g[few][9][kPanel] = {};
      for (int64_t o = 0; o < outputs; o++)
        for (int64_t i = 0; i < inputs; i++) {
          const float *p = w + (start + i) * step_in + (panel * kPanel + o) * step_out;
          for (int k = 0; k < 9; k++) g[i][k][o] = p[flipped ? 8 - k : k];
        }
      for (int64_t i = 0; i < inputs; i++)
        for (int64_t c = 0; c < kPanel; c += kLanes) {
          lanes t[12];
          for (int j = 0; j < 3; j++) {
            const lanes a = LOAD(g[i][j] + c), b = LOAD(g[i][3 + j] + c), d = LOAD(g[i][6 + j] + c);
            t[j] = a, t[3 + j] = (a + b + d) * 0.5f, t[6 + j] = (a - b + d) * 0.5f, t[9 + j] = d;
          }
          for (int k = 0; k < 4; k++) {
            const lanes a = t[3 * k], b = t[3 * k + 1], d = t[3 * k + 2];
            float *o = u + 4 * k * step + (panel * in + start + i) * kPanel + c;
            STORE(o, a);
            STORE(o + step, (a + b + d) * 0.5f);
            STORE(o + 2 * step, (a - b + d) * 0.5f);
            STORE(o + 3 * step, d);
          }
        }
    }
}

void convolve(const float *x, const float *u, const Image &image, int64_t in, int64_t out, int64_t first, int64_t last, const Epilogue &e,
              float *scratch, float *y) {
  const int64_t count = last - first, wide = padded(out), all = (count + kRows - 1) / kRows * kRows;
  const int64_t inputs = plane(all * in), weights = plane(in * wide), outputs = plane(all * wide);
  float *v = scratch, *m = v + kPoints * inputs;
  transform_input(x, image, {in, in}, first, count, inputs, v);
  for (int64_t p = 0; p < kPoints; p++) std::fill_n(v + p * inputs + count * in, (all - count) * in, 0.0f);
  for (int64_t p = 0; p < kPoints; p++) multiply(v + p * inputs, u + p * weights, all, in, out, m + p * outputs);
  transform_output(m, image, {out, out}, first, count, outputs, e, y);
}

void correlate(const float *x, const float *g, const Image &image, int64_t in, int64_t out, int64_t first, int64_t last, float *scratch,
               float *du) {
  const int64_t size = wide_block(in, out), wide = padded(out);
  const int64_t inputs = plane(size * in), outputs = plane(size * wide), sums = plane(rows(in) * wide);
  float *v = scratch, *q = v + kPoints * inputs;
  if (out % kLanes) std::fill_n(q, kPoints * outputs, 0.0f); // lanes beyond the width are read and not written
  for (int64_t t = first; t < last; t += size) {
    const int64_t count = std::min(size, last - t);
    transform_input(x, image, {in, in}, t, count, inputs, v);
    for (int64_t p = 0; p < kPoints; p++) std::fill_n(v + p * inputs + count * in, kRows, 0.0f); // the last row is read beyond the width
    transform_gradient(g, image, {out, out}, t, count, outputs, q);
    for (int64_t p = 0; p < kPoints; p++) accumulate(t > first, v + p * inputs, q + p * outputs, count, in, out, du + p * sums);
  }
}

KERNEL void restore(const float *const *du, int64_t count, int64_t in, int64_t out, int64_t first, int64_t last, int64_t step_out, float *w) {
  const int64_t wide = padded(out), step = plane(rows(in) * wide);
  constexpr int64_t few = 16; // input channels whose gradients lie beside each other
  for (int64_t start = first; start < last; start += few)
    for (int64_t c = 0; c < out; c += kLanes)
      for (int64_t i = start; i < std::min(last, start + few); i++) {
        lanes d[16], t[12];
        for (int p = 0; p < kPoints; p++) {
          d[p] = LOAD(du[0] + p * step + i * wide + c);
          for (int64_t k = 1; k < count; k++) d[p] += LOAD(du[k] + p * step + i * wide + c);
        }
        for (int j = 0; j < 4; j++) {
          const lanes a = d[j], b = d[4 + j], e = d[8 + j], f = d[12 + j];
          t[j] = a + (b + e) * 0.5f, t[4 + j] = (b - e) * 0.5f, t[8 + j] = (b + e) * 0.5f + f;
        }
        alignas(64) float g[9][kLanes];
        for (int k = 0; k < 3; k++) {
          const lanes a = t[4 * k], b = t[4 * k + 1], e = t[4 * k + 2], f = t[4 * k + 3];
          STORE(g[3 * k], a + (b + e) * 0.5f);
          STORE(g[3 * k + 1], (b - e) * 0.5f);
          STORE(g[3 * k + 2], (b + e) * 0.5f + f);
        }
        for (int64_t o = c; o < std::min(c + kLanes, out); o++)
          for (int k = 0; k < 9; k++) w[o * step_out + i * 9 + k] = g[k][o - c];
      }
}

// The limits are measured, for 64 to 512 channels and 32 to 2048 tiles.
bool few_to_convolve(const Image &image, int64_t in, int64_t out) {
  return 2 * image.tiles() <= std::min(in, out) && in % kLanes == 0 && out % kLanes == 0;
}

bool few_to_correlate(const Image &image, int64_t in, int64_t out) {
  return image.tiles() <= 2 * std::min(in, out) && in % kLanes == 0 && out % kLanes == 0;
}

int64_t inputs_size(const Image &image, int64_t in) { return kPoints * plane(padded_rows(image.tiles()) * in); }

void transform_inputs(const float *x, const Image &image, int64_t in, int64_t first, int64_t last, float *v) {
  const int64_t tiles = image.tiles(), all = padded_rows(tiles), stride = plane(all * in);
  transform_input(x, image, {in, in}, first, last - first, stride, v + first * in);
  if (last == tiles)
    for (int64_t p = 0; p < kPoints; p++) std::fill_n(v + p * stride + tiles * in, (all - tiles) * in, 0.0f);
}

int64_t panel_scratch(const Image &image, int64_t in) { return kPoints * (plane(in * kPanel) + plane(padded_rows(image.tiles()) * kPanel)); }

void convolve_panel(const float *v, const Weights &w, const Image &image, int64_t in, int64_t out, int64_t panel, const Epilogue &e,
                    float *scratch, float *y) {
  const int64_t from = panel * kPanel, width = std::min(kPanel, out - from), all = padded_rows(image.tiles());
  const int64_t inputs = plane(all * in), weights = plane(in * kPanel), outputs = plane(all * kPanel);
  float *u = scratch, *m = u + kPoints * weights;
  transform_weights(w.data + from * w.step_out, w.step_in, w.step_out, w.flipped, in, width, 0, 1, u);
  for (int64_t p = 0; p < kPoints; p++) multiply(v + p * inputs, u + p * weights, all, in, width, m + p * outputs);
  const Epilogue part = {e.bias ? e.bias + from : nullptr, e.residual ? e.residual + from : nullptr, e.relu};
  transform_output(m, image, {width, out}, 0, image.tiles(), outputs, part, y + from);
}

int64_t gradients_size(const Image &image, int64_t out) { return padded(out) / kPanel * kPoints * plane(image.tiles() * kPanel); }

void transform_gradients(const float *g, const Image &image, int64_t out, int64_t first, int64_t last, float *q) {
  const int64_t stride = plane(image.tiles() * kPanel);
  for (int64_t panel = first; panel < last; panel++) {
    const Channels channels = {std::min(kPanel, out - panel * kPanel), out};
    transform_gradient(g + panel * kPanel, image, channels, 0, image.tiles(), stride, q + panel * kPoints * stride);
  }
}

int64_t slab_scratch(const Image &image) { return kPoints * (plane(image.tiles() * kSlab + kRows) + plane(kSlab * kPanel)); }

void correlate_slab(const float *x, const float *q, const Image &image, int64_t in, int64_t out, int64_t slab, float *scratch, float *w) {
  const int64_t tiles = image.tiles(), from = slab * kSlab, width = std::min(kSlab, in - from);
  const int64_t inputs = plane(tiles * width + kRows), outputs = plane(tiles * kPanel), sums = plane(rows(width) * kPanel);
  float *v = scratch, *du = v + kPoints * inputs;
  transform_input(x + from, image, {width, in}, 0, tiles, inputs, v);
  for (int64_t p = 0; p < kPoints; p++) std::fill_n(v + p * inputs + tiles * width, kRows, 0.0f); // the last row is read beyond the width
  for (int64_t o = 0; o < out; o += kPanel, q += kPoints * outputs) {
    const int64_t part = std::min(kPanel, out - o);
    for (int64_t p = 0; p < kPoints; p++) accumulate(false, v + p * inputs, q + p * outputs, tiles, width, part, du + p * sums);
    restore(const_cast<const float **>(&du), 1, width, part, 0, width, 9 * in, w + (o * in + from) * 9);
  }
}

} // namespace winograd
