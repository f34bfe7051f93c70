#!/usr/bin/env bash
# Makes a Python environment under FRINGE_DEPS with the packages that tests and benchmarks compare against. Does nothing when it is there.
# `scripts/python.sh peers` adds the peers that `make bench` times.
set -euo pipefail
cd "$(dirname "$0")/.."
. ./env.sh
env="$FRINGE_DEPS/python"

# add MARK PACKAGE…: installs the packages once.
add() {
  local mark="$env/.$1"; shift
  [ -f "$mark" ] && return
  echo "python: installing $*"
  "$env/bin/pip" install --quiet --disable-pip-version-check "$@"
  touch "$mark"
}

if [ ! -x "$env/bin/pip" ]; then
  rm -rf "$env"
  python3 -m venv "$env" || { echo "python: python3 cannot make a virtual environment" >&2; echo "hint: apt-get install python3-venv" >&2; exit 1; }
fi
add check-1 numpy==1.26.4 astropy==6.1.7 safetensors==0.4.5
if [ "${1:-}" = peers ]; then add peers-1 finufft==2.5.1; fi
