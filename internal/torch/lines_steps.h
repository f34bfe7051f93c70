// The steps of lines.h for vectors of kBytes. Included once for each instruction set, into a namespace of its own; without `pragma once`
// for that reason, and so are its parts.

#include "lines_vectors.h"
#include "lines_fft.h"
#include "lines_image.h"
#include "lines_points.h"

template <class T> constexpr Steps<T> kSteps = {kLanes<T>, columns<T>, convolve<T>, back<T>, nullptr, nullptr, nullptr, nullptr, nullptr};
template <>
constexpr Steps<double> kSteps<double> = {
    kLanes<double>, columns<double>, convolve<double>, back<double>, gradient<double>, to_plane, from_plane, interpolate, spread};

#undef FRINGE_INLINE
