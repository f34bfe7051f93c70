package evaluate

import (
	"context"
	"os"
	"slices"
	"sync"
	"testing"
)

// Two runs that fill one cache at the same time do not disturb each other.
func TestRunsShareACache(t *testing.T) {
	u := denoisingSuite()
	u.Count, u.Levels = 20, []float64{0.1}
	_, judged, err := u.draw("ring", 0.1)
	if err != nil {
		t.Fatal(err)
	}
	all := map[float64][]float64{}
	for i, y := range judged.noisy.Images {
		all[y[0]] = judged.truth[i]
	}
	cached := Cached{Tunable: mixing{"classical", 2, all}, Dir: t.TempDir()}
	var failed [4]error
	var runs sync.WaitGroup
	for k := range failed {
		runs.Go(func() { _, failed[k] = cached.Denoise(context.Background(), judged.noisy, 2) })
	}
	runs.Wait()
	for _, err := range failed {
		if err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(cached.Dir); err != nil || len(left) != u.Count {
		t.Errorf("%d files, %v; want %d", len(left), err, u.Count)
	}
}

// counting counts how many images it is asked for.
type counting struct {
	mixing
	images *int
}

func (c counting) Denoise(ctx context.Context, noisy Noisy, strength float64) ([][]float64, error) {
	*c.images += len(noisy.Images)
	return c.mixing.Denoise(ctx, noisy, strength)
}

func TestCacheMakesEveryImageOnce(t *testing.T) {
	u := denoisingSuite()
	all, made := truths(t, u), 0
	inner := counting{mixing{"classical", 2, all}, &made}
	cached := Cached{Tunable: inner, Dir: t.TempDir()}
	want, err := u.Run(context.Background(), []DenoisingMethod{inner})
	if err != nil {
		t.Fatal(err)
	}
	for run, count := range []int{made, 0} {
		made = 0
		got, err := u.Run(context.Background(), []DenoisingMethod{cached})
		if err != nil {
			t.Fatal(err)
		}
		if made != count {
			t.Errorf("run %d made %d images, want %d", run, made, count)
		}
		for k := range want {
			if !slices.Equal(got[k].Outcomes[0].PSNR, want[k].Outcomes[0].PSNR) {
				t.Errorf("run %d: the cache changes the scores", run)
			}
		}
	}
}
