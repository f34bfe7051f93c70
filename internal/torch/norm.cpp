#include "arguments.h"
#include "guarded.h"
#include "normact.h"
#include "parallel.h"
#include "shim.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <vector>

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

constexpr auto kLast = at::MemoryFormat::ChannelsLast;
constexpr int64_t kGrain = 32768; // numbers that are worth waking a thread for

// How says what NormAct does.
struct How {
  int64_t groups;
  double eps, slope; // slope below zero of a leaky rectifier
  bool silu, pooled; // pooled: a second result is the mean of 2 × 2 pixels
  normact::Activation act() const { return silu ? normact::kSiLU : normact::kLeakyReLU; }
};

// composed is the same by LibTorch's operations.
variable_list composed(const Tensor &x, const Optional &weight, const Optional &bias, const How &how) {
  Tensor y = weight ? at::group_norm(x, how.groups, weight, bias, how.eps) : at::instance_norm(x, {}, {}, {}, {}, true, 0, how.eps, false);
  y = how.silu ? at::silu(y) : at::leaky_relu(y, how.slope);
  if (how.pooled) return {y, at::avg_pool2d(y, 2)};
  return {y};
}

// Sizes of a batch of images.
struct Sizes {
  int64_t n, c, h, w, groups;
  Sizes(const Tensor &x, int64_t groups) : n(x.size(0)), c(x.size(1)), h(x.size(2)), w(x.size(3)), groups(groups) {}
  int64_t pixels() const { return h * w; }
  int64_t rows() const { return std::max<int64_t>(1, normact::kChunk / w) * 2; } // rows of an image in a chunk
  int64_t chunks() const { return (h + rows() - 1) / rows(); }
  int64_t first(int64_t chunk) const { return chunk * rows() * w; } // first pixel
  int64_t count(int64_t chunk) const { return std::min(pixels() - first(chunk), rows() * w); }
};

// Calls for every image one(image, chunk) for all chunks, then all(image), then two(image, chunk): with an image for each thread its numbers
// stay in the cache of a core, else threads share the chunks. The results are the same.
template <class A, class B, class C> void sweep(const Sizes &z, A one, B all, C two) {
  const int64_t chunks = z.chunks();
  if (z.n >= at::get_num_threads()) {
    at::parallel_for(0, z.n, 1 + kGrain / (z.c * z.pixels()), [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; i++) {
        for (int64_t k = 0; k < chunks; k++) one(i, k);
        all(i);
        for (int64_t k = 0; k < chunks; k++) two(i, k);
      }
    });
    return;
  }
  auto parallel = [&](auto f) {
    at::parallel_for(0, z.n * chunks, 1 + kGrain / (z.c * z.rows() * z.w), [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; i++) f(i / chunks, i % chunks);
    });
  };
  parallel(one);
  for (int64_t i = 0; i < z.n; i++) all(i);
  parallel(two);
}

// statistics writes the mean and the inverse deviation of the groups of an image from the moments of its chunks (Chan, Golub & LeVeque 1983).
void statistics(const Sizes &z, const float *moments, double eps, float *mean, float *inverse) {
  const int64_t width = z.c / z.groups;
  for (int64_t g = 0; g < z.groups; g++) {
    double count = 0, m = 0, squares = 0;
    for (int64_t k = 0; k < z.chunks(); k++) {
      const double pixels = z.count(k);
      for (int64_t j = g * width; j < (g + 1) * width; j++) {
        const float *p = moments + k * 3 * z.c + j;
        const double sum = p[z.c], local = sum / pixels, delta = p[0] + local - m, total = count + pixels;
        squares += p[2 * z.c] - sum * local + delta * delta * count * pixels / total;
        m += delta * pixels / total, count = total;
      }
    }
    mean[g] = m, inverse[g] = 1 / std::sqrt(squares / count + eps);
  }
}

const float *data(const Optional &t) { return t ? t->data_ptr<float>() : nullptr; }

// line writes the numbers a and b per channel by which normalisation, scale and shift are a·x + b.
void line(const Sizes &z, const float *mean, const float *inverse, const float *weight, const float *bias, float *a, float *b) {
  for (int64_t j = 0; j < z.c; j++) {
    const int64_t g = j / (z.c / z.groups);
    a[j] = inverse[g] * (weight ? weight[j] : 1), b[j] = (bias ? bias[j] : 0) - mean[g] * a[j];
  }
}

struct NormAct : torch::autograd::Function<NormAct> {
  static variable_list forward(AutogradContext *ctx, const Tensor &input, const Optional &weight, const Optional &bias, const How &how) {
    const Tensor x = input.contiguous(kLast);
    const Sizes z(x, how.groups);
    Tensor y = at::empty_like(x), pooled;
    if (how.pooled) pooled = at::empty({z.n, z.c, z.h / 2, z.w / 2}, x.options().memory_format(kLast));
    Tensor mean = at::empty({z.n, z.groups}, x.options()), inverse = at::empty_like(mean);
    Tensor moments = at::empty({z.n, z.chunks(), 3, z.c}, x.options()), lines = at::empty({z.n, 2, z.c}, x.options());
    const float *from = x.data_ptr<float>(), *w = data(weight), *b = data(bias);
    float *to = y.data_ptr<float>(), *small = how.pooled ? pooled.data_ptr<float>() : nullptr, *sums = moments.data_ptr<float>(),
          *l = lines.data_ptr<float>(), *m = mean.data_ptr<float>(), *s = inverse.data_ptr<float>();
    sweep(
        z, [&](int64_t i, int64_t k) { normact::moments(from + (i * z.pixels() + z.first(k)) * z.c, z.count(k), z.c, sums + (i * z.chunks() + k) * 3 * z.c); },
        [&](int64_t i) {
          statistics(z, sums + i * z.chunks() * 3 * z.c, how.eps, m + i * z.groups, s + i * z.groups);
          line(z, m + i * z.groups, s + i * z.groups, w, b, l + 2 * i * z.c, l + (2 * i + 1) * z.c);
        },
        [&](int64_t i, int64_t k) {
          const int64_t start = i * z.pixels() + z.first(k);
          normact::apply(from + start * z.c, z.count(k), z.c, l + 2 * i * z.c, l + (2 * i + 1) * z.c, how.act(), how.slope, to + start * z.c, z.c);
          if (!how.pooled) return;
          const int64_t top = k * z.rows(), bottom = std::min(z.h, top + z.rows()) - 1;
          for (int64_t r = top; r < bottom; r += 2)
            normact::pool(to + (i * z.h + r) * z.w * z.c, z.w, z.c, z.c, small + (i * (z.h / 2) + r / 2) * (z.w / 2) * z.c);
        });
    ctx->save_for_backward({input, weight.value_or(Tensor()), bias.value_or(Tensor()), mean, inverse, lines});
    ctx->saved_data["groups"] = how.groups, ctx->saved_data["eps"] = how.eps, ctx->saved_data["slope"] = how.slope;
    ctx->saved_data["silu"] = how.silu, ctx->saved_data["pooled"] = how.pooled;
    if (how.pooled) return {y, pooled};
    return {y};
  }

  static variable_list backward(AutogradContext *ctx, variable_list grad) {
    auto &d = ctx->saved_data;
    const How how{d["groups"].toInt(), d["eps"].toDouble(), d["slope"].toDouble(), d["silu"].toBool(), d["pooled"].toBool()};
    const auto saved = ctx->get_saved_variables();
    if (at::GradMode::is_enabled()) return differentiable(saved, grad, how);
    const Tensor x = saved[0].contiguous(kLast), weight = saved[1];
    const Sizes z(x, how.groups);
    const Tensor g = dense(grad[0], z), p = how.pooled && grad[1].defined() && z.w % 2 == 0 && z.h % 2 == 0 ? grad[1].contiguous(kLast) : Tensor();
    Tensor dz = at::empty_like(x), sums = at::zeros({z.n, z.chunks(), 2, z.c}, x.options()), lines = at::empty({z.n, 4, z.c}, x.options());
    Tensor gw, gb;
    std::vector<double> totals(2 * z.n * z.c);
    const float *from = x.data_ptr<float>(), *w = weight.defined() ? weight.data_ptr<float>() : nullptr, *mean = saved[3].data_ptr<float>(),
                *inverse = saved[4].data_ptr<float>(), *ab = saved[5].data_ptr<float>(), *pg = p.defined() ? p.data_ptr<float>() : nullptr,
                *gg = g.data_ptr<float>();
    float *to = dz.data_ptr<float>(), *part = sums.data_ptr<float>(), *l = lines.data_ptr<float>();
    const int64_t width = z.c / z.groups, step = g.stride(3);
    for (int64_t i = 0; i < z.n; i++)
      for (int64_t j = 0; j < z.c; j++) l[(4 * i + 3) * z.c + j] = mean[i * z.groups + j / width];
    sweep(
        z,
        [&](int64_t i, int64_t k) {
          normact::Backward b{nullptr, step, nullptr, ab + 2 * i * z.c, ab + (2 * i + 1) * z.c, l + (4 * i + 3) * z.c, how.act(), float(how.slope)};
          const int64_t bottom = std::min(z.h, (k + 1) * z.rows());
          for (int64_t r = k * z.rows(); r < bottom; r++) {
            const int64_t start = (i * z.h + r) * z.w;
            b.g = gg + start * step;
            if (pg) b.pooled = pg + (i * (z.h / 2) + r / 2) * (z.w / 2) * z.c;
            normact::differentiate(from + start * z.c, z.w, z.c, b, to + start * z.c, part + (i * z.chunks() + k) * 2 * z.c);
          }
        },
        [&](int64_t i) {
          double *total = totals.data() + 2 * i * z.c;
          for (int64_t k = 0; k < z.chunks(); k++)
            for (int64_t j = 0; j < 2 * z.c; j++) total[j] += part[(i * z.chunks() + k) * 2 * z.c + j];
          for (int64_t q = 0; q < z.groups; q++) {
            const double r = inverse[i * z.groups + q], m = mean[i * z.groups + q], count = double(width) * z.pixels();
            double first = 0, second = 0; // Σ weight·dz and Σ weight·dz·x̂ of the group, divided by its size
            for (int64_t j = q * width; j < (q + 1) * width; j++) {
              const double scale = w ? w[j] : 1;
              first += scale * total[j] / count, second += scale * total[z.c + j] * r / count;
            }
            for (int64_t j = q * width; j < (q + 1) * width; j++) {
              float *a = l + 4 * i * z.c + j;
              a[0] = r * (w ? w[j] : 1), a[z.c] = -r * r * second, a[2 * z.c] = r * (r * second * m - first);
            }
          }
        },
        [&](int64_t i, int64_t k) {
          const int64_t start = (i * z.pixels() + z.first(k)) * z.c;
          const float *a = l + 4 * i * z.c;
          normact::combine(from + start, z.count(k), z.c, a, a + z.c, a + 2 * z.c, to + start);
        });
    if (weight.defined()) {
      gw = at::empty({z.c}, x.options()), gb = at::empty({z.c}, x.options());
      for (int64_t j = 0; j < z.c; j++) {
        double first = 0, second = 0;
        for (int64_t i = 0; i < z.n; i++)
          first += totals[2 * i * z.c + j], second += totals[(2 * i + 1) * z.c + j] * inverse[i * z.groups + j / width];
        gb.data_ptr<float>()[j] = first, gw.data_ptr<float>()[j] = second;
      }
    }
    return {dz, gw, gb, Tensor()};
  }

  // dense returns a gradient whose channels lie side by side and whose pixels are evenly spaced, such as a part of a concatenation.
  static Tensor dense(const Tensor &g, const Sizes &z) {
    const int64_t step = g.stride(3);
    const bool even = g.stride(1) == 1 && step >= z.c && g.stride(2) == step * z.w && g.stride(0) == step * z.w * z.h;
    return even ? g : at::empty({z.n, z.c, z.h, z.w}, g.options().memory_format(kLast)).copy_(g);
  }

  // The gradients by LibTorch's operations, which can be differentiated again.
  static variable_list differentiable(const variable_list &saved, const variable_list &grad, const How &how) {
    variable_list inputs = {saved[0]}, grads(4);
    const Tensor weight = saved[1], bias = saved[2];
    if (weight.defined()) inputs.insert(inputs.end(), {weight, bias});
    auto r = torch::autograd::grad(composed(saved[0], weight.defined() ? Optional(weight) : Optional(), bias.defined() ? Optional(bias) : Optional(), how),
                                   inputs, grad, true, true, true);
    std::copy(r.begin(), r.end(), grads.begin());
    return grads;
  }
};

} // namespace

extern "C" char *fringe_norm_act(void *x, void *weight, void *bias, int64_t groups, double eps, int silu, double slope, int pooled, void **out) {
  return guarded([&] {
    const Tensor &a = *static_cast<Tensor *>(x);
    const Optional w = argument(weight), b = argument(bias);
    TORCH_CHECK(a.dim() == 4 && groups > 0 && a.size(1) % groups == 0 && !w == !b, "the groups must divide the channels of images");
    for (const Optional &t : {w, b})
      TORCH_CHECK(!t || (t->sizes() == at::IntArrayRef(a.size(1)) && t->scalar_type() == a.scalar_type() && t->is_contiguous()), "the scale or shift does not fit the image");
    TORCH_CHECK(w || groups == a.size(1), "a normalisation without weights is over each channel alone");
    const How how{groups, eps, slope, silu != 0, pooled != 0};
    const bool plain = !in_float32_on_cpu({a, w, b}) || a.numel() == 0 || a.size(2) * a.size(3) < 2 ||
                       (pooled && (a.size(2) % 2 || a.size(3) % 2));
    const auto y = plain ? composed(a, w, b, how) : NormAct::apply(a, w, b, how);
    for (size_t i = 0; i < y.size(); i++) out[i] = new Tensor(y[i]);
  });
}
