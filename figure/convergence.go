package figure

import (
	"fmt"
	"io"
)

// Curve is a quantity at every iteration.
type Curve struct {
	Name   string
	Values []float64
}

// WriteConvergence draws the curves against the iteration, on a logarithmic axis; values that are not positive are left out.
func WriteConvergence(w io.Writer, curves []Curve) error {
	lines := make([]Line, len(curves))
	for i, c := range curves {
		lines[i].Name, lines[i].Y = c.Name, c.Values
		for k := range c.Values {
			lines[i].X = append(lines[i].X, float64(k))
		}
	}
	if err := WriteLines(w, lines, LineStyle{XLabel: "iteration", YLabel: "value", Log: true}); err != nil {
		return fmt.Errorf("figure: draw convergence: %w", err)
	}
	return nil
}
