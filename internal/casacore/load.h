// Loads the library of native/tables.h and calls it: Go cannot call through C pointers itself.
#pragma once
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include "native/tables.h"

// fringe_load opens the library, once however often it is called, and returns its tables, or an error text.
static char *fringe_load(const char *path, const fringe_tables **out) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  const fringe_tables *(*tables)(void) = NULL;
  if (library) *(void **)&tables = dlsym(library, "fringe_casacore_tables");
  if (!tables) return strdup(dlerror());
  *out = tables();
  return NULL;
}

static char *fringe_open(const fringe_tables *a, const char *path, int writable, fringe_table **out, int64_t *rows) { return a->open(path, writable, out, rows); }
static char *fringe_close(const fringe_tables *a, fringe_table *t) { return a->close(t); }
static char *fringe_kind(const fringe_tables *a, fringe_table *t, const char *column, int *kind) { return a->kind(t, column, kind); }
static char *fringe_shape(const fringe_tables *a, fringe_table *t, const char *column, int64_t row, int *ndim, int64_t *shape) { return a->shape(t, column, row, ndim, shape); }
static char *fringe_get(const fringe_tables *a, fringe_table *t, const char *column, const int64_t *rows, int64_t nrows, double *out, int64_t count) { return a->get(t, column, rows, nrows, out, count); }
static char *fringe_text(const fringe_tables *a, fringe_table *t, const char *column, int64_t row, char **text) { return a->text(t, column, row, text); }
static char *fringe_frame(const fringe_tables *a, fringe_table *t, const char *column, int64_t row, char **frame) { return a->frame(t, column, row, frame); }
static char *fringe_add_complex(const fringe_tables *a, fringe_table *t, const char *column, const int64_t *tile) { return a->add_complex(t, column, tile); }
static char *fringe_put_complex(const fringe_tables *a, fringe_table *t, const char *column, const int64_t *rows, int64_t nrows, const int64_t *shape, const double *values) { return a->put_complex(t, column, rows, nrows, shape, values); }
