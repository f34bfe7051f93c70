#!/usr/bin/env bash
# Measurement Sets through Debian's casacore.
#   scripts/casacore.sh install   installs casacore and the programs that tests compare with: by apt-get as root; otherwise says the command
#   scripts/casacore.sh build     builds the native library under FRINGE_DEPS, once for each version of its source, and prints its path
#   scripts/casacore.sh flags     the same, and prints the flags of go build
set -euo pipefail
cd "$(dirname "$0")/.."
. ./env.sh
# casacore-dev and g++ build the library; the others are the second opinions of the tests.
packages="casacore-dev g++ python3-casacore casacore-tools wsclean libcfitsio-dev"
native=internal/casacore/native

die() { echo "casacore: $1" >&2; echo "hint: $2" >&2; exit 1; }
installed() { dpkg-query -W -f '${Status}\n' $packages 2>/dev/null | grep -c '^install ok installed$' | grep -qx "$(wc -w <<<"$packages")"; }

install() {
  command -v apt-get >/dev/null || die "no apt-get: this installer knows Debian and Ubuntu" "install casacore 3.5 or later with its headers"
  installed && return
  [ "$(id -u)" = 0 ] || die "packages are missing" "sudo apt-get install --no-install-recommends $packages"
  echo "casacore: installing $packages"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $packages >/dev/null; } \
    || die "apt-get failed" "check the network, and run it by hand: apt-get install --no-install-recommends $packages"
}

# The flags are not those of env.sh: this is no LibTorch code, and casacore has the new strings.
build() {
  [ -f /usr/include/casacore/tables/Tables/Table.h ] || die "casacore's headers are missing" "make deps-casacore"
  local folder; folder="$FRINGE_DEPS/casacore-$(cat $native/* | sha256sum | cut -c1-12)"
  local out="$folder/libfringe_casacore.so"
  if [ ! -f "$out" ]; then
    mkdir -p "$folder"
    g++ -std=c++17 -O2 -fPIC -shared -fvisibility-inlines-hidden -Wall -o "$out.$$" $native/tables.cc -lcasa_tables -lcasa_casa >&2
    mv "$out.$$" "$out"
  fi
  echo "$out"
}

case "${1:-}" in
  install) install ;;
  build) build ;;
  flags) library=$(build); echo "-tags=casacore -ldflags=-X=fringe/internal/casacore.library=$library" ;;
  *) die "unknown task \"${1:-}\"" "scripts/casacore.sh install, build or flags" ;;
esac
