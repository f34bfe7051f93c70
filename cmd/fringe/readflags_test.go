package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"fringe/data"
)

// What is to be done depends on what is wrong, however deep the cause lies, and the formats are listed where they help.
func TestReadHint(t *testing.T) {
	for _, c := range []struct {
		cause   error
		hint    string
		formats bool
	}{
		{data.ErrTruncated, "not whole", false}, {data.ErrNoData, "numpy.savez", false}, {data.ErrImage, "fringe inspect describes", false}, {data.ErrFolder, "name the files in it", true},
		{data.ErrAllFlagged, "undo the flags", false}, {errors.New("a file of an unknown kind"), "", true},
	} {
		var h *hintError
		if err := readHint(fmt.Errorf("data: read %q: %w", "x", c.cause)); !errors.As(err, &h) || !strings.Contains(h.hint, c.hint) || strings.Contains(h.hint, data.Readable) != c.formats {
			t.Errorf("%v: %+v", c.cause, h)
		}
	}
}
