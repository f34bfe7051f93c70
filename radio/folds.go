package radio

import (
	"errors"
	"fmt"
	"math/rand/v2"
)

// Folds divides a set of visibilities into K parts for cross-validation. For each fold the visibilities of that part test
// an image that the others made.
type Folds struct {
	K  int
	Of []int // for every visibility its fold, 0…K−1, or AlwaysTrains, or InNoFold
}

// Visibilities that test nothing.
const (
	AlwaysTrains = -1 // trains in every fold: too much of the image rests on it
	InNoFold     = -2 // flagged
)

// Train returns a new set with the visibilities that make the image of a fold: all the unflagged ones outside of it.
func (f *Folds) Train(v *Visibilities, fold int) *Visibilities {
	return v.Select(func(k int) bool { return f.Of[k] != fold && f.Of[k] != InNoFold })
}

// Test returns a new set with the visibilities that test the image of a fold.
func (f *Folds) Test(v *Visibilities, fold int) *Visibilities {
	return v.Select(func(k int) bool { return f.Of[k] == fold })
}

// Check says whether the folds belong to a set of n visibilities.
func (f *Folds) Check(n int) error {
	if f.K < 2 {
		return fmt.Errorf("radio: %d folds, at least 2 are needed", f.K)
	}
	if len(f.Of) != n {
		return fmt.Errorf("radio: folds of %d visibilities for a set of %d", len(f.Of), n)
	}
	return nil
}

// group is a number of visibilities that stay together.
type group struct {
	members []int
	weight  float64 // Σ of their weights
	always  bool    // trains in every fold
}

// groups sorts the unflagged visibilities into groups by key, in the order in which the keys first occur.
func groups[K comparable](v *Visibilities, key func(k int) K) (list []*group, keys []K) {
	index := map[K]*group{}
	for k := range v.Vis {
		if v.Flagged(k) {
			continue
		}
		id := key(k)
		if index[id] == nil {
			index[id] = &group{}
			list, keys = append(list, index[id]), append(keys, id)
		}
		index[id].members = append(index[id].members, k)
		index[id].weight += v.Weight[k]
	}
	return list, keys
}

// deal gives the groups, shuffled, one by one to the fold that has the fewest visibilities so far. When it is done no fold
// has more than another by more than the largest group.
func deal(n, folds int, list []*group, rng *rand.Rand) (*Folds, error) {
	if folds < 2 {
		return nil, fmt.Errorf("radio: %d folds, at least 2 are needed", folds)
	}
	if rng == nil {
		return nil, errors.New("radio: folds need a random generator")
	}
	f := &Folds{K: folds, Of: make([]int, n)}
	for k := range f.Of {
		f.Of[k] = InNoFold
	}
	count, dealt := make([]int, folds), 0
	for _, i := range rng.Perm(len(list)) {
		to := AlwaysTrains
		if !list[i].always {
			to = fewest(count)
			count[to] += len(list[i].members)
			dealt++
		}
		for _, k := range list[i].members {
			f.Of[k] = to
		}
	}
	if dealt < folds {
		return nil, fmt.Errorf("radio: the data fall into %d parts that can be left out, too few for %d folds", dealt, folds)
	}
	return f, nil
}

func fewest(count []int) int {
	least := 0
	for i, n := range count {
		if n < count[least] {
			least = i
		}
	}
	return least
}
