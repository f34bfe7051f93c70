// at::parallel_for. Compiled without OpenMP its template takes one thread and says nothing.
#pragma once
#include <ATen/Parallel.h>

#ifndef INTRA_OP_PARALLEL
#error "at::parallel_for would be serial: compile with -fopenmp"
#endif
