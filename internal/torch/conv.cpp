#include "arguments.h"
#include "guarded.h"
#include "parallel.h"
#include "shim.h"
#include "winograd.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <atomic>
#include <vector>

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

constexpr auto kLast = at::MemoryFormat::ChannelsLast;
constexpr int64_t kGrain = 16384; // weights that are worth waking a thread for
constexpr int64_t kSums = 1 << 26; // floats of all sums of a weight gradient: 256 MiB

// composed is the same by LibTorch's operations.
Tensor composed(const Tensor &x, const Tensor &w, const Optional &bias, const Optional &residual, bool relu) {
  Tensor y = at::conv2d(x, w, bias, 1, 1);
  if (residual) return *residual + y;
  return relu ? at::relu(y) : y;
}

winograd::Image image(const Tensor &x) { return {x.size(0), x.size(2), x.size(3)}; }

// transformed returns the weights of in input and out output channels in the transformed domain.
Tensor transformed(const Tensor &w, int64_t step_in, int64_t step_out, bool flipped, int64_t in, int64_t out) {
  Tensor u = at::empty({winograd::weights_size(in, out)}, w.options());
  const float *from = w.data_ptr<float>();
  float *to = u.data_ptr<float>();
  at::parallel_for(0, winograd::padded(out) / winograd::kPanel, 1 + kGrain / (in * winograd::kPanel), [&](int64_t first, int64_t last) {
    winograd::transform_weights(from, step_in, step_out, flipped, in, out, first, last, to);
  });
  return u;
}

// share calls f(i, scratch) for i below count, with scratch of so many floats for each thread. A thread takes the next i when it is done with
// one, so a busy core does not hold up the others.
template <class F> void share(int64_t count, int64_t floats, F f) {
  std::atomic<int64_t> next{0};
  at::parallel_for(0, std::min<int64_t>(count, at::get_num_threads()), 1, [&](int64_t, int64_t) {
    Tensor scratch = at::empty({floats}, at::kFloat);
    for (int64_t i; (i = next++) < count;) f(i, scratch.data_ptr<float>());
  });
}

// convolve_few is convolve where tiles are few.
Tensor convolve_few(const Tensor &x, const winograd::Weights &w, int64_t out, const winograd::Epilogue &e) {
  const auto im = image(x);
  const int64_t in = x.size(1);
  Tensor y = at::empty({im.n, out, im.h, im.w}, x.options().memory_format(kLast)), v = at::empty({winograd::inputs_size(im, in)}, x.options());
  const float *from = x.data_ptr<float>();
  float *inputs = v.data_ptr<float>(), *to = y.data_ptr<float>();
  at::parallel_for(0, im.tiles(), 1 + kGrain / (winograd::kPoints * in),
                   [&](int64_t first, int64_t last) { winograd::transform_inputs(from, im, in, first, last, inputs); });
  share(winograd::padded(out) / winograd::kPanel, winograd::panel_scratch(im, in),
        [&](int64_t panel, float *scratch) { winograd::convolve_panel(inputs, w, im, in, out, panel, e, scratch, to); });
  return y;
}

Tensor convolve(const Tensor &x, const Tensor &weight, const winograd::Weights &w, int64_t out, const winograd::Epilogue &e) {
  const auto im = image(x);
  const int64_t in = x.size(1);
  if (winograd::few_to_convolve(im, in, out)) return convolve_few(x, w, out, e);
  const Tensor u = transformed(weight, w.step_in, w.step_out, w.flipped, in, out);
  Tensor y = at::empty({im.n, out, im.h, im.w}, x.options().memory_format(kLast));
  const float *from = x.data_ptr<float>(), *weights = u.data_ptr<float>();
  float *to = y.data_ptr<float>();
  const int64_t tiles = im.tiles(), threads = at::get_num_threads(), most = winograd::block(in, out) * threads;
  const int64_t blocks = std::min((tiles + most - 1) / most * threads, (tiles + winograd::kRows - 1) / winograd::kRows); // as many for each
  share(blocks, winograd::convolve_scratch(in, out), [&](int64_t i, float *scratch) {
    winograd::convolve(from, weights, im, in, out, i * tiles / blocks, (i + 1) * tiles / blocks, e, scratch, to);
  });
  return y;
}

// weight_gradient_few is weight_gradient where tiles are few.
Tensor weight_gradient_few(const Tensor &x, const Tensor &g) {
  const auto im = image(x);
  const int64_t in = x.size(1), out = g.size(1);
  Tensor q = at::empty({winograd::gradients_size(im, out)}, x.options()), w = at::empty({out, in, 3, 3}, x.options());
  const float *from = x.data_ptr<float>(), *grad = g.data_ptr<float>();
  float *gradients = q.data_ptr<float>(), *to = w.data_ptr<float>();
  at::parallel_for(0, winograd::padded(out) / winograd::kPanel, 1 + kGrain / (winograd::kPoints * winograd::kPanel * im.tiles()),
                   [&](int64_t first, int64_t last) { winograd::transform_gradients(grad, im, out, first, last, gradients); });
  share((in + winograd::kSlab - 1) / winograd::kSlab, winograd::slab_scratch(im),
        [&](int64_t slab, float *scratch) { winograd::correlate_slab(from, gradients, im, in, out, slab, scratch, to); });
  return w;
}

// weight_gradient returns the gradient of the weights [out, in, 3, 3] from that of the result. Each thread sums its tiles, into an
// array as large as the transformed weights; there are fewer parts than threads where more arrays than one would be larger than kSums.
Tensor weight_gradient(const Tensor &x, const Tensor &g) {
  const auto im = image(x);
  const int64_t in = x.size(1), out = g.size(1), size = winograd::sums_size(in, out);
  if (winograd::few_to_correlate(im, in, out)) return weight_gradient_few(x, g);
  const int64_t parts = std::clamp<int64_t>(kSums / size, 1, std::min<int64_t>(at::get_num_threads(), im.tiles()));
  Tensor sums = at::empty({parts, size}, x.options()), w = at::empty({out, in, 3, 3}, x.options());
  std::vector<const float *> du;
  for (int64_t i = 0; i < parts; i++) du.push_back(sums.data_ptr<float>() + i * size);
  at::parallel_for(0, parts, 1, [&](int64_t first, int64_t last) {
    Tensor scratch = at::empty({winograd::correlate_scratch(in, out)}, at::kFloat);
    for (int64_t i = first; i < last; i++)
      winograd::correlate(x.data_ptr<float>(), g.data_ptr<float>(), im, in, out, i * im.tiles() / parts, (i + 1) * im.tiles() / parts,
                          scratch.data_ptr<float>(), const_cast<float *>(du[i]));
  });
  at::parallel_for(0, in, 1 + kGrain / out, [&](int64_t first, int64_t last) {
    winograd::restore(du.data(), parts, in, out, first, last, 9 * in, w.data_ptr<float>());
  });
  return w;
}

struct Conv3x3 : torch::autograd::Function<Conv3x3> {
  static Tensor forward(AutogradContext *ctx, const Tensor &x, const Tensor &w, const Optional &bias, const Optional &residual, bool relu) {
    const int64_t out = w.size(0), in = w.size(1);
    const Tensor u = w.contiguous(), r = residual ? residual->contiguous(kLast) : Tensor(), b = bias ? bias->contiguous() : Tensor();
    const Tensor y = convolve(x.contiguous(kLast), u, {u.data_ptr<float>(), 9, 9 * in, false}, out, {bias ? b.data_ptr<float>() : nullptr, residual ? r.data_ptr<float>() : nullptr, relu});
    ctx->save_for_backward({x, w, bias.value_or(Tensor()), relu ? y : Tensor()});
    ctx->saved_data["residual"] = residual.has_value();
    return y;
  }

  static variable_list backward(AutogradContext *ctx, variable_list grad) {
    const auto saved = ctx->get_saved_variables();
    const Tensor x = saved[0], w = saved[1], bias = saved[2], y = saved[3];
    variable_list grads(5); // an argument that is left away has none
    if (ctx->saved_data["residual"].toBool()) grads[3] = grad[0];
    if (at::GradMode::is_enabled()) return differentiable(x, w, bias, y.defined(), grad[0], std::move(grads));
    const Tensor g = (y.defined() ? at::threshold_backward(grad[0], y, 0) : grad[0]).contiguous(kLast);
    const int64_t out = w.size(0), in = w.size(1);
    const Tensor u = w.contiguous();
    if (ctx->needs_input_grad(0)) grads[0] = convolve(g, u, {u.data_ptr<float>(), 9 * in, 9, true}, in, {});
    if (ctx->needs_input_grad(1)) grads[1] = weight_gradient(x.contiguous(kLast), g);
    if (bias.defined()) grads[2] = g.sum({0, 2, 3});
    return grads;
  }

  // The gradients by LibTorch's operations, which can be differentiated again.
  static variable_list differentiable(const Tensor &x, const Tensor &w, const Tensor &bias, bool relu, const Tensor &g, variable_list grads) {
    variable_list inputs = {x, w};
    if (bias.defined()) inputs.push_back(bias);
    auto r = torch::autograd::grad({composed(x, w, bias, {}, relu)}, inputs, {g}, true, true, true);
    std::copy(r.begin(), r.end(), grads.begin());
    return grads;
  }
};

} // namespace

extern "C" char *fringe_conv3x3(void *x, void *weight, void *bias, void *residual, int relu, void **out) {
  return guarded([&] {
    const Tensor &a = *static_cast<Tensor *>(x), &w = *static_cast<Tensor *>(weight);
    const Optional b = argument(bias), r = argument(residual);
    TORCH_CHECK(!relu || !r, "a residual is not added to a rectified result");
    TORCH_CHECK(a.dim() == 4 && w.dim() == 4 && w.size(2) == 3 && w.size(3) == 3, "a 3 x 3 convolution of images has weights [out, in, 3, 3]");
    const std::vector<int64_t> sizes = {a.size(0), w.size(0), a.size(2), a.size(3)};
    TORCH_CHECK(w.size(1) == a.size(1) && w.scalar_type() == a.scalar_type(), "the weights do not fit the image");
    TORCH_CHECK(!b || (b->sizes() == at::IntArrayRef(w.size(0)) && b->scalar_type() == a.scalar_type()), "the bias does not fit the weights");
    TORCH_CHECK(!r || (r->sizes() == at::IntArrayRef(sizes) && r->scalar_type() == a.scalar_type()), "the residual does not fit the result");
    auto fits = [](int64_t width) { return width >= winograd::kLeast && width <= winograd::kMost; };
    const bool plain = !in_float32_on_cpu({a, w, b, r}) || !fits(w.size(0)) || !fits(w.size(1)) || !winograd::supported() || a.numel() == 0;
    *out = new Tensor(plain ? composed(a, w, b, r, relu != 0) : Conv3x3::apply(a, w, b, r, relu != 0));
  });
}
