#include "shim.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <algorithm>
#include <cstring>

using torch::Tensor;

namespace {

// Lines that are transformed at once: few enough for a block to stay in a core's cache and to come from the heap without
// fresh pages, many enough that planning a transform does not count.
constexpr int64_t kLines = 32;

// Calls f(image, first line, number of lines) for blocks of lines, in parallel. The blocks do not depend on the number of
// threads, so neither do the results.
template <class F> void blocks(int64_t images, int64_t lines, F f) {
  const int64_t per_image = (lines + kLines - 1) / kLines;
  at::parallel_for(0, images * per_image, 1, [&](int64_t from, int64_t to) {
    torch::NoGradGuard no_grad;
    for (int64_t i = from; i < to; i++) {
      const int64_t first = i % per_image * kLines;
      f(i / per_image, first, std::min(kLines, lines - first));
    }
  });
}

// Multiplies lines of complex numbers, stored as pairs, by lines of real ones.
template <class T> void scale(const Tensor &z, const Tensor &k) {
  T *a = static_cast<T *>(z.data_ptr());
  const T *b = k.data_ptr<T>();
  for (int64_t i = 0, n = k.numel(); i < n; i++) {
    a[2 * i] *= b[i];
    a[2 * i + 1] *= b[i];
  }
}

// x [images, 1, ny, nx], kernel [images or 1, 1, nx + 1, 2ny], both contiguous on the CPU. Only what is not known to be zero
// is transformed forwards, and only what is kept is transformed back.
Tensor convolve(const Tensor &x, const Tensor &kernel) {
  const int64_t images = x.size(0), ny = x.size(2), nx = x.size(3);
  const bool shared = kernel.size(0) == 1, wide = x.scalar_type() == at::kDouble;
  Tensor spectrum = at::empty({images, nx + 1, ny}, x.options().dtype(wide ? at::kComplexDouble : at::kComplexFloat));
  Tensor out = at::empty_like(x);
  blocks(images, ny, [&](int64_t i, int64_t y, int64_t m) {
    Tensor rows = at::fft_rfft(x[i][0].narrow(0, y, m), 2 * nx, 1);
    spectrum[i].narrow(1, y, m).copy_(rows.t());
  });
  blocks(images, nx + 1, [&](int64_t i, int64_t c, int64_t m) {
    Tensor kept = spectrum[i].narrow(0, c, m);
    Tensor columns = at::fft_fft(kept, 2 * ny, 1);
    Tensor k = kernel[shared ? 0 : i][0].narrow(0, c, m);
    wide ? scale<double>(columns, k) : scale<float>(columns, k);
    kept.copy_(at::fft_ifft(columns, c10::nullopt, 1).narrow(1, 0, ny));
  });
  blocks(images, ny, [&](int64_t i, int64_t y, int64_t m) {
    Tensor rows = at::fft_irfft(spectrum[i].narrow(1, y, m).t().contiguous(), 2 * nx, 1);
    out[i][0].narrow(0, y, m).copy_(rows.narrow(1, 0, nx));
  });
  return out;
}

// The operator is its own adjoint, so its derivative is itself, any number of times.
struct Toeplitz : torch::autograd::Function<Toeplitz> {
  static Tensor forward(torch::autograd::AutogradContext *ctx, const Tensor &x, const Tensor &kernel) {
    ctx->save_for_backward({kernel});
    return convolve(x.contiguous(), kernel);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *ctx, torch::autograd::variable_list grad) {
    return {Toeplitz::apply(grad[0], ctx->get_saved_variables()[0]), Tensor()};
  }
};

// The same by whole transforms, for other devices.
Tensor whole(const Tensor &x, const Tensor &kernel) {
  const int64_t ny = x.size(2), nx = x.size(3);
  Tensor y = at::fft_irfft2(at::fft_rfft2(x, {{2 * ny, 2 * nx}}) * kernel.transpose(2, 3), {{2 * ny, 2 * nx}});
  return y.narrow(2, 0, ny).narrow(3, 0, nx);
}

} // namespace

extern "C" char *fringe_toeplitz(void *x, void *kernel, void **out) {
  try {
    const Tensor &a = *static_cast<Tensor *>(x), &k = *static_cast<Tensor *>(kernel);
    TORCH_CHECK(a.dim() == 4 && a.size(1) == 1 && k.dim() == 4 && (k.size(0) == 1 || k.size(0) == a.size(0)) && k.size(1) == 1 &&
                    k.size(2) == a.size(3) + 1 && k.size(3) == 2 * a.size(2),
                "the kernel of images [batch 1 ny nx] has the shape [batch or 1, 1, nx+1, 2ny]");
    TORCH_CHECK(k.is_contiguous() && k.scalar_type() == a.scalar_type() && (a.scalar_type() == at::kDouble || a.scalar_type() == at::kFloat),
                "the kernel must be contiguous, and both float32 or both float64");
    *out = new Tensor(a.is_cpu() ? Toeplitz::apply(a, k) : whole(a, k));
    return nullptr;
  } catch (const c10::Error &e) {
    return strdup(e.what_without_backtrace());
  } catch (const std::exception &e) {
    return strdup(e.what());
  }
}
