// Convolutions 3 × 3 with zero padding 1 by Winograd's minimal algorithm F(2×2, 3×3) (Lavin & Gray 2016, Fast algorithms for convolutional
// neural networks, section 4.1): 16 multiplications for 4 pixels instead of 36. Images are stored with the channels of a pixel side by side.
#pragma once
#include <cstdint>

namespace winograd {

constexpr int64_t kPoints = 16;     // of the transformed domain
constexpr int64_t kPanel = 32;      // output channels that a panel of transformed weights holds side by side
constexpr int64_t kRows = 12;       // tiles that a kernel multiplies at once
constexpr int64_t kLeast = 16, kMost = 4096; // channels of an image

// supported reports whether this processor has the registers (AVX-512) that make the kernels faster than LibTorch's.
bool supported();

// Image is a batch of n images of h × w pixels; those of a tile of 2 × 2 count from the upper left.
struct Image {
  int64_t n, h, w;
  int64_t across() const { return (w + 1) / 2; }
  int64_t tiles() const { return n * ((h + 1) / 2) * across(); }
};

// Epilogue is what happens to a result before it is stored: + bias, rectified, + residual. Null is none.
struct Epilogue {
  const float *bias, *residual;
  bool relu;
};

inline int64_t padded(int64_t width) { return (width + kPanel - 1) / kPanel * kPanel; }

// plane is the distance between the numbers of two points: beyond the n of a point, as powers of two would share the lines of a cache.
inline int64_t plane(int64_t n) { return n + 16; }

// Weights of the transformed domain: [16, panels, in, 32].
inline int64_t weights_size(int64_t in, int64_t out) { return kPoints * plane(in * padded(out)); }

// transform_weights writes the panels [first, last). The weight of input i and output o lies at w + i * step_in + o * step_out, nine numbers;
// flipped turns them by half a turn, as the transpose of a convolution needs.
void transform_weights(const float *w, int64_t step_in, int64_t step_out, bool flipped, int64_t in, int64_t out, int64_t first, int64_t last,
                       float *u);

// block returns how many tiles to convolve at once: few enough that their transforms stay in a core's cache, enough to use each weight for
// several.
int64_t block(int64_t in, int64_t out);

// Floats that convolve, for a block, and correlate need for themselves, and those of sums of correlate.
int64_t convolve_scratch(int64_t in, int64_t out);
int64_t correlate_scratch(int64_t in, int64_t out);
int64_t sums_size(int64_t in, int64_t out);

// convolve computes tiles [first, last), at most a block, of y [n, h, w, out] from x [n, h, w, in].
void convolve(const float *x, const float *u, const Image &image, int64_t in, int64_t out, int64_t first, int64_t last, const Epilogue &e,
              float *scratch, float *y);

// correlate writes to du, of sums_size, what tiles [first, last) of x and of the gradient g of the result contribute to the gradient of the
// transformed weights.
void correlate(const float *x, const float *g, const Image &image, int64_t in, int64_t out, int64_t first, int64_t last, float *scratch,
               float *du);

// restore writes the gradients of the weights [out, in, 3, 3] of input channels [first, last) from the sum of count arrays du; the
// weights of the outputs are step_out apart.
void restore(const float *const *du, int64_t count, int64_t in, int64_t out, int64_t first, int64_t last, int64_t step_out, float *w);

// Where tiles are few, the weights are what is large. They are then transformed panel by panel (of outputs) and their gradients restored
// slab by slab (of inputs) in a core's cache, and all tiles are transformed before. The sums have the same order.
constexpr int64_t kSlab = 48;

// These report whether that is the faster way to convolve and to get the gradient of the weights. It wants multiples of the lanes.
bool few_to_convolve(const Image &image, int64_t in, int64_t out);
bool few_to_correlate(const Image &image, int64_t in, int64_t out);

// Weights are those of transform_weights.
struct Weights {
  const float *data;
  int64_t step_in, step_out;
  bool flipped;
};

// Floats of all transformed inputs and gradients, and those that a panel and a slab need for themselves.
int64_t inputs_size(const Image &image, int64_t in);
int64_t gradients_size(const Image &image, int64_t out);
int64_t panel_scratch(const Image &image, int64_t in);
int64_t slab_scratch(const Image &image);

// transform_inputs writes the tiles [first, last) of x, and convolve_panel the channels of a panel of y from all of them.
void transform_inputs(const float *x, const Image &image, int64_t in, int64_t first, int64_t last, float *v);
void convolve_panel(const float *v, const Weights &w, const Image &image, int64_t in, int64_t out, int64_t panel, const Epilogue &e,
                    float *scratch, float *y);

// transform_gradients writes the panels [first, last) of g, and correlate_slab the gradients of the weights [out, in, 3, 3] of the inputs of a
// slab from all of them.
void transform_gradients(const float *g, const Image &image, int64_t out, int64_t first, int64_t last, float *q);
void correlate_slab(const float *x, const float *q, const Image &image, int64_t in, int64_t out, int64_t slab, float *scratch, float *w);

} // namespace winograd
