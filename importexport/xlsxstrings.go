package importexport

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"io"

	"github.com/deskfolk/desk"
)

const (
	// stringsInMemory is how many bytes of shared strings are kept in memory;
	// more of them go to a temporary file.
	stringsInMemory = 8 << 20
	// stringsTogether is how many strings are found and decoded at once.
	stringsTogether = 16
	// stringsCached is how many bytes of decoded strings are kept.
	stringsCached = 4 << 20
)

// stringTable has the shared strings of a workbook. They stand one behind the
// other, each behind its length; where every sixteenth begins is kept in
// memory, half a byte for each string.
type stringTable struct {
	n      int
	starts []int64
	end    int64
	mem    []byte
	temp   *tempFile
	w      *bufio.Writer // of temp, while strings are added

	cache map[int][]string
	order []int // of the cache, the oldest first
	size  int   // of the cache, in bytes
}

// readStrings reads the part with the shared strings.
func readStrings(w *workbook) (*stringTable, error) {
	t := &stringTable{cache: map[int][]string{}}
	if w.strings == "" {
		return t, nil
	}
	x, err := w.xml(w.strings, maxSheetBytes)
	if err != nil {
		return nil, err
	}
	defer func() { _ = x.close() }()
	var text []byte
	err = x.each(func(start xml.StartElement) (err error) {
		if start.Name.Local != "si" {
			return nil
		}
		if text, err = x.richText(text[:0]); err != nil {
			return err
		}
		return t.add(unescapeX(text))
	})
	if err == nil && t.w != nil {
		err = tempError(t.w.Flush())
	}
	if err != nil {
		_ = t.temp.close()
		return nil, err
	}
	return t, nil
}

func (t *stringTable) close() error { return t.temp.close() }

func tempError(err error) error {
	if err == nil {
		return nil
	}
	return &desk.Error{Kind: desk.Unavailable, Message: "There is no room to read the workbook: the temporary file cannot be written or read.", Err: err}
}

func (t *stringTable) add(s []byte) error {
	if t.n%stringsTogether == 0 {
		t.starts = append(t.starts, t.end)
	}
	t.n++
	t.mem = binary.AppendUvarint(t.mem, uint64(len(s)))
	t.mem = append(t.mem, s...)
	t.end = t.end + int64(len(s)) + int64(uvarintLen(len(s)))
	if t.w == nil && len(t.mem) <= stringsInMemory {
		return nil
	}
	if t.w == nil {
		temp, err := newTempFile()
		if err != nil {
			return err
		}
		t.temp, t.w = temp, bufio.NewWriterSize(temp, 64<<10)
	}
	_, err := t.w.Write(t.mem)
	if t.mem = t.mem[:0]; cap(t.mem) > stringsInMemory/8 {
		t.mem = nil
	}
	return tempError(err)
}

func uvarintLen(n int) int { return len(binary.AppendUvarint(nil, uint64(n))) }

// get returns the string with the number, or false if there is none.
func (t *stringTable) get(i int) (string, bool, error) {
	if i < 0 || i >= t.n {
		return "", false, nil
	}
	block := i / stringsTogether
	list, ok := t.cache[block]
	if !ok {
		var err error
		if list, err = t.load(block); err != nil {
			return "", false, err
		}
	}
	if i %= stringsTogether; i >= len(list) {
		return "", false, nil
	}
	return list[i], true, nil
}

// load decodes a block and keeps it, and lets go of the oldest ones.
func (t *stringTable) load(block int) ([]string, error) {
	from, to := t.starts[block], t.end
	if block+1 < len(t.starts) {
		to = t.starts[block+1]
	}
	raw := make([]byte, to-from)
	var in io.ReaderAt = bytes.NewReader(t.mem)
	if t.temp != nil {
		in = t.temp
	}
	if _, err := in.ReadAt(raw, from); err != nil && !errors.Is(err, io.EOF) {
		return nil, tempError(err)
	}
	text := string(raw)
	var list []string
	for len(raw) > 0 {
		n, size := binary.Uvarint(raw)
		if size <= 0 || n > uint64(len(raw)-size) {
			return nil, tempError(io.ErrUnexpectedEOF)
		}
		at := len(text) - len(raw) + size
		list = append(list, text[at:at+int(n)])
		raw = raw[size+int(n):]
	}
	for t.size += len(text); t.size > stringsCached && len(t.order) > 0; t.order = t.order[1:] {
		for _, s := range t.cache[t.order[0]] {
			t.size -= len(s) + uvarintLen(len(s))
		}
		delete(t.cache, t.order[0])
	}
	t.cache[block] = list
	t.order = append(t.order, block)
	return list, nil
}
