package data

import (
	"fmt"
	"math/rand/v2"
)

// Split names one of the disjoint index spaces of simulated skies. The zero value is Training.
type Split uint8

// Training skies are learned from, Validation skies choose between models, Evaluation skies are looked at once, for the
// numbers that are reported.
const (
	Training Split = iota
	Validation
	Evaluation
)

// String returns "training", "validation" or "evaluation".
func (s Split) String() string {
	switch s {
	case Training:
		return "training"
	case Validation:
		return "validation"
	case Evaluation:
		return "evaluation"
	}
	return "unknown split"
}

// ParseSplit returns the split of a name that [Split.String] gives.
func ParseSplit(name string) (Split, error) {
	for _, s := range []Split{Training, Validation, Evaluation} {
		if name == s.String() {
			return s, nil
		}
	}
	return 0, fmt.Errorf("data: split is %q, must be training, validation or evaluation", name)
}

// Stream names what the random numbers of one example are for, so that a change in how many numbers a sky takes does not
// change the noise.
type Stream uint8

// The streams of one example.
const (
	SkyStream Stream = iota
	ObservationStream
	NoiseStream
	DriftStream   // of station gains
	LeakageStream // of polarization leakage
	FlagStream
)

// MaxIndex is the largest index of an example; larger ones would run into another split.
const MaxIndex = 1<<48 - 1

// Rng returns the generator of example index of a split, for one purpose. Equal arguments give equal numbers on every
// machine. Different (split, stream, index) give different generators for any one seed: the three are packed into 64 bits
// without overlap and then scrambled by a bijection. The index is taken modulo MaxIndex+1.
func Rng(seed uint64, split Split, stream Stream, index uint64) *rand.Rand {
	key := uint64(split)<<56 | uint64(stream)<<48 | index&MaxIndex
	return rand.New(rand.NewPCG(mix(seed), mix(key^mix(seed+1))))
}

// mix is the finalizer of SplitMix64 (Steele, Lea & Flood 2014, OOPSLA, fig. 16): a bijection of 64-bit numbers.
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func uniform(rng *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() }
