package data

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

const (
	blockBytes = 2880
	cardBytes  = 80
	// maxHeaderBlocks bounds a header to 2.8 MB; the longest histories seen have some hundred blocks.
	maxHeaderBlocks = 1000
)

var errNotFITS = errors.New("not a FITS file: it does not start with \"SIMPLE  =\"")

// card is the value of a header keyword: the text of a string, or the literal of anything else.
type card struct {
	text   string
	quoted bool
}

// header is one FITS header. Of a keyword that occurs twice the first counts. HISTORY and COMMENT text is kept apart.
type header struct {
	cards   map[string]card
	history []string
}

// fitsHDU is a header together with the place of its data in the file.
type fitsHDU struct {
	header
	dataAt, dataBytes int64
}

// readHDU reads the header at the given offset and checks that the file holds all the data that it announces. It
// returns io.EOF when the file ends at offset.
func readHDU(r io.ReaderAt, size, offset int64) (*fitsHDU, error) {
	if offset >= size {
		return nil, io.EOF
	}
	h := &fitsHDU{header: header{cards: map[string]card{}}}
	block := make([]byte, blockBytes)
	for n := range maxHeaderBlocks {
		at := offset + int64(n)*blockBytes
		got, err := r.ReadAt(block, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if n == 0 && offset == 0 && !strings.HasPrefix(string(block[:got]), "SIMPLE  =") {
			return nil, errNotFITS
		}
		if got < blockBytes {
			return nil, fmt.Errorf("%w: the header at byte %d has no END card", ErrTruncated, offset)
		}
		if h.parseBlock(block) {
			h.dataAt = at + blockBytes
			return h, h.measure(size)
		}
	}
	return nil, fmt.Errorf("the header at byte %d is longer than %d blocks", offset, maxHeaderBlocks)
}

// parseBlock adds the cards of one block and reports whether END was among them.
func (h *header) parseBlock(block []byte) (end bool) {
	for len(block) >= cardBytes {
		line := string(block[:cardBytes])
		block = block[cardBytes:]
		key := strings.TrimRight(line[:8], " ")
		switch {
		case key == "END":
			return true
		case key == "HISTORY":
			h.history = append(h.history, strings.TrimRight(line[8:], " "))
		case line[8:10] == "= ":
			if _, seen := h.cards[key]; !seen {
				h.cards[key] = parseValue(line[10:])
			}
		}
	}
	return false
}

// parseValue splits a card's value from its comment. In a string two quotes stand for one (FITS 4.0, section 4.2.1).
func parseValue(field string) card {
	s := strings.TrimLeft(field, " ")
	if !strings.HasPrefix(s, "'") {
		literal, _, _ := strings.Cut(s, "/")
		return card{text: strings.TrimSpace(literal)}
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] == '\'' {
			if i+1 >= len(s) || s[i+1] != '\'' {
				break
			}
			i++
		}
		b.WriteByte(s[i])
	}
	return card{text: strings.TrimRight(b.String(), " "), quoted: true}
}

// str returns the text of a keyword, "" when it is absent.
func (h *header) str(key string) string { return h.cards[key].text }

// isTrue reports whether a logical keyword is T.
func (h *header) isTrue(key string) bool { return h.cards[key].text == "T" }

// number returns a finite real value, or missing when the keyword is absent. FITS allows D for the exponent.
func (h *header) number(key string, missing float64) (float64, error) {
	c, ok := h.cards[key]
	if !ok || (c.text == "" && !c.quoted) {
		return missing, nil
	}
	x, err := strconv.ParseFloat(strings.NewReplacer("D", "E", "d", "e").Replace(c.text), 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, fmt.Errorf("header keyword %s is %q, must be a finite number", key, c.text)
	}
	return x, nil
}

// count returns a whole number that is not negative, or missing when the keyword is absent.
func (h *header) count(key string, missing int64) (int64, error) {
	c, ok := h.cards[key]
	if !ok {
		return missing, nil
	}
	n, err := strconv.ParseInt(c.text, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("header keyword %s is %q, must be a whole number of at least 0", key, c.text)
	}
	return n, nil
}

// axes returns NAXIS1, NAXIS2, ….
func (h *header) axes() ([]int64, error) {
	n, err := h.count("NAXIS", 0)
	if err != nil {
		return nil, err
	}
	if n > 999 {
		return nil, fmt.Errorf("header keyword NAXIS is %d, FITS allows 999", n)
	}
	axes := make([]int64, n)
	for i := range axes {
		key := "NAXIS" + strconv.Itoa(i+1)
		if axes[i], err = h.count(key, -1); err != nil {
			return nil, err
		}
		if axes[i] < 0 {
			return nil, fmt.Errorf("header keyword %s is missing", key)
		}
	}
	return axes, nil
}

// isGroups reports whether the data are random groups (FITS 4.0, section 6).
func (h *header) isGroups() bool {
	return h.isTrue("GROUPS") && h.str("NAXIS1") == "0"
}
