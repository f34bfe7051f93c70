package tensorboard

import (
	"encoding/binary"
	"hash/crc32"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum is the masked CRC-32C of TensorFlow (tensorflow/core/lib/hash/crc32c.h): a checksum of data that holds checksums.
func checksum(data []byte) uint32 {
	crc := crc32.Checksum(data, castagnoli)
	return (crc>>15 | crc<<17) + 0xa282ead8
}

// record frames data (tensorflow/core/lib/io/record_writer.h): its length, the checksum of the length, data, its checksum, little-endian.
func record(data []byte) []byte {
	out := binary.LittleEndian.AppendUint64(make([]byte, 0, len(data)+16), uint64(len(data)))
	out = binary.LittleEndian.AppendUint32(out, checksum(out))
	out = append(out, data...)
	return binary.LittleEndian.AppendUint32(out, checksum(data))
}
