// Package peer talks to Python programs that others wrote, for comparisons: one process that answers questions, one line of JSON each way.
package peer
