#include "guarded.h"
#include "lines.h"
#include "parallel.h"
#include "shim.h"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <algorithm>
#include <atomic>

using torch::Tensor;

namespace {

// Calls f(i, worker) for all i below count, in parallel. A worker takes the next block when it is done with one, so a busy core does not
// hold up the others; what a block computes does not depend on who does it.
template <class F> void parallel(int64_t count, F f) {
  std::atomic<int64_t> next{0};
  at::parallel_for(0, std::min<int64_t>(count, at::get_num_threads()), 1, [&](int64_t from, int64_t to) {
    for (int64_t worker = from; worker < to; worker++)
      for (int64_t i; (i = next++) < count;) f(i, worker);
  });
}

template <class T> fringe::Grid<T> grid(int64_t ny, int64_t nx) {
  return {ny, nx, &fringe::plan<T>(fringe::smooth(ny)), &fringe::plan<T>(fringe::smooth(nx)), fringe::steps<T>().lanes};
}

// Work is the memory of one convolution: the spectra, and scratch for each worker.
template <class T> struct Work {
  Tensor memory;
  T *spectrum, *scratch;
  int64_t size, scratch_size;
  Work(const fringe::Grid<T> &g, int64_t images, int64_t workers) : size(g.spectrum_size()), scratch_size(g.scratch_size()) {
    memory = at::empty({images * size + workers * scratch_size}, c10::CppTypeToScalarType<T>::value);
    spectrum = memory.data_ptr<T>(), scratch = spectrum + images * size;
  }
};

// The spectra of images, convolved. x [images, ny, nx], kernel [images or 1, kernel_size].
template <class T> void convolve(const fringe::Grid<T> &g, Work<T> &w, int64_t images, const T *x, const T *kernel, bool shared) {
  const auto &steps = fringe::steps<T>();
  const int64_t columns = g.column_blocks(), rows = g.row_blocks();
  parallel(images * columns, [&](int64_t i, int64_t worker) {
    steps.columns(g, x + i / columns * g.ny * g.nx, nullptr, w.spectrum + i / columns * w.size, i % columns, w.scratch + worker * w.scratch_size);
  });
  parallel(images * rows, [&](int64_t i, int64_t worker) {
    const T *k = kernel + (shared ? 0 : i / rows * g.kernel_size());
    steps.convolve(g, w.spectrum + i / rows * w.size, k, i % rows, w.scratch + worker * w.scratch_size);
  });
}

template <class T> Tensor convolved(const Tensor &x, const Tensor &kernel) {
  const int64_t images = x.size(0);
  const auto g = grid<T>(x.size(2), x.size(3));
  Tensor out = at::empty_like(x);
  T *to = out.data_ptr<T>();
  Work<T> w(g, images, at::get_num_threads());
  convolve<T>(g, w, images, x.data_ptr<T>(), kernel.data_ptr<T>(), kernel.size(0) == 1);
  const int64_t columns = g.column_blocks();
  parallel(images * columns, [&](int64_t i, int64_t worker) {
    const int64_t image = i / columns;
    fringe::steps<T>().back(g, w.spectrum + image * w.size, nullptr, to + image * g.ny * g.nx, i % columns, w.scratch + worker * w.scratch_size);
  });
  return out;
}

// The operator is its own adjoint, so its derivative is itself, any number of times.
struct Toeplitz : torch::autograd::Function<Toeplitz> {
  static Tensor forward(torch::autograd::AutogradContext *ctx, const Tensor &x, const Tensor &kernel) {
    ctx->save_for_backward({kernel});
    const Tensor dense = x.contiguous();
    return x.scalar_type() == at::kDouble ? convolved<double>(dense, kernel) : convolved<float>(dense, kernel);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *ctx, torch::autograd::variable_list grad) {
    return {Toeplitz::apply(grad[0], ctx->get_saved_variables()[0]), Tensor()};
  }
};

// The same by whole transforms, for other devices. kernel [batch or 1, 1, 2ny, nx+1].
Tensor whole(const Tensor &x, const Tensor &kernel) {
  const int64_t ny = x.size(2), nx = x.size(3);
  Tensor y = at::fft_irfft2(at::fft_rfft2(x, {{2 * ny, 2 * nx}}) * kernel, {{2 * ny, 2 * nx}});
  return y.narrow(2, 0, ny).narrow(3, 0, nx);
}

// The transform of the same function on a larger grid: [batch, 1, 2my, mx+1].
Tensor enlarged(const Tensor &kernel, int64_t ny, int64_t nx, int64_t my, int64_t mx) {
  Tensor h = at::fft_irfft2(kernel.to(at::kDouble), {{2 * ny, 2 * nx}}), larger = at::zeros({kernel.size(0), 1, 2 * my, 2 * mx}, at::kDouble);
  const auto corner = [&](const Tensor &t, bool y, bool x) { // offsets of one sign in each direction; -n is never used
    const int64_t rows = y ? ny - 1 : ny, columns = x ? nx - 1 : nx;
    return t.narrow(2, y ? t.size(2) - rows : 0, rows).narrow(3, x ? t.size(3) - columns : 0, columns);
  };
  for (int i = 0; i < 4; i++) corner(larger, i / 2, i % 2).copy_(corner(h, i / 2, i % 2));
  return at::real(at::fft_rfft2(larger)).to(kernel.scalar_type());
}

// k [batch, 1, 2my, mx+1] in the order of the steps, times what they leave out: [batch, 1, kernel_size].
template <class T> Tensor packed(const Tensor &kernel, const fringe::Grid<T> &g) {
  const int64_t batch = kernel.size(0), my = g.y->n, mx = g.x->n;
  const Tensor dense = kernel.contiguous();
  Tensor out = at::zeros({batch, 1, g.kernel_size()}, kernel.options());
  const T *from = dense.data_ptr<T>();
  T *to = out.data_ptr<T>();
  const T scale = T(1) / T(8 * my * mx); // of the inverse transforms, and half for two real lines in a complex one
  parallel(batch * g.row_blocks(), [&](int64_t i, int64_t) {
    const int64_t b = i / g.row_blocks(), first = i % g.row_blocks() * g.lanes;
    const T *k = from + b * 2 * my * (mx + 1);
    for (int64_t ky = first; ky < std::min(first + g.lanes, my + 1); ky++)
      for (int64_t kx = 0; kx < 2 * mx; kx++)
        to[b * g.kernel_size() + kernel_index(g, ky, kx)] =
            scale * (kx <= mx ? k[ky * (mx + 1) + kx] : k[(2 * my - ky) % (2 * my) * (mx + 1) + 2 * mx - kx]);
  });
  return out;
}

template <class T> Tensor prepared(const Tensor &kernel, int64_t ny, int64_t nx) {
  const auto g = grid<T>(ny, nx);
  return packed<T>(g.y->n == ny && g.x->n == nx ? kernel : enlarged(kernel, ny, nx, g.y->n, g.x->n), g);
}

void check_prepared(const Tensor &k, int64_t ny, int64_t nx) {
  const int64_t size = k.scalar_type() == at::kDouble ? grid<double>(ny, nx).kernel_size() : grid<float>(ny, nx).kernel_size();
  TORCH_CHECK(k.is_cpu() && k.is_contiguous() && k.dim() == 3 && k.size(1) == 1 && k.size(2) == size, "the kernel is not one of ToeplitzKernel for ",
              ny, " x ", nx, " pixels");
}

} // namespace

extern "C" char *fringe_toeplitz_kernel(void *kernel, int64_t ny, int64_t nx, void **out) {
  return guarded([&] {
    torch::NoGradGuard no_grad;
    const Tensor &k = *static_cast<Tensor *>(kernel);
    TORCH_CHECK(ny > 0 && nx > 0, "images have at least one pixel, not ", ny, " x ", nx);
    TORCH_CHECK(k.dim() == 4 && k.size(1) == 1 && k.size(2) == 2 * ny && k.size(3) == nx + 1, "a kernel has the shape [batch, 1, 2ny, nx+1]");
    TORCH_CHECK(k.scalar_type() == at::kDouble || k.scalar_type() == at::kFloat, "a kernel is float32 or float64");
    if (!k.is_cpu())
      *out = new Tensor(k.clone(at::MemoryFormat::Contiguous));
    else
      *out = new Tensor(k.scalar_type() == at::kDouble ? prepared<double>(k, ny, nx) : prepared<float>(k, ny, nx));
  });
}

extern "C" char *fringe_toeplitz(void *x, void *kernel, void **out) {
  return guarded([&] {
    const Tensor &a = *static_cast<Tensor *>(x), &k = *static_cast<Tensor *>(kernel);
    TORCH_CHECK(a.dim() == 4 && a.size(1) == 1 && a.size(2) > 0 && a.size(3) > 0, "images are [batch 1 ny nx] with at least one pixel");
    TORCH_CHECK(k.dim() > 0 && (k.size(0) == 1 || k.size(0) == a.size(0)), "the kernel's batch is neither one nor that of the images");
    TORCH_CHECK(k.scalar_type() == a.scalar_type() && (a.scalar_type() == at::kDouble || a.scalar_type() == at::kFloat),
                "images and kernel must be both float32 or both float64");
    if (a.is_cpu()) check_prepared(k, a.size(2), a.size(3));
    *out = new Tensor(a.is_cpu() ? Toeplitz::apply(a, k) : whole(a, k));
  });
}

extern "C" void fringe_limit_vectors(int bytes) noexcept { fringe::limit_vectors(bytes); }

namespace {

// Gradient is the memory of one value and gradient.
struct Gradient {
  fringe::Grid<double> grid;
  Tensor kernels;
  const double *kernel;
  Work<double> work;
};

} // namespace

extern "C" char *fringe_gradient(void *kernel, int64_t index, int64_t ny, int64_t nx, int workers, int64_t *columns, int64_t *rows, void **out) {
  return guarded([&] {
    const Tensor &k = *static_cast<Tensor *>(kernel);
    TORCH_CHECK(k.scalar_type() == at::kDouble, "the kernel must be float64");
    TORCH_CHECK(ny > 0 && nx > 0, "images have at least one pixel, not ", ny, " x ", nx);
    check_prepared(k, ny, nx);
    TORCH_CHECK(index >= 0 && index < k.size(0), "there is no kernel ", index);
    const auto g = grid<double>(ny, nx);
    *columns = g.column_blocks(), *rows = g.row_blocks();
    *out = new Gradient{g, k, k.data_ptr<double>() + index * g.kernel_size(), Work<double>(g, 1, workers)};
  });
}

extern "C" void fringe_gradient_free(void *p) noexcept { delete static_cast<Gradient *>(p); }

extern "C" double fringe_gradient_step(void *p, int step, int64_t block, int worker, const double *image, const double *dirty, const double *beam,
                                       double weight, double *gradient) noexcept {
  const Gradient &w = *static_cast<Gradient *>(p);
  double *scratch = w.work.scratch + worker * w.work.scratch_size;
  const auto &steps = fringe::steps<double>();
  switch (step) {
  case FRINGE_COLUMNS: steps.columns(w.grid, image, beam, w.work.spectrum, block, scratch); return 0;
  case FRINGE_CONVOLVE: steps.convolve(w.grid, w.work.spectrum, w.kernel, block, scratch); return 0;
  default: return steps.gradient(w.grid, w.work.spectrum, {image, dirty, beam, gradient, weight}, block, scratch);
  }
}
