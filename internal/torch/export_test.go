package torch

// LimitVectors is limitVectors.
func LimitVectors(bytes int) { limitVectors(bytes) }

// Workers is workers.
func Workers() (int, error) { return workers() }
