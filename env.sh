# Sets what cgo needs to find LibTorch and FINUFFT. Source it before `go build` by hand: . ./env.sh
# `make` sources it by itself. FRINGE_DEPS moves the folder of native libraries; LIBTORCH names an
# existing LibTorch 2.1 (pre-C++11 ABI), which is then used instead of the downloaded one.
# The flags name only those folders, so Go's build cache serves every clone of this repository.
export FRINGE_DEPS="${FRINGE_DEPS:-$HOME/.cache/fringe}"
_fringe_torch="${LIBTORCH:-$FRINGE_DEPS/libtorch-2.1.2/torch}"
_fringe_nvidia="${_fringe_torch%/*}/nvidia"
_fringe_finufft="$FRINGE_DEPS/finufft-2.5.1"
export CGO_ENABLED=1
export CGO_CFLAGS="-O2 -I$_fringe_torch/include -I$_fringe_torch/include/torch/csrc/api/include -D_GLIBCXX_USE_CXX11_ABI=0"
export CGO_CXXFLAGS="$CGO_CFLAGS"
export CGO_LDFLAGS="-L$_fringe_torch/lib -L$FRINGE_DEPS/stub -L$_fringe_finufft/finufft \
-Wl,-rpath,$_fringe_torch/lib -Wl,-rpath,$_fringe_finufft/finufft \
-Wl,-rpath-link,$_fringe_finufft/finufft.libs:$_fringe_nvidia/cuda_runtime/lib:$_fringe_nvidia/cuda_cupti/lib"
# Waiting OpenMP threads sleep instead of spinning: spinning is ten times slower when cores are shared.
export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-passive}"
unset _fringe_torch _fringe_nvidia _fringe_finufft
