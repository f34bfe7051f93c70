package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"

	"fringe/internal/torch"
)

// threads is what every comparison may use, ours and the peer's.
const threads = 2

func main() {
	out := flag.String("out", "out/bench.jsonl", "file for one JSON line per comparison")
	flag.Parse()
	runtime.LockOSThread() // both tensor layers keep state per thread
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(path string) (err error) {
	if err := torch.SetThreads(threads); err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if closing := file.Close(); err == nil {
			err = closing
		}
	}()
	fmt.Printf("%-52s %10s %10s %-5s %7s %5s\n", "comparison (ours / peer)", "ours", "peer", "unit", "ratio", "runs")
	for _, compare := range []func() (Row, error){tensorLayer, nufft} {
		row, err := compare()
		if err != nil {
			return err
		}
		printRow(os.Stdout, row)
		if err := writeRow(file, row); err != nil {
			return err
		}
	}
	return nil
}
