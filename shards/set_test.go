package shards_test

import (
	"slices"
	"testing"

	"fringe/shards"
)

// The first pass is in order; each later one takes every pair once, in another order, shard by shard.
func TestOrder(t *testing.T) {
	set, err := shards.Open(write(t))
	if err != nil {
		t.Fatal(err)
	}
	var passes [][]int
	for pass := range 3 {
		var order []int
		for k := range count {
			order = append(order, set.Order(pass*count+k))
		}
		sorted := slices.Sorted(slices.Values(order))
		for k := range sorted {
			if sorted[k] != k {
				t.Fatalf("pass %d takes %v", pass, order)
			}
		}
		if changes := shardChanges(order); changes != 3 {
			t.Errorf("pass %d changes the shard %d times in %v, want 3", pass, changes, order)
		}
		passes = append(passes, order)
	}
	if !slices.IsSorted(passes[0]) || slices.Equal(passes[0], passes[1]) || slices.Equal(passes[1], passes[2]) {
		t.Errorf("orders %v", passes)
	}
}

func shardChanges(order []int) (n int) {
	for k := 1; k < len(order); k++ {
		if order[k]/perShard != order[k-1]/perShard {
			n++
		}
	}
	return n
}
