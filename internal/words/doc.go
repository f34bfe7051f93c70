// Package words finds what a mistyped word was meant to be.
package words
