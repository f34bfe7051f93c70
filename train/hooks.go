package train

// Report is what the loop says of its progress.
type Report struct {
	Step, Steps    int
	Loss           float64            // mean over the steps since the former report
	LearningRate   float64            // of the last step
	GradNorm       float64            // of the last step, before clipping
	ItemsPerSecond float64            // since the former report; 0 without a clock
	Metrics        map[string]float64 // of the validation at this step; nil when there was none
	Picture        []byte             // PNG of the validation at this step, see Shower; nil when there is none
	Best           bool               // the validation at this step is the best so far
}

// Hook is called with every report, after the numbers were found to be finite and before the checkpoint is saved. An error
// ends the run; it is wrapped with the hook's name.
type Hook struct {
	Name string
	Do   func(r Report) error
}
