// What the fused layers share: their optional arguments, and where all of them are.
#pragma once
#include <torch/types.h>

#include <initializer_list>

using Optional = c10::optional<torch::Tensor>;

// argument returns the tensor behind a pointer of shim.h, none for null.
inline Optional argument(void *t) { return t ? Optional(*static_cast<torch::Tensor *>(t)) : Optional(); }

// in_float32_on_cpu reports whether all tensors that are there can be read by the kernels.
inline bool in_float32_on_cpu(std::initializer_list<Optional> all) {
  for (const Optional &t : all)
    if (t && !(t->is_cpu() && t->scalar_type() == at::kFloat)) return false;
  return true;
}
