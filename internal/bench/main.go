package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"fringe/internal/torch"
)

// threads is what every comparison may use, ours and the peer's.
const threads = 2

// comparisons in the order of the table. The name is what --only takes.
var comparisons = []struct {
	name string
	rows func(*session) ([]Row, error)
}{
	{"layer", tensorLayer},
	{"nufft", nufft},
	{"gradient-gridded", gradientGridded},
	{"gradient-nufft", gradientNUFFT},
	{"chi2", truth},
	{"scaling", scaling},
	{"networks-unet", networks("unet")},
	{"networks-dncnn", networks("dncnn")},
	{"networks-drunet", networks("drunet")},
	{"ehtim-m87", ehtimM87},
	{"butterfly", butterfly},
	{"simulation", simulation},
}

func main() {
	out := flag.String("out", "", "file for one JSON line per row")
	only := flag.String("only", "", "run the comparisons whose name begins with this")
	list := flag.Bool("list", false, "list the comparisons")
	child := flag.String("child", "", "used by the program itself: measure the memory of one side on the problem in this folder")
	flag.Parse()
	torch.KeepMemory()     // as the program does
	runtime.LockOSThread() // both tensor layers keep state per thread
	var err error
	switch {
	case *list:
		for _, c := range comparisons {
			fmt.Println(c.name)
		}
	case *child != "":
		err = printMemory(*child)
	default:
		err = run(*out, *only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(path, only string) (err error) {
	if err := torch.SetThreads(threads); err != nil {
		return err
	}
	lines := io.Discard
	if path != "" {
		file, err := os.Create(path)
		if err != nil {
			return err
		}
		defer func() {
			if closing := file.Close(); err == nil {
				err = closing
			}
		}()
		lines = file
	}
	s, err := newSession()
	if err != nil {
		return err
	}
	defer s.close()
	found := false
	heading(os.Stdout)
	for _, c := range comparisons {
		if !strings.HasPrefix(c.name, only) {
			continue
		}
		found = true
		rows, err := c.rows(s)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		for _, row := range rows {
			row.print(os.Stdout)
			if err := row.write(lines); err != nil {
				return err
			}
		}
	}
	if !found {
		return fmt.Errorf("no comparison begins with %q; --list shows them", only)
	}
	return nil
}
