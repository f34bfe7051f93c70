package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"fringe/figure"
)

// picture is a file that is drawn.
type picture struct {
	name string
	draw func(w io.Writer) error
}

// writePictures draws pictures, several at a time, and writes them in their order. One whose numbers are not finite is left out; the
// errors tell which and why.
func writePictures(dir *outDir, pictures []picture) (leftOut []error, err error) {
	drawn, errs := make([]bytes.Buffer, len(pictures)), make([]error, len(pictures))
	var wait sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, p := range pictures {
		wait.Add(1)
		go func() {
			defer wait.Done()
			slots <- struct{}{}
			errs[i] = p.draw(&drawn[i])
			<-slots
		}()
	}
	wait.Wait()
	for i, p := range pictures {
		switch {
		case errors.Is(errs[i], figure.ErrNotFinite):
			leftOut = append(leftOut, fmt.Errorf("write %s: %w", p.name, errs[i]))
			continue
		case errs[i] != nil:
			return leftOut, fmt.Errorf("write %s: %w", p.name, errs[i])
		}
		if err := dir.write(p.name, func(w io.Writer) error { _, err := drawn[i].WriteTo(w); return err }); err != nil {
			return leftOut, err
		}
	}
	return leftOut, nil
}
