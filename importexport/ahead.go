package importexport

// The most that is read of a file before its columns are matched.
const (
	aheadRecords = 200
	aheadBytes   = 2 << 20
)

// ahead reads records of a file in advance, as samples by which its columns
// are matched, and then gives all of them in their order.
type ahead struct {
	next func() (Record, error)
	rows []Record
	err  error
}

func readAhead(next func() (Record, error)) *ahead {
	a := &ahead{next: next}
	for size := 0; len(a.rows) < aheadRecords && size < aheadBytes; {
		rec, err := next()
		if err != nil {
			a.err = err
			break
		}
		a.rows = append(a.rows, rec)
		for _, c := range rec.Cells {
			size += len(c)
		}
	}
	return a
}

// samples are the records that were read in advance.
func (a *ahead) samples() []Record { return a.rows }

// Next returns the next record, first those that were read in advance. An
// error comes when they are used up, and stays.
func (a *ahead) Next() (Record, error) {
	if len(a.rows) > 0 {
		rec := a.rows[0]
		a.rows[0] = Record{}
		a.rows = a.rows[1:]
		return rec, nil
	}
	if a.err != nil {
		return Record{}, a.err
	}
	rec, err := a.next()
	a.err = err
	return rec, err
}
