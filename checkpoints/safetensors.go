package checkpoints

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
)

// Tensor is a named array on the host: little-endian elements in row-major order.
type Tensor struct {
	Name  string
	DType string // F32, F64, I64 or U8
	Shape []int64
	Data  []byte
}

// The safetensors format: eight bytes with the header's length, little-endian; the header, a JSON object from tensor name to
// entry; the data of all tensors without gaps (https://huggingface.co/docs/safetensors, "Format").
const (
	lengthBytes = 8
	maxHeader   = 100_000_000 // the limit of the reference implementation
	metadataKey = "__metadata__"
)

// entry is what the header says of one tensor. The offsets count from the end of the header.
type entry struct {
	DType   string   `json:"dtype"`
	Shape   []int64  `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

// elementBytes returns the size of one element, or an error that lists the known types.
func elementBytes(dtype string) (int64, error) {
	switch dtype {
	case "F64", "I64":
		return 8, nil
	case "F32":
		return 4, nil
	case "U8":
		return 1, nil
	}
	return 0, fmt.Errorf("dtype is %q, must be F32, F64, I64 or U8", dtype)
}

// byteLength returns the number of bytes that shape and dtype ask for.
func byteLength(dtype string, shape []int64) (int64, error) {
	n, err := elementBytes(dtype)
	if err != nil {
		return 0, err
	}
	for _, d := range shape {
		if d < 0 || (d > 0 && n > math.MaxInt64/d) {
			return 0, fmt.Errorf("shape %v is negative or too large", shape)
		}
		n *= d
	}
	return n, nil
}

// EncodeSafetensors returns the tensors as the content of a safetensors file, in the order given. The same tensors give the
// same bytes.
func EncodeSafetensors(tensors []Tensor) ([]byte, error) {
	header, offset := map[string]entry{}, int64(0)
	for _, t := range tensors {
		n, err := byteLength(t.DType, t.Shape)
		if err == nil && n != int64(len(t.Data)) {
			err = fmt.Errorf("shape %v of %s takes %d bytes, there are %d", t.Shape, t.DType, n, len(t.Data))
		}
		if _, twice := header[t.Name]; twice {
			err = fmt.Errorf("the name is used twice")
		}
		if t.Name == "" || t.Name == metadataKey {
			err = fmt.Errorf("the name is reserved or empty")
		}
		if err != nil {
			return nil, fmt.Errorf("checkpoints: encode tensor %q: %w", t.Name, err)
		}
		shape := append([]int64{}, t.Shape...) // a scalar's shape is [], not null
		header[t.Name] = entry{t.DType, shape, [2]int64{offset, offset + n}}
		offset += n
	}
	text, err := json.Marshal(header) // sorts the names
	if err != nil {
		return nil, fmt.Errorf("checkpoints: encode header: %w", err)
	}
	// Spaces after the JSON align the data to 8 bytes.
	text = append(text, bytes.Repeat([]byte{' '}, (8-len(text)%8)%8)...)
	out := binary.LittleEndian.AppendUint64(make([]byte, 0, lengthBytes+int64(len(text))+offset), uint64(len(text)))
	out = append(out, text...)
	for _, t := range tensors {
		out = append(out, t.Data...)
	}
	return out, nil
}
