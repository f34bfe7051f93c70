package evaluate_test

import (
	"fmt"
	"os"

	"fringe/evaluate"
)

func ExampleTable_WriteText() {
	table := evaluate.Table{
		Columns: []string{"image", "diameter (µas)"},
		Rows:    [][]string{{"entropy", "42.2"}, {"unrolled", "41.8"}},
	}
	if err := table.WriteText(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// image     diameter (µas)
	// -----     --------------
	// entropy   42.2
	// unrolled  41.8
}
