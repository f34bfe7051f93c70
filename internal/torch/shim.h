// What LibTorch has and gotch's C API lacks. A function that can fail returns NULL, or an error text that the caller frees; one that
// returns something else is CANNOT_FAIL: an exception in it would end the process.
// A tensor argument is a torch::Tensor*; a result is a new torch::Tensor that the caller frees.
#pragma once
#include <stdint.h>
#ifdef __cplusplus
#define CANNOT_FAIL noexcept
extern "C" {
#else
#define CANNOT_FAIL
#endif
char *fringe_manual_seed(int64_t seed);
char *fringe_rng_state(void **out);
char *fringe_set_rng_state(void *state);
char *fringe_vjp(void *y, void *grad_y, void **xs, int n, int create_graph, void **out);
char *fringe_adam_step(void **params, void **grads, void **m, void **v, int n, double lr, double beta1, double beta2,
                       double eps, double weight_decay, int64_t step);
char *fringe_sgd_step(void **params, void **grads, void **momentum, int n, double lr, double mu, int nesterov);
char *fringe_rmsprop_step(void **params, void **grads, void **square, void **momentum, int n, double lr, double alpha,
                          double mu, double eps);
char *fringe_global_norm(void **ts, int n, double *out);
char *fringe_rfft2(void *x, int64_t ny, int64_t nx, void **out);
char *fringe_irfft2(void *x, int64_t ny, int64_t nx, void **out);
char *fringe_toeplitz_kernel(void *kernel, int64_t ny, int64_t nx, void **out);
char *fringe_toeplitz(void *x, void *kernel, void **out);
void fringe_limit_vectors(int bytes) CANNOT_FAIL;
int64_t fringe_smooth(int64_t n) CANNOT_FAIL;
enum {
  FRINGE_COLUMNS, FRINGE_CONVOLVE, FRINGE_GRADIENT, FRINGE_TO_PLANE, FRINGE_MIRROR, FRINGE_INTERPOLATE,
  FRINGE_CLEAR, FRINGE_SPREAD, FRINGE_UNMIRROR, FRINGE_FROM_PLANE, FRINGE_BACK
};
char *fringe_gradient(void *kernel, int64_t index, int64_t ny, int64_t nx, int workers, int64_t *columns, int64_t *rows, void **out);
void fringe_gradient_free(void *p) CANNOT_FAIL;
double fringe_gradient_step(void *p, int step, int64_t block, int worker, const double *image, const double *dirty, const double *beam,
                            double weight, double *gradient) CANNOT_FAIL;
char *fringe_nonuniform(int64_t ny, int64_t nx, int64_t my, int64_t mx, const double *factor, int width, int degree, const double *coefficient,
                        int64_t count, const double *x, const double *y, const int32_t *index, int workers, void **out);
void fringe_nonuniform_free(void *n) CANNOT_FAIL;
void fringe_nonuniform_blocks(void *n, int64_t *columns, int64_t *rows) CANNOT_FAIL;
void fringe_nonuniform_step(void *n, int step, int64_t from, int64_t to, int worker, double *data) CANNOT_FAIL;
int fringe_device(void *x) CANNOT_FAIL;
char *fringe_leaky_relu(void *x, double slope, void **out);
char *fringe_gelu(void *x, void **out);
char *fringe_conv3x3(void *x, void *weight, void *bias, void *residual, int relu, void **out);
char *fringe_norm_act(void *x, void *weight, void *bias, int64_t groups, double eps, int silu, double slope, int pooled, void **out);
char *fringe_up(void *x, void *weight, void *bias, void *skip, void **out);
char *fringe_channels_last(void *x, void **out);
char *fringe_orthonormal(void *x, void **out);
char *fringe_copy(void *dst, void *src);
char *fringe_set_threads(int n);
int fringe_keep_memory(void) CANNOT_FAIL;
int fringe_threads(void) CANNOT_FAIL;
char *fringe_workers(int *out);
int fringe_grad_mode(int enabled) CANNOT_FAIL;
const char *fringe_version(void) CANNOT_FAIL;
#ifdef __cplusplus
}
#endif
