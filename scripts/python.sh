#!/usr/bin/env bash
# Makes a Python environment under FRINGE_DEPS with the packages that tests and benchmarks compare against. Does nothing when it is there.
# `scripts/python.sh peers` makes a second one with the peers that `make bench` times, exactly those of scripts/peers.txt.
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

# venv FOLDER: makes a virtual environment.
venv() {
  [ -x "$1/bin/pip" ] && return
  rm -rf "$1"
  python3 -m venv "$1" || { echo "python: python3 cannot make a virtual environment" >&2; echo "hint: apt-get install python3-venv" >&2; exit 1; }
}

# peers: installs the list, without looking for anything that is not on it.
peers() {
  env="$FRINGE_DEPS/python-peers"
  local mark="$env/.peers-$(sha256sum scripts/peers.txt | cut -c1-12)"
  [ -f "$mark" ] && return
  venv "$env"
  if ! "$env/bin/pip" freeze --disable-pip-version-check | cmp -s - scripts/peers.txt; then
    echo "python: installing the peers (3 GB, mostly torch)"
    "$env/bin/pip" install --quiet --disable-pip-version-check --no-deps -r scripts/peers.txt
  fi
  touch "$mark"
}

if [ "${1:-}" = peers ]; then
  peers
else
  venv "$env"
  add check-1 numpy==1.26.4 astropy==6.1.7 safetensors==0.4.5
  add check-2 numpy==1.26.4 tensorboard==2.18.0
fi
