package words

import (
	"fmt"
	"math"
	"strings"
)

// typos is the largest number of edits between a mistyped word and the one that is suggested.
const typos = 2

// Similar returns the word of known that name may have meant: the first of those that it begins, else the nearest within two edits that
// are fewer than half of its letters; "" for none. Upper and lower case are the same.
func Similar(name string, known []string) string {
	for _, w := range known {
		if begun := strings.ToLower(name); len(name) > typos && strings.HasPrefix(strings.ToLower(w), begun) {
			return w
		}
	}
	if w, edits := Nearest(name, known); edits <= typos && 2*edits < len(name) {
		return w
	}
	return ""
}

// DidYouMean returns a question to be put after an error about an unknown name, such as `; did you mean "ring"?`, or "" when no known
// word is similar.
func DidYouMean(name string, known []string) string {
	w := Similar(name, known)
	if w == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", w)
}

// Nearest returns the word of known that takes the fewest edits to make of name, the first of several, and their number. Upper and lower
// case are the same.
func Nearest(name string, known []string) (best string, fewest int) {
	fewest = math.MaxInt
	for _, w := range known {
		if d := edits(strings.ToLower(name), strings.ToLower(w)); d < fewest {
			best, fewest = w, d
		}
	}
	return best, fewest
}

// edits returns how many letters must be inserted, deleted or replaced, or swapped with the next one, to make b of a (optimal string
// alignment: Boytsov 2011, ACM J. Exp. Algorithmics 16, 1.1, section 2.1).
func edits(a, b string) int {
	rows := make([][]int, len(a)+1) // rows[i][j]: edits from the first i letters of a to the first j of b
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replace := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			rows[i][j] = min(replace, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
