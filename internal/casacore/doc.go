// Package casacore is a cgo binding of casacore's table system (van Diepen 2015, Astronomy and Computing 12, 174), in which
// Measurement Sets are stored: it opens tables, reads numbers and texts of their cells, and adds and writes columns of complex
// arrays. What the columns mean is the business of package measurementset.
//
// It is built with the tag casacore alone, and needs Debian's casacore-dev (make deps-casacore):
//
//	t, err := casacore.Open("OBS.ms::ANTENNA", false)
//	if err != nil {
//		return err
//	}
//	defer t.Close()
//	xyz := make([]float64, 3)
//	err = t.Get("POSITION", []int64{0}, xyz)
//
// Numbers of every kind are read as float64, which holds all of them exactly but the largest 64-bit integers. A table serves one
// goroutine at a time.
//
// # Two C++ libraries in one process
//
// Debian's casacore is built with the C++ library's new strings, LibTorch with the old ones, and both define templates of the
// C++ library, such as those of regular expressions, whose names are the same and whose layout is not. Linked into one program
// casacore would call LibTorch's and crash. So native/tables.cc becomes a shared library of its own, which Open loads with
// RTLD_DEEPBIND: it and casacore look for every name among themselves first.
package casacore
