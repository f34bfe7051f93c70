package checkpoints_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"fringe/checkpoints"
)

func file(header string, data ...byte) []byte {
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), data...)
}

func TestDecodeRefusesMalformedFiles(t *testing.T) {
	tests := []struct {
		name    string
		content []byte
		want    string
	}{
		{"short", []byte{1, 2}, "length of the header"},
		{"huge header", append(bytes.Repeat([]byte{0xff}, 8), '{', '}'), "header length is 18446744073709551615"},
		{"header beyond the end", binary.LittleEndian.AppendUint64(nil, 2), "header length is 2"},
		{"not JSON", file("{]"), "header"},
		{"dtype", file(`{"x":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}`, 0, 0), `dtype is "BF16", must be F32, F64, I64 or U8`},
		{"offsets beyond the end", file(`{"x":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}`, 1), "do not lie in the 1 bytes"},
		{"offsets reversed", file(`{"x":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}`, 1), "do not lie"},
		{"shape and offsets", file(`{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 1, 2, 3, 4), "takes 8 bytes"},
		{"overflow", file(`{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`), "too large"},
		{"negative", file(`{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}`), "negative"},
		{"gap", file(`{"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 1, 2), "begin at 1"},
		{"overlap", file(`{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"y":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 1, 2), `"y": data begin at 1`},
		{"left over", file(`{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1, 2), "its tensors take 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := checkpoints.DecodeSafetensors(tt.content); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestDecodeReadsMetadataAndAnyOrder(t *testing.T) {
	content := file(`{"__metadata__":{"format":"pt"},"b":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 7, 8, 9)
	ts, err := checkpoints.DecodeSafetensors(content)
	if err != nil || len(ts) != 2 || ts[0].Name != "b" || !bytes.Equal(ts[1].Data, []byte{8, 9}) {
		t.Errorf("got %v, %v", ts, err)
	}
}

func TestEncodeRefusesWhatCannotBeRead(t *testing.T) {
	x := checkpoints.NewTensor("x", []uint8{1}, 1)
	for _, ts := range [][]checkpoints.Tensor{
		{x, x},
		{checkpoints.NewTensor("__metadata__", []uint8{1}, 1)},
		{checkpoints.NewTensor("", []uint8{1}, 1)},
		{checkpoints.NewTensor("x", []float32{1}, 2)},
		{{Name: "x", DType: "F16", Data: []byte{0, 0}}},
	} {
		if _, err := checkpoints.EncodeSafetensors(ts); err == nil {
			t.Errorf("EncodeSafetensors(%v) succeeds", ts)
		}
	}
}

// Whatever the decoder accepts must survive a second encoding and decoding; nothing may panic.
func FuzzDecodeSafetensors(f *testing.F) {
	good, err := checkpoints.EncodeSafetensors(tensors(1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(file(`{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1))
	f.Add(file(`{"__metadata__":{},"x":{"dtype":"F32","shape":[0,9223372036854775807],"data_offsets":[0,0]}}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		ts, err := checkpoints.DecodeSafetensors(content)
		if err != nil || len(ts) == 0 {
			return
		}
		again, err := checkpoints.EncodeSafetensors(ts)
		if err != nil {
			if strings.Contains(err.Error(), "reserved or empty") {
				return
			}
			t.Fatal(err)
		}
		back, err := checkpoints.DecodeSafetensors(again)
		if err != nil || len(back) != len(ts) {
			t.Fatalf("%d tensors became %d, %v", len(ts), len(back), err)
		}
	})
}
