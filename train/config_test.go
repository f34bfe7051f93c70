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
		{"kind: denoiser\nloop: {stepz: 3}", "stepz"},
		{"kind: [", "read config"},
		{"seed: -1", "read config"},
	} {
		var c fileConfig
		if err := train.Decode([]byte(tt.text), &c); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Decode(%q): error %v, want one with %q", tt.text, err, tt.want)
		}
	}
	for _, tt := range []struct {
		c    train.Config
		want string
	}{
		{train.Config{}, "kind is missing"},
		{train.Config{Kind: "denoiser", Threads: -1}, "threads is -1, must be between 1 and 256"},
		{train.Config{Kind: "denoiser"}, "loop.steps is 0"},
	} {
		if err := tt.c.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Validate(%+v): error %v, want one with %q", tt.c, err, tt.want)
		}
	}
}
