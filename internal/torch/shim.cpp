#include "guarded.h"
#include "parallel.h"
#include "shim.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>
#include <torch/version.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <cmath>
#include <cstring>
#include <mutex>

#ifdef __GLIBC__
#include <malloc.h>
#endif

using torch::Tensor;

// Elements that an optimizer updates at once: five such arrays fit into the cache of a core, and a multiple of every vector length leaves
// the results as they were in one piece.
constexpr int64_t kPiece = 16384;

static Tensor &T(void *p) { return *static_cast<Tensor *>(p); }

extern "C" {

char *fringe_manual_seed(int64_t seed) {
  return guarded([&] { torch::manual_seed(seed); });
}

char *fringe_rng_state(void **out) {
  return guarded([&] {
    auto g = at::detail::getDefaultCPUGenerator();
    std::lock_guard<std::mutex> lock(g.mutex());
    *out = new Tensor(g.get_state());
  });
}

char *fringe_set_rng_state(void *state) {
  return guarded([&] {
    auto g = at::detail::getDefaultCPUGenerator();
    std::lock_guard<std::mutex> lock(g.mutex());
    g.set_state(T(state));
  });
}

char *fringe_vjp(void *y, void *grad_y, void **xs, int n, int create_graph, void **out) {
  return guarded([&] {
    torch::autograd::variable_list inputs, grads;
    for (int i = 0; i < n; i++) inputs.push_back(T(xs[i]));
    if (grad_y) grads.push_back(T(grad_y));
    auto r = torch::autograd::grad({T(y)}, inputs, grads, create_graph != 0, create_graph != 0, /*allow_unused=*/true);
    for (int i = 0; i < n; i++) out[i] = new Tensor(r[i].defined() ? r[i] : torch::zeros_like(inputs[i]));
  });
}

char *fringe_adam_step(void **params, void **grads, void **m, void **v, int n, double lr, double beta1, double beta2,
                       double eps, double weight_decay, int64_t step) {
  return guarded([&] {
    torch::NoGradGuard no_grad;
    const double c1 = 1 - std::pow(beta1, step), c2 = 1 - std::pow(beta2, step);
    auto update = [&](Tensor p, const Tensor &g, Tensor m, Tensor v) {
      m.mul_(beta1).add_(g, 1 - beta1);
      v.mul_(beta2).addcmul_(g, g, 1 - beta2);
      if (weight_decay != 0) p.mul_(1 - lr * weight_decay);
      p.addcdiv_(m, v.sqrt().div_(std::sqrt(c2)).add_(eps), -lr / c1);
    };
    for (int i = 0; i < n; i++) {
      const Tensor &p = T(params[i]), &a = T(m[i]), &b = T(v[i]), g = T(grads[i]).contiguous();
      if (!p.is_contiguous() || !a.is_contiguous() || !b.is_contiguous()) {
        update(p, g, a, b);
        continue;
      }
      // Piece by piece the eight passes stay in a core's cache.
      TORCH_CHECK(g.numel() == p.numel() && a.numel() == p.numel() && b.numel() == p.numel(), "the shapes differ");
      Tensor whole[] = {p.view(-1), g.view(-1), a.view(-1), b.view(-1)};
      const int64_t length = p.numel();
      at::parallel_for(0, (length + kPiece - 1) / kPiece, 1, [&](int64_t from, int64_t to) {
        torch::NoGradGuard no_grad; // of this thread
        for (int64_t j = from * kPiece; j < std::min(to * kPiece, length); j += kPiece) {
          auto piece = [&](const Tensor &t) { return t.narrow(0, j, std::min(kPiece, length - j)); };
          update(piece(whole[0]), piece(whole[1]), piece(whole[2]), piece(whole[3]));
        }
      });
    }
  });
}

// Without momentum (mu is 0) the running tensors stay as they are.
char *fringe_sgd_step(void **params, void **grads, void **momentum, int n, double lr, double mu, int nesterov) {
  return guarded([&] {
    torch::NoGradGuard no_grad;
    for (int i = 0; i < n; i++) {
      Tensor &p = T(params[i]), &g = T(grads[i]);
      if (mu == 0) {
        p.add_(g, -lr);
        continue;
      }
      Tensor &b = T(momentum[i]);
      b.mul_(mu).add_(g);
      p.add_(nesterov ? g.add(b, mu) : b, -lr);
    }
  });
}

char *fringe_rmsprop_step(void **params, void **grads, void **square, void **momentum, int n, double lr, double alpha,
                          double mu, double eps) {
  return guarded([&] {
    torch::NoGradGuard no_grad;
    for (int i = 0; i < n; i++) {
      Tensor &p = T(params[i]), &g = T(grads[i]);
      Tensor root = T(square[i]).mul_(alpha).addcmul_(g, g, 1 - alpha).sqrt().add_(eps);
      if (mu == 0) {
        p.addcdiv_(g, root, -lr);
        continue;
      }
      p.add_(T(momentum[i]).mul_(mu).addcdiv_(g, root), -lr);
    }
  });
}

char *fringe_global_norm(void **ts, int n, double *out) {
  return guarded([&] {
    torch::NoGradGuard no_grad;
    double sum = 0;
    for (int i = 0; i < n; i++) sum += T(ts[i]).square().sum(at::kDouble).item<double>();
    *out = std::sqrt(sum);
  });
}

char *fringe_rfft2(void *x, int64_t ny, int64_t nx, void **out) {
  return guarded([&] { *out = new Tensor(at::fft_rfft2(T(x), {{ny, nx}}, {-2, -1})); });
}

char *fringe_irfft2(void *x, int64_t ny, int64_t nx, void **out) {
  return guarded([&] { *out = new Tensor(at::fft_irfft2(T(x), {{ny, nx}}, {-2, -1})); });
}

// -1 for the CPU, else the number of the CUDA device.
int fringe_device(void *x) noexcept { return T(x).is_cuda() ? T(x).get_device() : -1; }

char *fringe_leaky_relu(void *x, double slope, void **out) {
  return guarded([&] { *out = new Tensor(at::leaky_relu(T(x), slope)); });
}

char *fringe_gelu(void *x, void **out) {
  return guarded([&] { *out = new Tensor(at::gelu(T(x))); });
}

char *fringe_channels_last(void *x, void **out) {
  return guarded([&] { *out = new Tensor(T(x).contiguous(at::MemoryFormat::ChannelsLast)); });
}

char *fringe_orthonormal(void *x, void **out) {
  return guarded([&] {
    torch::NoGradGuard no_grad;
    const int threads = at::get_num_threads();
    at::set_num_threads(1); // LAPACK's last bits depend on the number of threads
    auto [q, r] = at::linalg_qr(T(x));
    at::set_num_threads(threads);
    *out = new Tensor(q * r.diagonal().sign());
  });
}

char *fringe_copy(void *dst, void *src) {
  return guarded([&] {
    torch::NoGradGuard no_grad;
    TORCH_CHECK(T(dst).sizes() == T(src).sizes(), "the shapes differ");
    T(dst).copy_(T(src));
  });
}

char *fringe_set_threads(int n) {
  return guarded([&] { at::set_num_threads(n); });
}

// A choice of mallopt is for the life of the process; 0 is a refusal.
int fringe_keep_memory(void) noexcept {
#ifdef __GLIBC__
  return mallopt(M_ARENA_MAX, 1) && mallopt(M_MMAP_MAX, 0) && mallopt(M_TRIM_THRESHOLD, INT_MAX) && mallopt(M_TOP_PAD, 16 << 20);
#else
  return 0;
#endif
}

int fringe_threads(void) noexcept { return at::get_num_threads(); }

char *fringe_workers(int *out) {
  return guarded([&] {
    std::atomic<int> shares{0};
    at::parallel_for(0, at::get_num_threads(), 1, [&](int64_t, int64_t) { shares++; });
    *out = shares;
  });
}

int fringe_grad_mode(int enabled) noexcept {
  const int before = at::GradMode::is_enabled();
  at::GradMode::set_enabled(enabled != 0);
  return before;
}

const char *fringe_version(void) noexcept { return TORCH_VERSION; }
}
