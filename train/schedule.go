package train

import "math"

// rateAt returns the learning rate of update step (1, 2, …, Steps): a linear rise over WarmupSteps, then half a cosine
// (Loshchilov & Hutter 2017, without restarts) that would reach 0 one step after the last.
func (c LoopConfig) rateAt(step int) float64 {
	if step <= c.WarmupSteps {
		return c.LearningRate * float64(step) / float64(c.WarmupSteps)
	}
	done := float64(step-1-c.WarmupSteps) / float64(c.Steps-c.WarmupSteps)
	return c.LearningRate * (1 + math.Cos(math.Pi*done)) / 2
}

// emaAt returns the decay of the moving average at update step: smaller at first, so that the average forgets the random
// first weights (as in TensorFlow's ExponentialMovingAverage with num_updates).
func (c LoopConfig) emaAt(step int) float64 {
	t := float64(step)
	return min(c.EMADecay, (1+t)/(10+t))
}
