package infer

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
)

// Candidate is one vector of strengths and its held-out scores.
type Candidate struct {
	Strengths []float64 `json:"strengths"`
	Scores    []float64 `json:"scores"`  // held-out reduced χ² of every fold
	Mean      float64   `json:"mean"`    // of the scores
	StdErr    float64   `json:"std_err"` // standard error of the mean, from the scatter of the folds
	// Excess is how much the mean exceeds that of the best candidate, with the standard error of the difference fold by fold. Both are
	// 0 for the best, and until the search is over.
	Excess    float64 `json:"excess"`
	ExcessErr float64 `json:"excess_err"`
}

func newCandidate(strengths, scores []float64) Candidate {
	c := Candidate{Strengths: slices.Clone(strengths), Scores: scores}
	c.Mean, c.StdErr = meanAndError(scores)
	return c
}

// above returns how much the mean of c exceeds that of another candidate in the same folds, and the standard error of the difference.
func (c Candidate) above(other Candidate) (excess, stdErr float64) {
	difference := make([]float64, len(c.Scores))
	for k := range difference {
		difference[k] = c.Scores[k] - other.Scores[k]
	}
	return meanAndError(difference)
}

// alikeErrors is within how many standard errors of the difference two candidates cannot be told apart.
const alikeErrors = 2

// alike reports whether two candidates cannot be told apart: their means differ by no more than two errors of the difference, and by no more than
// the error of the better known mean.
func (c Candidate) alike(other Candidate) bool {
	excess, stdErr := c.above(other)
	return math.Abs(excess) <= math.Min(alikeErrors*stdErr, math.Min(c.StdErr, other.StdErr))
}

// CVTable is the result of a cross-validation: all candidates in the order in which they were tried, and the choice.
type CVTable struct {
	Names      []string    `json:"names"`
	Candidates []Candidate `json:"candidates"`
	Best       int         `json:"best"`   // index of the lowest mean
	Chosen     int         `json:"chosen"` // index that the rule chooses
	Rule       Rule        `json:"rule"`
	AtLimit    []int       `json:"at_limit"` // strengths of the choice at the end of a search's range: the best one may lie beyond
	Stop       Stop        `json:"stop"`
}

// Strengths returns those of the chosen candidate.
func (t *CVTable) Strengths() []float64 { return t.Candidates[t.Chosen].Strengths }

// Alike returns the smallest and the largest value of strength i among the candidates that cannot be told from the best, as
// [StrongestAlike] has it: from the one to the other the score is flat.
func (t *CVTable) Alike(i int) (from, to float64) {
	from, to = math.Inf(1), 0
	for _, c := range t.Candidates {
		if c.alike(t.Candidates[t.Best]) {
			from, to = math.Min(from, c.Strengths[i]), math.Max(to, c.Strengths[i])
		}
	}
	return from, to
}

// choose fills in the excesses and applies the rule. Of equals it takes the first.
func (t *CVTable) choose() {
	for i, c := range t.Candidates {
		if c.Mean < t.Candidates[t.Best].Mean {
			t.Best = i
		}
	}
	best := t.Candidates[t.Best]
	for i := range t.Candidates {
		c := &t.Candidates[i]
		c.Excess, c.ExcessErr = c.above(best)
	}
	t.Chosen = t.Best
	for i, c := range t.Candidates {
		allowed := t.Rule == OneStandardError && c.Excess <= c.ExcessErr || t.Rule == StrongestAlike && c.alike(best)
		if allowed && stronger(c, t.Candidates[t.Chosen]) {
			t.Chosen = i
		}
	}
}

// stronger reports whether the product of the strengths of a is larger than that of b.
func stronger(a, b Candidate) bool {
	difference := 0.0
	for i := range a.Strengths {
		difference += math.Log(a.Strengths[i]) - math.Log(b.Strengths[i])
	}
	return difference > 0
}

// Write prints the table, the lowest score first; * marks the choice.
func (t *CVTable) Write(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for i := range t.Candidates[0].Strengths {
		fmt.Fprintf(out, "%s\t", t.name(i))
	}
	fmt.Fprint(out, "held-out χ²\t± error\tabove the best\t± error\t \t\n")
	order := make([]int, len(t.Candidates))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(t.Candidates[a].Mean, t.Candidates[b].Mean) })
	for _, i := range order {
		c := t.Candidates[i]
		for _, s := range c.Strengths {
			fmt.Fprintf(out, "%.4g\t", s)
		}
		mark := " "
		if i == t.Chosen {
			mark = "*"
		}
		fmt.Fprintf(out, "%.6f\t%.6f\t%.6f\t%.6f\t%s\t\n", c.Mean, c.StdErr, c.Excess, c.ExcessErr, mark)
	}
	return out.Flush()
}

func (t *CVTable) name(i int) string {
	if t.Names == nil {
		return fmt.Sprintf("strength %d", i+1)
	}
	return t.Names[i]
}
