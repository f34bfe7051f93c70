// FRINGE_LEVELS is defined where a function can be compiled for several levels of x86-64, of which the processor's is chosen when the
// program runs: with GCC, from version 12 on. Elsewhere there is one version, for the processor that the whole program is compiled for.
#pragma once
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#define FRINGE_LEVELS
#endif
