package checkpoints

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
)

// DecodeSafetensors returns the tensors of a safetensors file in the order of their data. Their Data are parts of content.
// Every size is checked against the content before it is used, gaps and overlaps are errors.
func DecodeSafetensors(content []byte) ([]Tensor, error) {
	if len(content) < lengthBytes {
		return nil, fmt.Errorf("checkpoints: safetensors file has %d bytes, the length of the header alone takes %d", len(content), lengthBytes)
	}
	n, rest := binary.LittleEndian.Uint64(content), content[lengthBytes:]
	if n > maxHeader || n > uint64(len(rest)) {
		return nil, fmt.Errorf("checkpoints: this is no safetensors file, or it is cut off: the header length is %d, the file has %d bytes after it and the limit is %d", n, len(rest), maxHeader)
	}
	var header map[string]json.RawMessage
	if err := json.Unmarshal(rest[:n], &header); err != nil {
		return nil, fmt.Errorf("checkpoints: safetensors header: %w", err)
	}
	delete(header, metadataKey)
	tensors, err := slice(header, rest[n:])
	if err != nil {
		return nil, fmt.Errorf("checkpoints: safetensors %w", err)
	}
	return tensors, nil
}

// slice cuts data into the tensors that the header describes.
func slice(header map[string]json.RawMessage, data []byte) ([]Tensor, error) {
	type placed struct {
		Tensor
		begin int64
	}
	var found []placed
	for name, raw := range header {
		var e entry
		if err := json.Unmarshal(raw, &e); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		begin, end := e.Offsets[0], e.Offsets[1]
		if begin < 0 || end < begin || end > int64(len(data)) {
			return nil, fmt.Errorf("tensor %q: data_offsets %v do not lie in the %d bytes of data", name, e.Offsets, len(data))
		}
		n, err := byteLength(e.DType, e.Shape)
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		if n != end-begin {
			return nil, fmt.Errorf("tensor %q: shape %v of %s takes %d bytes, data_offsets %v hold %d", name, e.Shape, e.DType, n, e.Offsets, end-begin)
		}
		found = append(found, placed{Tensor{name, e.DType, e.Shape, data[begin:end:end]}, begin})
	}
	slices.SortFunc(found, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(len(a.Data), len(b.Data)), cmp.Compare(a.Name, b.Name))
	})
	tensors, next := make([]Tensor, len(found)), int64(0)
	for i, t := range found {
		if t.begin != next {
			return nil, fmt.Errorf("tensor %q: data begin at %d, the tensors before it end at %d", t.Name, t.begin, next)
		}
		tensors[i], next = t.Tensor, next+int64(len(t.Data))
	}
	if next != int64(len(data)) {
		return nil, fmt.Errorf("file has %d bytes of data, its tensors take %d", len(data), next)
	}
	return tensors, nil
}
