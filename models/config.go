package models

import "fmt"

// field is a number of a config with its range.
type field struct {
	name          string
	value, lo, hi int
}

// checkFields returns an error for the first field out of its range.
func checkFields(network string, fields ...field) error {
	for _, f := range fields {
		if f.value < f.lo || f.value > f.hi {
			return fmt.Errorf("models: %s %s is %d, must be between %d and %d", network, f.name, f.value, f.lo, f.hi)
		}
	}
	return nil
}

// orElse gives a field that is zero its default.
func orElse(p *int, v int) {
	if *p == 0 {
		*p = v
	}
}

// checkOdd returns an error for the side of a kernel or patch that has no pixel in its middle.
func checkOdd(network, name string, value int) error {
	if value%2 == 0 {
		return fmt.Errorf("models: %s %s is %d, must be odd", network, name, value)
	}
	return nil
}
