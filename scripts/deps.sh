#!/usr/bin/env bash
# Installs LibTorch 2.1.2 (CPU) and FINUFFT 2.5.1 under FRINGE_DEPS (default ~/.cache/fringe).
# Does nothing when they are there. Set LIBTORCH to use a LibTorch of your own.
set -euo pipefail
cd "$(dirname "$0")/.."
. ./env.sh

# wheel file | bytes | sha256
torch_wheel="torch-2.1.2-cp311-cp311-manylinux1_x86_64.whl 670210421 a6ebbe517097ef289cc7952783588c72de071d4b15ce0f8b285093f0916b1162"
cudart_wheel="nvidia_cuda_runtime_cu12-12.1.105-py3-none-manylinux1_x86_64.whl 823596 6e258468ddf5796e25f1dc591a31029fa317d97a0a94ed93468fc86301d61e40"
cupti_wheel="nvidia_cuda_cupti_cu12-12.1.105-py3-none-manylinux1_x86_64.whl 14109015 e54fde3983165c624cb79254ae9818a456eb6e87a7fd4d56a2352c24ee542d7e"
finufft_wheel="finufft-2.5.1-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl 7804274 3b20990fa7cfad54f63118b2e95a908c91dbcbb01e4c544755985ccbe6216aa6"

say() { echo "deps: $*"; }
die() { echo "deps: $1" >&2; echo "hint: $2" >&2; exit 1; }

check_machine() {
  [ "$(uname -sm)" = "Linux x86_64" ] || die "this installer knows Linux on x86_64 only, not $(uname -sm)" "build LibTorch 2.1 for your machine and set LIBTORCH"
  command -v g++ >/dev/null || die "no C++ compiler" "apt-get install g++ make"
  command -v ar >/dev/null || die "no ar (binutils)" "apt-get install binutils"
  command -v go >/dev/null || die "no Go toolchain" "install Go 1.26 or later and put it on PATH"
  command -v python3 >/dev/null || die "no python3 (it downloads and unpacks the wheels)" "apt-get install python3 python3-pip"
  python3 -m pip --version >/dev/null 2>&1 || die "python3 has no pip" "apt-get install python3-pip"
}

# fetch PROJECT==VERSION "FILE BYTES SHA256": downloads one wheel into $work and checks it.
fetch() {
  local project=$1; read -r file bytes sum <<<"$2"
  say "downloading $project ($((bytes / 1000000)) MB)"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.11 \
    --platform manylinux1_x86_64 --platform manylinux2014_x86_64 -d "$work" "$project" \
    || die "download of $project failed" "check the network and run make deps again; nothing half-done was kept"
  [ -f "$work/$file" ] || die "pip brought no $file for $project" "report this: the registry's file name changed"
  local got; got=$(stat -c %s "$work/$file")
  [ "$got" = "$bytes" ] || die "$file has $got bytes, expected $bytes" "run make deps again"
  echo "$sum  $work/$file" | sha256sum --check --quiet || die "$file has a wrong checksum" "run make deps again; if it repeats, do not trust the mirror"
}

# unpack "FILE …" DIR PREFIX…: the members of the wheel that start with a prefix.
unpack() {
  local file=${1%% *} dir=$2; shift 2
  python3 - "$work/$file" "$dir" "$@" <<'PY'
import sys, zipfile
wheel, folder, *prefixes = sys.argv[1:]
with zipfile.ZipFile(wheel) as z:
    z.extractall(folder, [n for n in z.namelist() if n.startswith(tuple(prefixes))])
PY
  rm -f "$work/$file"
}

# install NAME: moves $work/NAME to its place in one step.
install() { rm -rf "${FRINGE_DEPS:?}/$1"; mv "$work/$1" "$FRINGE_DEPS/$1"; say "installed $FRINGE_DEPS/$1"; }

install_torch() {
  if [ -n "${LIBTORCH:-}" ]; then
    [ -f "$LIBTORCH/lib/libtorch_cpu.so" ] || die "LIBTORCH=$LIBTORCH holds no lib/libtorch_cpu.so" "point it at the folder with include/ and lib/, or unset it"
    say "using your LibTorch in $LIBTORCH"; return
  fi
  [ -f "$FRINGE_DEPS/libtorch-2.1.2/.complete" ] && return
  local dir=$work/libtorch-2.1.2
  fetch torch==2.1.2 "$torch_wheel"
  unpack "$torch_wheel" "$dir" torch/include/ torch/lib/libtorch_cpu.so torch/lib/libc10.so torch/lib/libgomp
  fetch nvidia-cuda-runtime-cu12==12.1.105 "$cudart_wheel"
  unpack "$cudart_wheel" "$dir" nvidia/cuda_runtime/lib/
  fetch nvidia-cuda-cupti-cu12==12.1.105 "$cupti_wheel"
  unpack "$cupti_wheel" "$dir" nvidia/cuda_cupti/lib/libcupti.so
  touch "$dir/.complete"; install libtorch-2.1.2
}

install_finufft() {
  [ -f "$FRINGE_DEPS/finufft-2.5.1/.complete" ] && return
  fetch finufft==2.5.1 "$finufft_wheel"
  unpack "$finufft_wheel" "$work/finufft-2.5.1" finufft/libfinufft.so finufft.libs/
  touch "$work/finufft-2.5.1/.complete"; install finufft-2.5.1
}

# gotch's link line names CUDA libraries that a CPU build never calls: empty archives satisfy it.
install_stubs() {
  [ -f "$FRINGE_DEPS/stub/.complete" ] && return
  mkdir "$work/stub"
  for lib in torch torch_cuda c10_cuda cuda cudart cublas cudnn caffe2_nvrtc nvrtc nvrtc-builtins nvToolsExt; do
    ar cr "$work/stub/lib$lib.a"
  done
  touch "$work/stub/.complete"; install stub
}

check_machine
mkdir -p "$FRINGE_DEPS"
exec 9>"$FRINGE_DEPS/.lock"; flock 9          # two clones may install at once
rm -rf "$FRINGE_DEPS"/.partial-*              # what a killed run left behind
work=$(mktemp -d "$FRINGE_DEPS/.partial-XXXXXX"); trap 'rm -rf "$work"' EXIT
install_torch; install_finufft; install_stubs
say "ready in $FRINGE_DEPS"
