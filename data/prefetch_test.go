package data_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"fringe/data"
)

func TestPrefetchKeepsOrder(t *testing.T) {
	for _, workers := range []int{-1, 1, 2, 7} {
		var got []int
		item := func(i int) (int, error) {
			for range i % 5 {
				runtime.Gosched()
			}
			return 10 * i, nil
		}
		for v, err := range data.Prefetch(context.Background(), 3, workers, item) {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, v); len(got) == 20 {
				break
			}
		}
		for k, v := range got {
			if v != 10*(k+3) {
				t.Fatalf("%d workers: %v, want 30, 40, …", workers, got)
			}
		}
	}
}

func TestPrefetchStopsAtTheFirstError(t *testing.T) {
	broken := errors.New("broken")
	var got []int
	for v, err := range data.Prefetch(context.Background(), 0, 3, func(i int) (int, error) {
		if i >= 4 {
			return 0, fmt.Errorf("item %d: %w", i, broken)
		}
		return i, nil
	}) {
		if err != nil {
			if !errors.Is(err, broken) || err.Error() != "item 4: broken" {
				t.Errorf("error %q, want that of item 4", err)
			}
			continue
		}
		got = append(got, v)
	}
	if !slices.Equal(got, []int{0, 1, 2, 3}) {
		t.Errorf("values %v before the error, want 0 to 3", got)
	}
}

func TestPrefetchStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var running atomic.Int32
	var last error
	n := 0
	for _, err := range data.Prefetch(ctx, 0, 4, func(i int) (int, error) {
		running.Add(1)
		defer running.Add(-1)
		return i, nil
	}) {
		last = err
		if n++; n == 5 {
			cancel()
		}
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("the last error is %v, want context canceled", last)
	}
	if r := running.Load(); r != 0 {
		t.Errorf("%d items are still being made after the end", r)
	}
}
