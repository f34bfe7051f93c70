#include "guarded.h"
#include "lines.h"
#include "shim.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>

namespace {

struct Free {
  void operator()(double *p) const { free(p); }
};
using Memory = std::unique_ptr<double, Free>;

Memory aligned(int64_t count) {
  void *p = aligned_alloc(64, (count * sizeof(double) + 63) / 64 * 64);
  if (!p) throw std::bad_alloc();
  return Memory(static_cast<double *>(p));
}

// NonUniform is a plane with its points, and the memory of one transform.
struct NonUniform {
  fringe::Plane plane;
  fringe::Kernel kernel;
  fringe::Points points;
  const fringe::Steps<double> *steps;
  Memory data, spectrum, scratch, factor, coefficient, x_phase, y_forward, y_adjoint, x, y;
  std::unique_ptr<int32_t[]> index;
};

Memory copied(const double *from, int64_t count) {
  Memory m = aligned(count);
  std::copy(from, from + count, m.get());
  return m;
}

// exp(i pi c g/m) moves the pixel c to the origin.
void phase(int64_t c, int64_t g, int64_t m, double *re, double *im) {
  const long double angle = acosl(-1) * (long double)(c * g % (2 * m)) / m;
  *re = cosl(angle), *im = sinl(angle);
}

void phases(NonUniform &n) {
  const auto &g = n.plane.grid;
  const int64_t my = g.y->n, mx = g.x->n, lanes = g.lanes, padded = g.row_blocks() * lanes;
  n.x_phase = aligned(4 * mx), n.y_forward = aligned(2 * padded), n.y_adjoint = aligned(2 * padded);
  for (int64_t k = 0; k < 2 * mx; k++) phase(g.nx / 2, k, mx, &n.x_phase.get()[2 * k], &n.x_phase.get()[2 * k + 1]);
  for (int64_t k = 0; k < padded; k++) {
    double re = 0, im = 0;
    if (k <= my) phase(g.ny / 2, k, my, &re, &im);
    // columns() doubles; a frequency that stands for its mirror image as well counts twice on the way back.
    const double back = k == 0 || k == my ? 1 : 0.5;
    const int64_t at = k / lanes * 2 * lanes + k % lanes;
    n.y_forward.get()[at] = 0.5 * re, n.y_forward.get()[at + lanes] = 0.5 * im;
    n.y_adjoint.get()[at] = back * re, n.y_adjoint.get()[at + lanes] = -back * im;
  }
}

} // namespace

extern "C" char *fringe_nonuniform(int64_t ny, int64_t nx, int64_t my, int64_t mx, const double *factor, int width, int degree,
                                   const double *coefficient, int64_t count, const double *x, const double *y, const int32_t *index,
                                   int workers, void **out) {
  return guarded([&] {
    auto n = std::make_unique<NonUniform>();
    n->steps = &fringe::steps<double>();
    fringe::Grid<double> g{ny, nx, &fringe::plan<double>(my), &fringe::plan<double>(mx), n->steps->lanes};
    const int64_t border = 8, stride = (2 * mx + border + 16 + 7) / 8 * 8;
    n->data = aligned((my + 1 + 2 * border) * 2 * stride);
    n->spectrum = aligned(g.spectrum_size()), n->scratch = aligned(workers * g.scratch_size());
    n->factor = copied(factor, ny * nx), n->coefficient = copied(coefficient, 16 * (degree + 1));
    n->x = copied(x, count), n->y = copied(y, count);
    n->index.reset(new int32_t[count]);
    std::copy(index, index + count, n->index.get());
    n->plane.grid = g;
    phases(*n);
    n->plane = {g, n->data.get(), border, stride, n->x_phase.get(), n->y_forward.get(), n->y_adjoint.get()};
    n->kernel = {width, degree, n->coefficient.get()};
    n->points = {n->x.get(), n->y.get(), n->index.get()};
    *out = n.release();
  });
}

extern "C" void fringe_nonuniform_free(void *n) noexcept { delete static_cast<NonUniform *>(n); }

extern "C" void fringe_nonuniform_blocks(void *p, int64_t *columns, int64_t *rows) noexcept {
  const auto &g = static_cast<NonUniform *>(p)->plane.grid;
  *columns = g.column_blocks(), *rows = g.row_blocks();
}

extern "C" void fringe_nonuniform_step(void *p, int step, int64_t from, int64_t to, int worker, double *data) noexcept {
  NonUniform &n = *static_cast<NonUniform *>(p);
  const fringe::Plane &f = n.plane;
  const auto &g = f.grid;
  double *scratch = n.scratch.get() + worker * g.scratch_size();
  switch (step) {
  case FRINGE_COLUMNS: return n.steps->columns(g, data, n.factor.get(), n.spectrum.get(), from, scratch);
  case FRINGE_TO_PLANE: return n.steps->to_plane(f, n.spectrum.get(), from, scratch);
  case FRINGE_MIRROR: return f.mirror();
  case FRINGE_INTERPOLATE: return n.steps->interpolate(f, n.kernel, n.points, from, to, data);
  case FRINGE_CLEAR: { // a block of rows, with those of the border at both ends
    const int64_t first = from == 0 ? -f.border : from * g.lanes;
    const int64_t last = from + 1 == g.row_blocks() ? g.y->n + 1 + f.border : (from + 1) * g.lanes;
    double *begin = n.data.get() + (first + f.border) * 2 * f.stride;
    std::fill(begin, begin + (last - first) * 2 * f.stride, 0.0);
    return;
  }
  case FRINGE_SPREAD: return n.steps->spread(f, n.kernel, n.points, from, to, data);
  case FRINGE_UNMIRROR: return f.unmirror();
  case FRINGE_FROM_PLANE: return n.steps->from_plane(f, n.spectrum.get(), from, scratch);
  case FRINGE_BACK: return n.steps->back(g, n.spectrum.get(), n.factor.get(), data, from, scratch);
  }
}

extern "C" int64_t fringe_smooth(int64_t n) noexcept { return fringe::smooth(n); }
