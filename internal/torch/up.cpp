#include "arguments.h"
#include "guarded.h"
#include "normact.h"
#include "parallel.h"
#include "shim.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

constexpr auto kLast = at::MemoryFormat::ChannelsLast;
constexpr int64_t kGrain = 32768; // numbers that are worth waking a thread for

// composed is the same by LibTorch's operations.
Tensor composed(const Tensor &x, const Tensor &w, const Optional &bias, const Optional &skip) {
  const Tensor y = at::conv_transpose2d(x, w, bias, 2);
  return skip ? at::cat({y, *skip}, 1) : y;
}

// rows returns the pixels of x [n, c, h, w] as a matrix [n·h·w, c].
Tensor rows(const Tensor &x) { return x.contiguous(kLast).permute({0, 2, 3, 1}).reshape({-1, x.size(1)}); }

// matrix returns the weights [in, out, 2, 2] as [in, 4·out]: what a pixel gives to each of four.
Tensor matrix(const Tensor &w) { return w.permute({0, 2, 3, 1}).reshape({w.size(0), -1}); }

// Up doubles the resolution, 2 × 2 pixels from each by a matrix product, and puts the channels of the skip behind them.
struct Up : torch::autograd::Function<Up> {
  static Tensor forward(AutogradContext *ctx, const Tensor &x, const Tensor &w, const Optional &bias, const Optional &skip) {
    const int64_t n = x.size(0), h = x.size(2), width = x.size(3), c = w.size(1), more = skip ? skip->size(1) : 0, step = c + more;
    const Tensor four = at::mm(rows(x), matrix(w)), b = bias ? bias->contiguous() : at::zeros({c}, x.options()), s = skip ? skip->contiguous(kLast) : Tensor();
    Tensor y = at::empty({n, step, 2 * h, 2 * width}, x.options().memory_format(kLast));
    const float *from = four.data_ptr<float>(), *shift = b.data_ptr<float>(), *side = skip ? s.data_ptr<float>() : nullptr;
    float *to = y.data_ptr<float>();
    at::parallel_for(0, n * h, 1 + kGrain / (4 * width * c), [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; i++) {
        normact::scatter(from + i * width * 4 * c, 1, width, c, shift, to + i * 4 * width * step, step);
        if (side) normact::copy(side + i * 4 * width * more, 4 * width, more, to + i * 4 * width * step + c, step);
      }
    });
    ctx->save_for_backward({x, w, bias.value_or(Tensor()), skip.value_or(Tensor())});
    return y;
  }

  static variable_list backward(AutogradContext *ctx, variable_list grad) {
    const auto saved = ctx->get_saved_variables();
    const Tensor x = saved[0], w = saved[1], bias = saved[2], skip = saved[3];
    variable_list grads(4);
    const int64_t n = x.size(0), h = x.size(2), width = x.size(3), c = w.size(1);
    if (skip.defined()) grads[3] = grad[0].narrow(1, c, skip.size(1));
    if (at::GradMode::is_enabled()) { // the gradients will be differentiated
      variable_list inputs = {x, w};
      if (bias.defined()) inputs.push_back(bias);
      const auto r = torch::autograd::grad({composed(x, w, bias.defined() ? Optional(bias) : Optional(), {})}, inputs, {grad[0].narrow(1, 0, c)}, true, true, true);
      std::copy(r.begin(), r.end(), grads.begin());
      return grads;
    }
    const Tensor g = grad[0].contiguous(kLast);
    Tensor four = at::empty({n * h * width, 4 * c}, x.options());
    const int64_t step = g.size(1);
    const float *from = g.data_ptr<float>();
    float *to = four.data_ptr<float>();
    at::parallel_for(0, n * h, 1 + kGrain / (4 * width * c), [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; i++) normact::gather(from + i * 4 * width * step, step, 1, width, c, to + i * width * 4 * c);
    });
    if (ctx->needs_input_grad(0)) grads[0] = at::mm(four, matrix(w).t()).reshape({n, h, width, -1}).permute({0, 3, 1, 2});
    if (ctx->needs_input_grad(1)) grads[1] = at::mm(rows(x).t(), four).reshape({w.size(0), 2, 2, c}).permute({0, 3, 1, 2}).contiguous();
    if (bias.defined()) grads[2] = four.sum(0).reshape({4, c}).sum(0);
    return grads;
  }
};

} // namespace

extern "C" char *fringe_up(void *x, void *weight, void *bias, void *skip, void **out) {
  return guarded([&] {
    const Tensor &a = *static_cast<Tensor *>(x), &w = *static_cast<Tensor *>(weight);
    const Optional b = argument(bias), s = argument(skip);
    TORCH_CHECK(a.dim() == 4 && w.dim() == 4 && w.size(0) == a.size(1) && w.size(2) == 2 && w.size(3) == 2, "the weights must be [in, out, 2, 2]");
    TORCH_CHECK(w.scalar_type() == a.scalar_type(), "the weights have another type than the image");
    TORCH_CHECK(!b || (b->sizes() == at::IntArrayRef(w.size(1)) && b->scalar_type() == a.scalar_type()), "the bias does not fit the weights");
    TORCH_CHECK(!s || (s->scalar_type() == a.scalar_type() && s->dim() == 4 && s->size(0) == a.size(0) && s->size(2) == 2 * a.size(2) &&
                       s->size(3) == 2 * a.size(3)),
                "the skip must have twice the height and width");
    *out = new Tensor(!in_float32_on_cpu({a, w, b, s}) || a.numel() == 0 ? composed(a, w, b, s) : Up::apply(a, w, b, s));
  });
}
