package words

import (
	"math"
	"strings"
)

// Nearest returns the word of known that takes the fewest edits to make of name in lower case, the first of several, and their number.
func Nearest(name string, known []string) (best string, fewest int) {
	fewest = math.MaxInt
	for _, w := range known {
		if d := edits(strings.ToLower(name), w); d < fewest {
			best, fewest = w, d
		}
	}
	return best, fewest
}

// edits returns how many letters must be inserted, deleted or replaced to make b of a (Levenshtein 1966).
func edits(a, b string) int {
	row := make([]int, len(b)+1) // edits from the letters of a seen so far to the beginnings of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
