package data_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/sbinet/npyio/npz"

	"fringe/data"
	"fringe/radio"
)

// npzOf makes an archive of arrays, given by name and value in turn.
func npzOf(t testing.TB, arrays ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	w := npz.NewWriter(&b)
	for i := 0; i < len(arrays); i += 2 {
		if err := w.Write(arrays[i].(string)+".npy", arrays[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// npzRaw makes an archive of one array uu with the given header, and data.
func npzRaw(t testing.TB, header string, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("data.npy")
	if err == nil {
		_, err = fmt.Fprintf(f, "\x93NUMPY\x01\x00%c%c%s", byte(len(header)), byte(len(header)>>8), header)
	}
	if err == nil {
		_, err = f.Write(make([]byte, size))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// hugePNG announces 60000 x 60000 pixels and holds few.
func hugePNG(t testing.TB) []byte {
	raw := pngFile(t, image.NewGray(image.Rect(0, 0, 16, 16)))
	header := bytes.Clone(raw[12:29]) // IHDR and its 13 bytes
	copy(header[4:], []byte{0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60})
	return append(append(append(raw[:12:12], header...), binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(header))...), raw[33:]...)
}

type broken struct {
	name, want string
	content    []byte
	image      bool // given to ReadImage instead of ReadVisibilities
}

func corpus(t testing.TB) []broken {
	t.Helper()
	uv := smallUVFITS(t)
	card := func(key, value string) []byte { return setCard(t, uv, key, value) }
	f := [3]float64{1, 2, 3}
	one := f[:]
	goodNPZ := npzOf(t, "uu", one, "vv", one, "weight", one, "data_re", one, "data_im", one)
	sky := imageFile("8", []byte{0, 1, 2, 3, 4, 5})
	nan := bytes.Repeat([]byte("nan nan nan nan nan\n"), 10)
	picture := pngFile(t, image.NewGray(image.Rect(0, 0, 64, 64)))
	const csv = "#SRC:X,DATE(MJD):57854,FREQ:230GHz\n#time(UTC),T1,T2,U(lambda),V(lambda),Iamp(Jy),Iphase(d),Isigma(Jy)\n"
	return []broken{
		{"empty file", "the file is empty", nil, false},
		{"wrong magic", "a file of an unknown kind", []byte("\x00\x01\x02nothing at all"), false},
		{"an HDF5 file", "an HDF5 file", []byte("\x89HDF\r\n\x1a\n\x00"), false},
		{"a zipped file", "compressed with gzip: unpack it first", []byte("\x1f\x8b\x08\x00"), false},
		{"a letter", "line 1: 3 columns, want 5: u v Re Im weight", []byte("Dear Sir or\n"), false},
		{"UVFITS cut in the header", "has no END card", uv[:3000], false},
		{"UVFITS cut in the groups", "truncated: the header announces 312 bytes", uv[:bytes.Index(uv, []byte("END     "))/2880*2880+2880+100], false},
		{"UVFITS of huge NAXIS", "absurd size", card("NAXIS4", "4611686018427387904"), false},
		{"UVFITS without axes", "NAXIS is 0, visibilities have axes", card("NAXIS", "0"), false},
		{"UVFITS of BITPIX 16", "BITPIX is \"16\"", card("BITPIX", "16"), false},
		{"UVFITS of no groups", "GCOUNT is 0", card("GCOUNT", "0"), false},
		{"UVFITS without stations", "no \"AIPS AN\" table", bytes.Replace(uv, []byte("'AIPS AN '"), []byte("'AIPS XX '"), 1), false},
		{"UVFITS with an image's axes", "no visibilities but an image", sky, false},
		{"npz cut short", "truncated or damaged: the list of its arrays", goodNPZ[:len(goodNPZ)/2], false},
		{"npz without weights", "it has no array weight, only uu.npy, vv.npy, data.npy", npzOf(t, "uu", one, "vv", one, "data", []complex128{1, 2, 3}), false},
		{"npz of unequal lengths", "array vv has shape [2], data has [3]", npzOf(t, "uu", one, "vv", one[:2], "weight", one, "data", []complex128{1, 2, 3}), false},
		{"npz of huge shape", "array data: its shape is [4611686018427387904]", npzRaw(t, "{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904,), }\n", 8), false},
		{"npz whose shape multiplies to zero", "array data: its shape is [4294967296 4294967296]", npzRaw(t, "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }\n", 0), false},
		{"npz of a bad header", "array data: malformed header", npzRaw(t, "}", 8), false},
		{"npz of objects", "array data: its type \"|O\" is not numeric", npzRaw(t, "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", 8), false},
		{"npz that swells", "unpacks to more than", npzRaw(t, "{'descr': '<f8', 'fortran_order': False, 'shape': (4000000,), }\n", 32000000), false},
		{"table with words", "line 2: Re is \"twelve\", must be a number", []byte("1 2 3 4 5\n1 2 twelve 4 5\n"), false},
		{"table cut short", "truncated within its last line; line 2: 3 columns, want 5", []byte("1 2 3 4 5\n1 2 3"), false},
		{"npz of a plan", "it has no visibilities, neither an array data nor data_re and data_im, only uu.npy", npzOf(t, "uu", one, "vv", one, "weight", one), false},
		{"table of NaN", "none of its 10 visibilities has a valid weight", nan, false},
		{"table without an end", "line 1 is longer than 65536 characters", bytes.Repeat([]byte("1 "), 100000), false},
		{"csv with a missing column", "line 3: 7 columns, the header names 8", []byte(csv + "1,A,B,1,1,1,1\n"), false},
		{"csv without rows", "it has no visibilities", []byte(csv), false},
		{"image cut short", "bytes are missing", imageFile("-64", nil)[:2880], true},
		{"image of huge axes", "absurd size", setCard(t, sky, "NAXIS1", "4611686018427387904"), true},
		{"image of BITPIX 7", "BITPIX is \"7\"", setCard(t, sky, "BITPIX", "7"), true},
		{"image of NaN", "pixel (0, 0) is NaN", imageFile("-32", bytes.Repeat([]byte{0x7f, 0xc0, 0, 0}, 6)), true},
		{"visibilities as an image", "it holds visibilities, not an image", uv, true},
		{"PNG cut short", "damaged PNG", picture[:len(picture)-20], true},
		{"PNG of huge size", "absurd size: a PNG of 60000 x 60000 pixels", hugePNG(t), true},
	}
}

// Every broken file gives an error that names the file and the defect, without a panic, and without more memory than a few times
// the file beside 8 MB.
func TestBrokenFiles(t *testing.T) {
	for _, b := range corpus(t) {
		path := filepath.Join(t.TempDir(), "broken.bin")
		if err := os.WriteFile(path, b.content, 0o644); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var err error
		if b.image {
			_, _, _, err = data.ReadImage(path)
		} else {
			_, err = data.ReadVisibilities(path, data.ReadOptions{FreqHz: freqFor(b), UVUnit: unitFor(b)})
		}
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), b.want) || !strings.Contains(err.Error(), "broken.bin") {
			t.Errorf("%s: error %v, want %q and the file's name", b.name, err, b.want)
		}
		// 8 MB holds the largest buffers that do not depend on the file; 64 times is what an npz array may expand to, and reading one
		// doubles a buffer step by step.
		if got, limit := after.TotalAlloc-before.TotalAlloc, uint64(8<<20+200*len(b.content)); got > limit {
			t.Errorf("%s: %d bytes allocated for a file of %d, limit %d", b.name, got, len(b.content), limit)
		}
	}
}

// freqFor and unitFor give what bare tables need, so that their other defects show.
func freqFor(b broken) float64 {
	if strings.HasPrefix(b.name, "table") || strings.HasPrefix(b.name, "npz") {
		return 1e9
	}
	return 0
}

func unitFor(b broken) string {
	if freqFor(b) > 0 {
		return "m"
	}
	return ""
}

// decodeFuzzed reads anything with options that do not stop at what a table does not say.
func decodeFuzzed(t *testing.T, content []byte) {
	for _, o := range []data.ReadOptions{{}, {FreqHz: 1e9, UVUnit: "m"}, {FreqHz: 1e9, UVUnit: "klambda"}} {
		v, err := data.DecodeVisibilities(bytes.NewReader(content), int64(len(content)), o)
		if err != nil {
			continue
		}
		if err := v.Validate(); err != nil {
			t.Errorf("accepted, but %v", err)
		}
		average(v)
	}
}

// average runs what every observation goes through.
func average(v *radio.Visibilities) {
	v.ScanAverage(0)
	v.ChannelAverage(2)
	v.WithoutIntraSite()
}

func FuzzReadNPZ(f *testing.F) {
	for _, b := range corpus(f) {
		if strings.HasPrefix(b.name, "npz") && len(b.content) < 10000 {
			f.Add(b.content)
		}
	}
	one := []float64{1, 2}
	f.Add(npzOf(f, "uu", one, "vv", one, "weight", one, "data", []complex64{1, 2}, "frequencies", []float64{1e9}))
	f.Fuzz(decodeFuzzed)
}

// FuzzReadNPY goes past the checksum of the zip format, which random bytes seldom pass.
func FuzzReadNPY(f *testing.F) {
	f.Add([]byte("\x93NUMPY\x01\x00\x46\x00{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }             \n12345678"))
	f.Add([]byte("\x93NUMPY\x02\x00\x46\x00\x00\x00{'descr': '<c8', 'fortran_order': True, 'shape': (1, 1), }           \n12345678"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		shape, n, err := data.DecodeNPY(raw)
		product := 1
		for _, length := range shape {
			product *= length
		}
		if err == nil && n != product {
			t.Errorf("%d values of shape %v", n, shape)
		}
	})
}

func FuzzReadTable(f *testing.F) {
	f.Add(readAll(f, "uvtable_klambda.txt"))
	f.Add([]byte("# wavelength[m] = 1e-3\n# u(m)\n1,2,3,4,5\n"))
	f.Fuzz(decodeFuzzed)
}

func FuzzReadEHTText(f *testing.F) {
	for _, name := range []string{"eht_save.txt", "eht_release.csv", "eht_release.txt"} {
		f.Add(readAll(f, name))
	}
	f.Fuzz(decodeFuzzed)
}

func readAll(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func FuzzReadPNG(f *testing.F) {
	f.Add(pngFile(f, image.NewGray(image.Rect(0, 0, 4, 3))))
	f.Add(pngFile(f, image.NewNRGBA(image.Rect(0, 0, 4, 3))))
	f.Add(hugePNG(f))
	f.Fuzz(func(t *testing.T, content []byte) {
		img, g, err := data.DecodePNG(bytes.NewReader(content), int64(len(content)))
		if err == nil && len(img) != g.Len() {
			t.Errorf("%d pixels for grid %+v", len(img), g)
		}
	})
}

func FuzzReadArray(f *testing.F) {
	f.Add("# name X Y Z SEFD\nAA 2225061 -5440057 -2481681 94\n")
	f.Add("AA nan 1 1\n")
	f.Fuzz(func(t *testing.T, table string) {
		stations, err := data.ParseArray(table)
		if err == nil && len(stations) == 0 {
			t.Error("no stations and no error")
		}
	})
}
