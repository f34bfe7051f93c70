// Normalisation over groups of channels followed by a non-linearity, on images stored with the channels of a pixel side by side.
#pragma once
#include <cstdint>

namespace normact {

enum Activation { kSiLU, kLeakyReLU };

// Sums over a chunk of 2·⌊kChunk/w⌋ rows of w pixels, at least two, are taken in float32; sums of chunks are in float64.
constexpr int64_t kChunk = 256;

// moments writes for each of c channels the first value, the sum and the sum of squares of the distances from it, over pixels: [3, c].
void moments(const float *x, int64_t pixels, int64_t c, float *out);

// apply writes act(a·x + b), a and b per channel, to pixels that are step numbers apart.
void apply(const float *x, int64_t pixels, int64_t c, const float *a, const float *b, Activation act, float slope, float *y, int64_t step);

// pool writes the means of 2 × 2 pixels of two rows that lie one after the other: width pixels that are step apart.
void pool(const float *rows, int64_t width, int64_t c, int64_t step, float *out);

// Backward holds what the gradient of pixels needs: the gradient g of the result, pixels step apart; that of a pooled result, or null, whose
// pixels lie beside each other; and a, b and the mean per channel.
struct Backward {
  const float *g;
  int64_t step;
  const float *pooled;
  const float *a, *b, *mean;
  Activation act;
  float slope;
};

// differentiate writes the gradient dz of a·x + b of pixels in a row, and adds to sums [2, c] those of dz and of dz·(x − mean).
void differentiate(const float *x, int64_t pixels, int64_t c, const Backward &d, float *dz, float *sums);

// combine writes a·dz + b·x + shift, all per channel, to dz.
void combine(const float *x, int64_t pixels, int64_t c, const float *a, const float *b, const float *shift, float *dz);

// scatter writes pixels of 2 × 2 × c numbers, in rows of width, to the rows of an image of twice the size whose pixels are step apart, with
// a bias per channel. gather is its transpose.
void scatter(const float *from, int64_t rows, int64_t width, int64_t c, const float *bias, float *to, int64_t step);
void gather(const float *from, int64_t step, int64_t rows, int64_t width, int64_t c, float *to);

// copy writes pixels of c numbers to places that are step apart.
void copy(const float *from, int64_t pixels, int64_t c, float *to, int64_t step);

} // namespace normact
