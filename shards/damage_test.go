package shards_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fringe/data"
	"fringe/shards"
)

func TestDamageIsFound(t *testing.T) {
	flip := func(name string, at func(n int) int) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			text := []byte(content(t, dir)[name])
			text[at(len(text))] ^= 1
			put(t, dir, name, string(text))
		}
	}
	edit := func(from, to string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			text := content(t, dir)["manifest.json"]
			changed := strings.Replace(text, from, to, 1)
			if changed == text {
				t.Fatalf("%q is not in the manifest", from)
			}
			put(t, dir, "manifest.json", changed)
		}
	}
	const second = "validation-000001.safetensors"
	for name, tt := range map[string]struct {
		damage func(t *testing.T, dir string)
		want   []string
	}{
		"last pair":  {flip(second, func(n int) int { return n - 1 }), []string{second, "SHA-256 of pair 10"}},
		"first pair": {flip(second, func(n int) int { return n / 6 }), []string{second, "SHA-256 of pair 8"}},
		"header":     {flip(second, func(int) int { return 30 }), []string{second, "pairs 8 to 10"}},
		"spaces": {func(t *testing.T, dir string) {
			text := content(t, dir)[second]
			at := strings.Index(text, "}}") + 2
			if text[at] != ' ' {
				t.Skip("this header ends without a space")
			}
			put(t, dir, second, text[:at]+"\n"+text[at+1:])
		}, []string{second, "pairs 8 to 10", "SHA-256"}},
		"cut short": {func(t *testing.T, dir string) { put(t, dir, second, content(t, dir)[second][:5000]) }, []string{second, "pairs 8 to 10", "cut short"}},
		"gone": {func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, second)); err != nil {
				t.Fatal(err)
			}
		}, []string{second, "pairs 8 to 10", "no such file"}},
		"metadata":      {flip("validation-000001.jsonl", func(n int) int { return n / 2 }), []string{"validation-000001.jsonl", "pairs 8 to 10"}},
		"version":       {edit(`"version": 1`, `"version": 7`), []string{"manifest.json", "field version is 7", "reads version 1"}},
		"unknown field": {edit(`"seed"`, `"sead"`), []string{"manifest.json", "sead"}},
		"name":          {edit(`"validation-000001"`, `"../../000001"`), []string{"manifest.json", "shards[1].name"}},
		"split":         {edit(`"split": "validation"`, `"split": "test"`), []string{"manifest.json", "field split"}},
		"per_shard":     {edit(`"per_shard": 3`, `"per_shard": 0`), []string{"manifest.json", "field per_shard is 0"}},
		"no manifest": {func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "manifest.json")); err != nil {
				t.Fatal(err)
			}
		}, []string{"manifest.json", "there are no pairs here"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := write(t)
			tt.damage(t, dir)
			set, err := shards.Open(dir)
			if err == nil {
				for _, err = range set.All() {
				}
			}
			for _, want := range tt.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v lacks %q", err, want)
				}
			}
		})
	}
}

func TestWriteRefuses(t *testing.T) {
	broken := func(change func(e *shards.Example)) func(uint64) (shards.Example, error) {
		return func(index uint64) (shards.Example, error) {
			e, err := example(index)
			change(&e)
			return e, err
		}
	}
	for name, tt := range map[string]struct {
		example func(uint64) (shards.Example, error)
		want    string
	}{
		"NaN":   {broken(func(e *shards.Example) { e.Truth[7] /= 0 * e.Truth[7] }), "pixel 7 of the truth"},
		"grid":  {broken(func(e *shards.Example) { e.Grid.NX++ }), "not of this set"},
		"split": {broken(func(e *shards.Example) { e.Split = data.Training }), "not of this set"},
		"error": {func(uint64) (shards.Example, error) { return shards.Example{}, errors.New("no luck") }, "no luck"},
	} {
		err := shards.Write(context.Background(), t.TempDir(), manifest(t), tt.example, 2, nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}
