# fringe: `make demo` images M87 from nothing, `make test` runs all tests. Everything native goes under FRINGE_DEPS
# (default ~/.cache/fringe) and is shared by all clones.
SHELL := bash
ENV := set -euo pipefail; . ./env.sh;

.PHONY: help deps build deps-casacore build-casacore test-casacore demo test race bench lint python clean

help:  ## what each target does
	@grep -hE '^[a-z-]+: .*##|^[a-z-]+:  ##' Makefile | sed 's/:[^#]*##/\t/' | expand -t 16

deps:  ## install LibTorch 2.1.2 and FINUFFT 2.5.1 (once; 690 MB download)
	@scripts/deps.sh

build: deps  ## bin/fringe
	@$(ENV) echo "build: bin/fringe (the first build compiles gotch's C++ and takes about four minutes)"; go build -o bin/fringe ./cmd/fringe

deps-casacore:  ## install casacore, for Measurement Sets (apt-get as root; otherwise says the command)
	@scripts/casacore.sh install

build-casacore: deps  ## bin/fringe that reads Measurement Sets
	@$(ENV) flags=$$(scripts/casacore.sh flags); go build $$flags -o bin/fringe ./cmd/fringe

test-casacore: deps  ## tests of Measurement Sets, against python3-casacore and WSClean
	@$(ENV) export OMP_NUM_THREADS=1; flags=$$(scripts/casacore.sh flags); go vet -tags casacore ./measurementset ./internal/casacore ./cmd/fringe; \
	  go tool -modfile=tools/go.mod staticcheck -tags casacore ./measurementset ./internal/casacore; \
	  go test $$flags ./measurementset ./internal/casacore; go test $$flags -run 'MeasurementSet|Predict|TestScripts/(help|formats)' ./cmd/fringe

demo: build  ## image M87 with the classical and the learned methods: out/demo/report.html
	@bin/fringe demo --out out/demo --force

test: deps python  ## all tests
	@$(ENV) export OMP_NUM_THREADS=1; go test ./...

race: deps  ## packages with goroutines under the race detector, and those without LibTorch without cgo
	@CGO_ENABLED=0 go test ./radio/... ./data/... ./metrics/... ./figure/... ./calibrate/... ./internal/words/...
	@$(ENV) export OMP_NUM_THREADS=1; go test -race -short ./radio/... ./data/... ./metrics/... ./measure/... ./internal/torch/... ./shards/... ./train/...

bench: deps  ## compare with peers in one run (ONLY=name for some): a table and out/bench.jsonl
	@scripts/python.sh peers
	@$(ENV) mkdir -p out; go run ./internal/bench --out out/bench.jsonl $(if $(ONLY),--only $(ONLY))

lint: deps  ## format, module file, vet, staticcheck
	@$(ENV) test -z "$$(gofmt -l $$(git ls-files '*.go') | tee /dev/stderr)" || { echo "lint: run gofmt -w on the files above"; exit 1; }
	@$(ENV) go mod tidy -diff
	@$(ENV) go vet ./...
	@$(ENV) go tool -modfile=tools/go.mod staticcheck ./...

python:  ## a Python with astropy and safetensors, the second opinion of some tests
	@scripts/python.sh

clean:  ## remove what the build made in this clone
	rm -rf bin out
