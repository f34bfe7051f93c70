package data

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"fringe/radio"
)

// Readable lists the formats of [ReadVisibilities] in words.
const Readable = "UVFITS, npz (uu, vv, weight, data), text tables (u v Re Im weight), eht-imaging's txt, the EHT's txt and csv"

// ErrAllFlagged says that a file has no visibility that can be used.
var ErrAllFlagged = errors.New("a valid weight")

// ErrTruncated says that a file is shorter than it says itself, and ErrNoData that one has no measured visibilities, though it may tell
// where they would lie. ErrImage says that a FITS file holds an image or tables, and ErrFolder that a folder is no Measurement Set.
var (
	ErrTruncated = errors.New("truncated")
	ErrNoData    = errors.New("it has no visibilities")
	ErrImage     = errors.New("it holds no visibilities but an image or tables (GROUPS is not T, or NAXIS1 is not 0)")
	ErrFolder    = errors.New("a folder that is no Measurement Set (it has no table.dat)")
)

// ReadVisibilities reads a file of visibilities in any format of [Readable]. It knows the format by the file's first bytes
// and not by its name. What each format may hold is in docs/formats.md; signs and units are converted to those of package
// radio, and the result has passed its Validate.
//
// Formats without stations give visibilities with Ant1 = Ant2 = radio.NoStation. A folder is a Measurement Set, for
// o.MeasurementSet.
//
// Errors name the file and what is wrong with it. No file makes it panic or use memory out of proportion to the file's size.
func ReadVisibilities(path string, o ReadOptions) (*radio.Visibilities, error) {
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("data: read %q: %w", path, err)
	}
	v, err := readVisibilities(path, o)
	if err != nil {
		return nil, fmt.Errorf("data: read %w", err)
	}
	return v, nil
}

func readVisibilities(path string, o ReadOptions) (*radio.Visibilities, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		v, err := readFolder(path, o)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", path, err)
		}
		return v, nil
	}
	return readFile(path, func(r io.ReaderAt, size int64) (*radio.Visibilities, error) {
		return DecodeVisibilities(r, size, o)
	})
}

// readFolder reads a Measurement Set, which is known by its main table.
func readFolder(path string, o ReadOptions) (*radio.Visibilities, error) {
	if _, err := os.Stat(filepath.Join(path, "table.dat")); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrFolder
	}
	if o.MeasurementSet == nil {
		return nil, errors.New("a Measurement Set, which this build cannot read: convert it with CASA's exportuvfits")
	}
	v, err := o.MeasurementSet(path, o)
	if err != nil {
		return nil, err
	}
	return finish(v, o)
}

// headBytes is how much of a file tells its format.
const headBytes = 4096

// DecodeVisibilities is [ReadVisibilities] for the size bytes of r.
func DecodeVisibilities(r io.ReaderAt, size int64, o ReadOptions) (*radio.Visibilities, error) {
	if size == 0 {
		return nil, fmt.Errorf("%w: the file is empty", ErrTruncated)
	}
	head := make([]byte, min(size, headBytes))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	decode, err := decoderOf(head)
	if err != nil {
		return nil, err
	}
	v, err := decode(r, size, o)
	if err != nil {
		return nil, err
	}
	return finish(v, o)
}

type decoder func(r io.ReaderAt, size int64, o ReadOptions) (*radio.Visibilities, error)

// decoderOf tells the format of a file by how it begins.
func decoderOf(head []byte) (decoder, error) {
	switch {
	case bytes.HasPrefix(head, []byte("SIMPLE  =")):
		return DecodeUVFITS, nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return decodeNPZ, nil
	case isText(head):
		if isEHTText(string(head)) {
			return decodeEHTText, nil
		}
		return decodeTable, nil
	}
	return nil, errors.New(otherKind(head))
}

// otherKind names what a file is that holds no visibilities in a readable form.
func otherKind(head []byte) string {
	for _, kind := range []struct{ magic, name string }{
		{"\x93NUMPY", "a single NumPy array: save u, v, weight and data together with numpy.savez"},
		{"\x89HDF\r\n", "an HDF5 file"}, {"\x89PNG", "a PNG image"}, {"\x1f\x8b", "compressed with gzip: unpack it first"},
		{"BZh", "compressed with bzip2: unpack it first"},
	} {
		if bytes.HasPrefix(head, []byte(kind.magic)) {
			return kind.name
		}
	}
	return "a file of an unknown kind"
}

// isText reports whether a file begins like text: UTF-8 without control characters.
func isText(head []byte) bool {
	if len(head) == headBytes { // a character may be cut
		for range utf8.UTFMax - 1 {
			if r, _ := utf8.DecodeLastRune(head); r != utf8.RuneError {
				break
			}
			head = head[:len(head)-1]
		}
	}
	return utf8.Valid(head) && !strings.ContainsFunc(string(head), func(r rune) bool {
		return r < ' ' && !strings.ContainsRune("\t\n\r\f", r)
	})
}

// finish applies what holds for all formats and checks the result.
func finish(v *radio.Visibilities, o ReadOptions) (*radio.Visibilities, error) {
	if o.Conjugate {
		for k := range v.Vis {
			v.Vis[k] = complex(real(v.Vis[k]), -imag(v.Vis[k]))
		}
	}
	if err := checkUsable(v); err != nil {
		return nil, err
	}
	return v, v.Validate()
}

// checkUsable refuses a set in which everything is flagged.
func checkUsable(v *radio.Visibilities) error {
	for k := range v.Vis {
		if !v.Flagged(k) {
			return nil
		}
	}
	return fmt.Errorf("none of its %d visibilities has %w", v.Len(), ErrAllFlagged)
}
