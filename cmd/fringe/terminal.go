package main

import (
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// isTerminal reports whether somebody sees what is written to w as it comes, so that a line may be overwritten.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// clearLine goes to the beginning of the line on a terminal and empties it.
const clearLine = "\r\x1b[K"

// bar draws how much of the work is done.
func bar(done, count int) string {
	const width = 30
	filled := width * min(done, count) / count
	return strings.Repeat("━", filled) + strings.Repeat("─", width-filled)
}
