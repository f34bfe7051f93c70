#!/usr/bin/env bash
# Fuzzes every Fuzz target for the given time each (default 10s). Minimising is kept short: it would take all of the time.
set -euo pipefail
cd "$(dirname "$0")/.."
. ./env.sh
grep -rhoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | sed 's/func //' | sort -u | while read -r target; do
  file=$(grep -rlE --include='*_test.go' "^func $target\(" . | head -1)
  echo "fuzz: $target in $(dirname "$file")"
  go test "$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "${1:-10s}" -fuzzminimizetime 5x
done
