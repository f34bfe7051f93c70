package shards

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
)

// Set is a complete set of pairs in a folder. Several goroutines may read it.
type Set struct {
	Manifest Manifest
	dir      string
	lock     sync.Mutex
	recent   []*shard // the last one is the one that was used last
}

// keep is how many shards stay in memory: enough for a few goroutines that read on from each other.
const keep = 4

// Open opens the set in dir. It reads the manifest alone; pairs are verified when they are read. A set whose writing has not
// come to its end is an error.
func Open(dir string) (*Set, error) {
	m, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	if len(m.Shards) < m.shards() {
		return nil, fmt.Errorf("shards: %q is not finished: it holds %d of %d pairs", dir, len(m.Shards)*m.PerShard, m.Count)
	}
	return &Set{Manifest: m, dir: dir}, nil
}

// SHA256 returns the digest of all that the pairs and their order depend on: the manifest with the checksums of the files, but for the program that
// wrote them.
func (s *Set) SHA256() (string, error) {
	m := s.Manifest
	m.Program = ""
	text, err := m.encode()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// Len returns the number of pairs.
func (s *Set) Len() int { return s.Manifest.Count }

// Example returns pair number k, from 0 to Len()−1: that of index First + k. Its slices are the caller's.
func (s *Set) Example(k int) (Example, error) {
	if k < 0 || k >= s.Len() {
		return Example{}, fmt.Errorf("shards: %q has %d pairs, there is no number %d", s.dir, s.Len(), k)
	}
	shard, err := s.shard(k / s.Manifest.PerShard)
	if err != nil {
		return Example{}, err
	}
	return shard.example(k % s.Manifest.PerShard)
}

// shard returns a shard from memory or from its file.
func (s *Set) shard(number int) (*shard, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	k := slices.IndexFunc(s.recent, func(r *shard) bool { return r.number == number })
	if k >= 0 {
		found := s.recent[k]
		s.recent = append(slices.Delete(s.recent, k, k+1), found)
		return found, nil
	}
	read, err := loadShard(s.dir, s.Manifest, number)
	if err != nil {
		return nil, err
	}
	if len(s.recent) == keep {
		s.recent = slices.Delete(s.recent, 0, 1)
	}
	s.recent = append(s.recent, read)
	return read, nil
}

// All yields every pair in the order of the indices. The first error ends the sequence. It verifies all that it reads.
func (s *Set) All() iter.Seq2[Example, error] {
	return func(yield func(Example, error) bool) {
		for k := range s.Len() {
			e, err := s.Example(k)
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// Order returns which pair to take as number n when one goes through the set again and again: 0, 1, 2, … the first time, in which
// it is the same as without a set, and then in a random order of the shards and of the pairs in each shard, another one each
// time, which depends on the set's seed alone.
func (s *Set) Order(n int) int {
	m := s.Manifest
	pass, k := n/m.Count, n%m.Count
	if pass == 0 {
		return k
	}
	shards := m.random(pass, 0).Perm(m.shards())
	for _, number := range shards {
		size := m.pairs(number)
		if k < size {
			return number*m.PerShard + m.random(pass, 1+number).Perm(size)[k]
		}
		k -= size
	}
	panic("shards: the shards hold fewer pairs than their set") // Count is the sum of their sizes
}

// random returns the generator of one order of a pass.
func (m Manifest) random(pass, which int) *rand.Rand {
	return rand.New(rand.NewPCG(m.Seed, uint64(pass)<<32|uint64(which)))
}
