package torch

// LimitVectors is limitVectors.
func LimitVectors(bytes int) { limitVectors(bytes) }
