#include "lines.h"
#include "processor.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>

namespace fringe {

namespace {

bool is_smooth(int64_t n) {
  for (int r : {2, 3, 5, 7})
    while (n % r == 0) n /= r;
  return n == 1;
}

// The instruction sets, the same source for each. A function takes its options from where its template is written, so the standard
// headers, which are above, keep those of the file.
namespace base {
constexpr int kBytes = 16;
#include "lines_steps.h"
} // namespace base

#ifdef FRINGE_LEVELS
#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2 {
constexpr int kBytes = 32;
#include "lines_steps.h"
} // namespace avx2
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx2,fma,avx512f,avx512dq,avx512vl,prefer-vector-width=512")
namespace avx512 {
constexpr int kBytes = 64;
#include "lines_steps.h"
} // namespace avx512
#pragma GCC pop_options
#endif

} // namespace

int64_t smooth(int64_t n) {
  n = std::max<int64_t>(n, 1);
  while (!is_smooth(n)) n++;
  return n;
}

namespace {

template <class T> Plan<T> make_plan(int64_t n) {
  Plan<T> p{n, {}, {}, {}, std::vector<int32_t>(n)};
  int64_t rest = n;
  for (int r : {7, 5, 3, 8, 4, 2})
    while (rest % r == 0) p.radix.push_back(r), rest /= r;
  const auto turn = [](std::vector<T> &v, int64_t j, int64_t length) { // exp(-2 pi i j/length), exact quarters
    const long double angle = 2 * acosl(-1) * (long double)(j % length) / length;
    v.push_back(T(cosl(angle))), v.push_back(T(-sinl(angle)));
  };
  int64_t length = n;
  for (int r : p.radix) {
    for (int64_t j = 0; j < length / r; j++)
      for (int q = 1; q < r; q++) turn(p.twiddle, j * q, length);
    length /= r;
  }
  for (int64_t j = 0; j < n; j++) turn(p.half, j, 2 * n);
  for (int64_t k = 0; k < n; k++) {
    int64_t at = 0, block = n, rest = k;
    for (int r : p.radix) block /= r, at += rest % r * block, rest /= r;
    p.pos[k] = int32_t(at);
  }
  return p;
}

std::atomic<int> limit{64}; // bytes of a vector

} // namespace

template <class T> const Plan<T> &plan(int64_t n) {
  static std::mutex lock;
  static std::map<int64_t, std::unique_ptr<Plan<T>>> plans;
  std::lock_guard<std::mutex> guard(lock);
  auto &p = plans[n];
  if (!p) p = std::make_unique<Plan<T>>(make_plan<T>(n));
  return *p;
}

void Plane::wrap(int64_t ky) const {
  const int64_t n = 2 * grid.x->n;
  for (int part = 0; part < 2; part++) {
    double *r = row(ky) + part * stride;
    for (int64_t x = -border; x < 0; x++) r[x] = r[x + n];
    for (int64_t x = n; x < stride - border; x++) r[x] = r[x - n];
  }
}

void Plane::unwrap(int64_t ky) const {
  const int64_t n = 2 * grid.x->n;
  for (int part = 0; part < 2; part++) {
    double *r = row(ky) + part * stride;
    for (int64_t x = -border; x < 0; x++) r[x + n] += r[x];
    for (int64_t x = n; x < stride - border; x++) r[x - n] += r[x];
  }
}

void Plane::mirror() const {
  const int64_t n = 2 * grid.x->n, my = grid.y->n;
  for (int64_t k = 1; k <= border; k++) {
    for (const auto &pair : {std::make_pair(-k, k), std::make_pair(my + k, my - k)}) {
      double *to = row(pair.first);
      const double *from = row(pair.second);
      for (int64_t x = 0; x < n; x++) to[x] = from[(n - x) % n], to[x + stride] = -from[(n - x) % n + stride];
      wrap(pair.first);
    }
  }
}

void Plane::unmirror() const {
  const int64_t n = 2 * grid.x->n, my = grid.y->n;
  for (int64_t k = 1; k <= border; k++) {
    for (const auto &pair : {std::make_pair(-k, k), std::make_pair(my + k, my - k)}) {
      unwrap(pair.first);
      const double *from = row(pair.first);
      double *to = row(pair.second);
      for (int64_t x = 0; x < n; x++) to[x] += from[(n - x) % n], to[x + stride] -= from[(n - x) % n + stride];
    }
  }
}

void limit_vectors(int bytes) { limit = bytes; }

template <class T> const Steps<T> &steps() {
#ifdef FRINGE_LEVELS
  static const bool fma = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  static const bool wide = fma && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (wide && limit >= 64) return avx512::kSteps<T>;
  if (fma && limit >= 32) return avx2::kSteps<T>;
#endif
  return base::kSteps<T>;
}

template const Plan<float> &plan(int64_t);
template const Plan<double> &plan(int64_t);
template const Steps<float> &steps();
template const Steps<double> &steps();

} // namespace fringe
