package data

import "fmt"

// FieldError says which field of a config is wrong, and what it may be.
type FieldError struct {
	Of    string // schedule or observation; "" for effects
	Field string // as YAML names it, such as scan_sec or effects.drift.phase_sigma_deg
	Value string
	Want  string // such as "within 0 to 90"
	Note  string // what a special value means, such as "0 means 10"; or ""
}

// Error returns all of it in a sentence.
func (e *FieldError) Error() string {
	name := e.Field
	if e.Of != "" {
		name = e.Of + " " + name
	}
	return fmt.Sprintf("data: %s is %s, must be %s%s", name, e.Value, e.Want, e.Remark())
}

// Remark returns the note in parentheses after a blank, or "".
func (e *FieldError) Remark() string {
	if e.Note == "" {
		return ""
	}
	return " (" + e.Note + ")"
}

// outside returns the error for a number outside an interval.
func outside(of, field string, value, lo, hi float64) error {
	return &FieldError{Of: of, Field: field, Value: fmt.Sprintf("%g", value), Want: fmt.Sprintf("within %g to %g", lo, hi)}
}
