package desk

import "encoding/binary"

// Position is a place in a list: the key and the id of a row. Keys compare as
// bytes, rows with equal keys by their ids.
type Position struct {
	Key []byte
	ID  string
}

// The sides of a position on which a page lies.
const (
	pageAfter  = 'a'
	pageBefore = 'b'
)

// Place reads a cursor of the scope into the position behind which, or ahead
// of which, the page lies. The empty cursor is the first page: neither.
func (k CursorKeys) Place(scope string, c Cursor) (after, before *Position, err error) {
	if c == "" {
		return nil, nil, nil
	}
	b, err := k.Open(scope, c)
	if err != nil {
		return nil, nil, err
	}
	if len(b) < 2 {
		return nil, nil, Errorf(Expired, "cursor", "This page of the list can no longer be opened.")
	}
	n, width := binary.Uvarint(b[1:])
	if width <= 0 || n > uint64(len(b)-1-width) {
		return nil, nil, Errorf(Expired, "cursor", "This page of the list can no longer be opened.")
	}
	key := b[1+width:][:n]
	at := &Position{Key: key, ID: string(b[1+width+int(n):])}
	if b[0] == pageBefore {
		return nil, at, nil
	}
	return at, nil, nil
}

// After returns the cursor of the page behind a position.
func (k CursorKeys) After(scope string, p Position) (Cursor, error) {
	return k.placed(scope, pageAfter, p)
}

func (k CursorKeys) placed(scope string, side byte, p Position) (Cursor, error) {
	b := append(make([]byte, 0, 8+len(p.Key)+len(p.ID)), side)
	b = binary.AppendUvarint(b, uint64(len(p.Key)))
	b = append(append(b, p.Key...), p.ID...)
	return k.Sign(scope, b)
}

// Neighbours returns the cursors of the pages beside one. The page lies after
// or before a position, as [CursorKeys.Place] has read, and has the rows; more
// says that there are further ones in its direction.
func (k CursorKeys) Neighbours(scope string, after, before *Position, rows []Position, more bool) (next, prev Cursor, err error) {
	if len(rows) == 0 {
		if after != nil {
			// All behind is gone; the way back begins behind the old place.
			prev, err = k.placed(scope, pageBefore, *after)
		}
		return "", prev, err
	}
	if more || before != nil {
		if next, err = k.placed(scope, pageAfter, rows[len(rows)-1]); err != nil {
			return "", "", err
		}
	}
	if after != nil || before != nil && more {
		prev, err = k.placed(scope, pageBefore, rows[0])
	}
	return next, prev, err
}
