// A C view of casacore's tables: what package casacore needs, no more. It is built as a shared library of its own
// (scripts/casacore.sh says why), from which fringe_casacore_tables is the one name to look up. Every function returns NULL, or an
// error text that the caller frees. No exception crosses this border.
#pragma once
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fringe_table fringe_table;

typedef struct {
  char *(*open)(const char *path, int writable, fringe_table **out, int64_t *rows);
  // Writes what is buffered and closes; the table is gone whatever is returned.
  char *(*close)(fringe_table *t);
  // kind is 0 for no such column, 1 for real numbers (and truth values), 2 for complex ones, 3 for texts, 4 for others.
  char *(*kind)(fringe_table *t, const char *column, int *kind);
  // The shape of a cell, fastest axis first, with at most 8 axes: ndim 0 for a scalar, -1 for a cell that holds nothing.
  char *(*shape)(fringe_table *t, const char *column, int64_t row, int *ndim, int64_t *shape);
  // Reads cells of one shape one after the other, count doubles in all, two for each complex number.
  char *(*get)(fringe_table *t, const char *column, const int64_t *rows, int64_t nrows, double *out, int64_t count);
  char *(*text)(fringe_table *t, const char *column, int64_t row, char **text);
  // The reference frame of a cell, such as UTC or J2000 (MEASINFO of its column), "" when it names none.
  char *(*frame)(fringe_table *t, const char *column, int64_t row, char **frame);
  // Adds a column of two-dimensional complex arrays of any shape; tile, of length 3, is a good size of its pieces on disk.
  char *(*add_complex)(fringe_table *t, const char *column, const int64_t *tile);
  // Writes cells of a two-dimensional shape: pairs of doubles.
  char *(*put_complex)(fringe_table *t, const char *column, const int64_t *rows, int64_t nrows, const int64_t *shape, const double *values);
} fringe_tables;

const fringe_tables *fringe_casacore_tables(void);

#ifdef __cplusplus
}
#endif
