package train_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"fringe/train"
)

type fileConfig struct {
	train.Config `yaml:",inline"`
	Denoising    train.DenoisingConfig `yaml:"denoising"`
}

const text = `
kind: denoiser
seed: 18446744073709551615
loop: {steps: 10, batch: 2, learning_rate: 1e-3}
denoising: {sigma_max: 0.25, sky: {families: {ring: 1}}}
`

func TestConfigGoesThroughJSONUnchanged(t *testing.T) {
	var c, back fileConfig
	if err := train.Decode([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	if err := c.Config.Validate(); err != nil {
		t.Fatal(err)
	}
	if c.Seed != 1<<64-1 || c.Loop.Steps != 10 || c.Denoising.Sky.Families["ring"] != 1 {
		t.Errorf("decoded %+v", c)
	}
	asJSON, err := train.ConfigJSON(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := train.Decode(asJSON, &back); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(c, back, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("config changed (-want +got):\n%s", d)
	}
	if kind, err := train.KindOf(asJSON); err != nil || kind != "denoiser" {
		t.Errorf("KindOf = %q, %v", kind, err)
	}
}

func TestDecodeErrors(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "the config is empty"},
		{"kind: denoiser\nloop: {stepz: 3}", `config: line 2: unknown field "stepz" of loop; did you mean "steps"?`},
		{"kind: denoiser\nloop:\n  steps: 3\n\n  learnig_rate: 1", `line 5: unknown field "learnig_rate" of loop; did you mean "learning_rate"?`},
		{"treads: 2", `config: line 1: unknown field "treads"; did you mean "threads"?`},
		{"colour: 2", `unknown field "colour"; known are kind, seed, threads, loop, init, denoising`},
		{"loop: {optimizer: {lr: 1}}", `unknown field "lr" of loop.optimizer; known are name, `},
		{"treads: 1\nsed: 2", `line 1: unknown field "treads"; did you mean "threads"?; line 2: unknown field "sed"; did you mean "seed"?`},
		{"loop: {steps: four, batch: four}", "line 1: loop.steps is `four`, must be a whole number; line 1: loop.batch is `four`, must be a whole number"},
		{"loop:\n  learning_rate: very fast indeed", "line 2: loop.learning_rate is `very fa...`, must be a number"},
		{"loop: [1, 2]", "line 1: loop is a list, must be a block of fields"},
		{"loop: {steps: [3]}", "loop.steps is a list, must be a whole number"},
		{"denoising: {sky: {families: {ring: much}}}", "line 1: denoising.sky.families.ring is `much`, must be a number"},
		{"denoising: {jacobian: {weight: {a: 1}}}", "denoising.jacobian.weight is a block of fields, must be a number"},
		{"seed: -1", "line 1: seed is `-1`, must be a whole number that is not negative"},
		{"threads: 1\nthreads: 2", `line 2: mapping key "threads" already defined at line 1`},
		{"- 1", "line 1: the config is a list, must be a block of fields"},
		{"hello", "line 1: the config is `hello`, must be a block of fields"},
		{"seed: &n four\nloop: {steps: *n}", "line 1: seed is `four`, must be a whole number that is not negative; line 1: loop.steps is `four`, must be a whole number"},
		{"loop:\n  steps: |\n    a\n    b", "loop.steps is `a"},
		{"kind: [", "read config"},
		{"seed: -1", "read config"},
	} {
		var c fileConfig
		if err := train.Decode([]byte(tt.text), &c); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Decode(%q): error %v, want one with %q", tt.text, err, tt.want)
		}
	}
	if _, err := train.KindOf([]byte("kind: [a]")); err == nil || !strings.Contains(err.Error(), "line 1: kind is a list, must be text") {
		t.Errorf("KindOf: error %v", err)
	}
	for _, tt := range []struct {
		c    train.Config
		want string
	}{
		{train.Config{}, "kind is missing"},
		{train.Config{Kind: "denoiser", Threads: -1}, "threads is -1, must be between 1 and 256"},
		{train.Config{Kind: "denoiser"}, "loop.steps is missing"},
	} {
		if err := tt.c.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Validate(%+v): error %v, want one with %q", tt.c, err, tt.want)
		}
	}
}
