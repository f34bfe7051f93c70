package tensorboard

import (
	"encoding/binary"
	"math"
	"time"
)

// Value is a named number, picture or text of a step: a Summary.Value message.
type Value []byte

// Scalar returns a number. Names with a slash are grouped by what stands before it.
func Scalar(name string, value float64) Value {
	return append(bytesField(nil, 1, name), floatField(2, float32(value))...)
}

// Image returns a picture of width x height pixels, encoded as PNG.
func Image(name string, width, height int, png []byte) Value {
	const rgb = 3
	image := varintField(nil, 1, uint64(height))
	image = varintField(image, 2, uint64(width))
	image = varintField(image, 3, rgb)
	image = bytesField(image, 4, png)
	return bytesField(bytesField(nil, 1, name), 4, image)
}

// Text returns text, which TensorBoard shows as Markdown.
func Text(name, markdown string) Value {
	const stringType = 7 // DT_STRING
	shape := bytesField(nil, 2, varintField(nil, 1, 1))
	tensor := varintField(nil, 1, stringType)
	tensor = bytesField(tensor, 2, shape)
	tensor = bytesField(tensor, 8, markdown)
	plugin := bytesField(nil, 1, bytesField(nil, 1, "text"))
	return bytesField(bytesField(bytesField(nil, 1, name), 8, tensor), 9, plugin)
}

// version returns the first event of a file.
func version(at time.Time) []byte { return bytesField(event(at, 0), 3, "brain.Event:2") }

// sessionStart returns the event that makes TensorBoard forget former events of first and later steps.
func sessionStart(at time.Time, first int) []byte {
	const start = 1
	return bytesField(event(at, first), 7, varintField(nil, 1, start))
}

// summary returns the event that holds values.
func summary(at time.Time, step int, values []Value) []byte {
	var all []byte
	for _, v := range values {
		all = bytesField(all, 1, v)
	}
	return bytesField(event(at, step), 5, all)
}

// event returns the fields that all events have.
func event(at time.Time, step int) []byte {
	out := binary.LittleEndian.AppendUint64(key(nil, 1, 1), math.Float64bits(float64(at.UnixMicro())/1e6))
	if step != 0 {
		out = varintField(out, 2, uint64(step))
	}
	return out
}

// The encoding of protocol buffers: a key of field number and wire type (0 varint, 1 eight bytes, 2 a length and as many bytes, 5 four
// bytes), then the value (protobuf.dev/programming-guides/encoding).

func key(to []byte, number, wire uint64) []byte { return binary.AppendUvarint(to, number<<3|wire) }

func varintField(to []byte, number, value uint64) []byte {
	return binary.AppendUvarint(key(to, number, 0), value)
}

func bytesField[T ~[]byte | ~string](to []byte, number uint64, value T) []byte {
	return append(binary.AppendUvarint(key(to, number, 2), uint64(len(value))), value...)
}

func floatField(number uint64, value float32) []byte {
	return binary.LittleEndian.AppendUint32(key(nil, number, 5), math.Float32bits(value))
}
