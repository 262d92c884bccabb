package contacts

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
)

// EventDigest returns the SHA-256 of all that an event says and of its
// workspace, each part behind its length so that no two events read the same.
// Stores keep it when they redact an event.
func EventDigest(w desk.WorkspaceID, e desk.Event) []byte {
	b := make([]byte, 0, 512)
	str := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	str("deskfolk event 1")
	str(string(w))
	str(string(e.ID))
	b = binary.BigEndian.AppendUint64(b, uint64(e.At.UnixMicro()))
	str(string(e.ActorKind))
	str(e.ActorID)
	str(e.Verb)
	str(e.Subject)
	str(e.Summary)
	if e.Compliance {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	b = binary.AppendUvarint(b, uint64(len(e.Changes)))
	for _, c := range e.Changes {
		str(c.Field)
		str(c.Old)
		str(c.New)
	}
	str(e.Cause)
	sum := sha256.Sum256(b)
	return sum[:]
}

// sealBatch is how many events one seal covers at most.
const sealBatch = 2000

// minSealed is how many events of one change are sealed with it. Of fewer the
// chain would get long, and one statement more would be felt.
const minSealed = 100

// sealHash returns the hash of a seal: over the one before it, its number and
// the digests of its events.
func sealHash(prev []byte, number int64, digests [][]byte) []byte {
	h := sha256.New()
	h.Write([]byte("deskfolk seal 1"))
	h.Write(binary.AppendUvarint(nil, uint64(len(prev))))
	h.Write(prev)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(number)))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(digests))))
	for _, d := range digests {
		h.Write(d)
	}
	return h.Sum(nil)
}

// digestOf returns what stands in the chain for an event: of a redacted one
// the digest that was kept.
func digestOf(w desk.WorkspaceID, e SealedEvent) []byte {
	if e.Redacted {
		return e.Digest
	}
	return EventDigest(w, e.Event)
}

// Seal adds the events that are not in the log's hash chain yet and returns
// their number. Workers do it now and then ([Service.Work]); it is not done
// with each change, since all changes of a workspace would wait for each
// other. It needs MaySettings, or a system actor.
func (s *Service) Seal(ctx context.Context, a desk.Actor) (int, error) {
	const op = "contacts.Seal"
	if err := needUpkeep(a); err != nil {
		return 0, desk.In(op, err)
	}
	n, err := s.seal(ctx, a.Workspace)
	return n, desk.In(op, err)
}

// needUpkeep checks that the actor may do maintenance.
func needUpkeep(a desk.Actor) error {
	if a.Kind == desk.SystemActor {
		return CheckActor(a)
	}
	return need(a, "maintain the workspace", MaySettings)
}

func (s *Service) seal(ctx context.Context, w desk.WorkspaceID) (int, error) {
	total := 0
	for {
		n := 0
		err := s.store.Update(ctx, func(tx Tx) error {
			var err error
			n, err = s.sealOnce(ctx, tx, w)
			return err
		})
		if err != nil {
			return total, err
		}
		if total += n; n < sealBatch {
			return total, nil
		}
	}
}

func (s *Service) sealOnce(ctx context.Context, tx Tx, w desk.WorkspaceID) (int, error) {
	if err := tx.LockLog(ctx, w); err != nil {
		return 0, err
	}
	events, err := tx.SealedEvents(ctx, w, 0, sealBatch)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	last, err := tx.LastSeal(ctx, w)
	if err != nil {
		return 0, err
	}
	ids := make([]desk.EventID, len(events))
	digests := make([][]byte, len(events))
	for i, e := range events {
		ids[i], digests[i] = e.Event.ID, digestOf(w, e)
	}
	return len(events), tx.AddSeal(ctx, w, s.nextSeal(last, digests), ids)
}

// nextSeal is the seal behind last, over events in the order of their ids.
func (s *Service) nextSeal(last Seal, digests [][]byte) Seal {
	next := Seal{Number: last.Number + 1, At: desk.Moment(s.now()), Events: len(digests)}
	next.Hash = sealHash(last.Hash, next.Number, digests)
	return next
}

// record records many events, sealed at once if nobody else seals the log just
// now. Sealing them afterwards would mean to read and write all of them again.
// It has to be the last thing in a short transaction.
func (s *Service) record(ctx context.Context, tx Tx, w desk.WorkspaceID, events []desk.Event) error {
	if len(events) < minSealed {
		return tx.Record(ctx, w, events...)
	}
	slices.SortFunc(events, func(x, y desk.Event) int { return cmp.Compare(x.ID, y.ID) })
	digests := make([][]byte, len(events))
	for i, e := range events { // before the log is locked: it takes its time
		digests[i] = EventDigest(w, e)
	}
	free, err := tx.TryLockLog(ctx, w)
	if err != nil {
		return err
	}
	if !free {
		return tx.Record(ctx, w, events...)
	}
	last, err := tx.LastSeal(ctx, w)
	if err != nil {
		return err
	}
	for len(events) > 0 {
		n := min(len(events), sealBatch)
		last = s.nextSeal(last, digests[:n])
		if err := tx.RecordSealed(ctx, w, last, events[:n]); err != nil {
			return err
		}
		events, digests = events[n:], digests[n:]
	}
	return nil
}

// VerifyLog seals what is not sealed yet and computes the whole chain anew. A
// changed, added or missing event, or seal, is reported, and so are events
// whose text is gone although their contact was not purged. What nothing here
// can show is that the end of the log was cut off: compare [LogReport.Head]
// with one that was kept elsewhere. It needs MaySettings.
func (s *Service) VerifyLog(ctx context.Context, a desk.Actor) (LogReport, error) {
	const op = "contacts.VerifyLog"
	if err := need(a, "verify the log", MaySettings); err != nil {
		return LogReport{}, desk.In(op, err)
	}
	if _, err := s.seal(ctx, a.Workspace); err != nil {
		return LogReport{}, desk.In(op, err)
	}
	v := &verifier{s: s, w: a.Workspace, redacted: map[string]bool{}, purged: map[string]bool{}}
	err := v.run(ctx)
	return v.report, desk.In(op, err)
}

// verifier computes the chain of one workspace anew.
type verifier struct {
	s      *Service
	w      desk.WorkspaceID
	report LogReport
	// redacted and purged are the subjects of such events.
	redacted, purged map[string]bool
}

func (v *verifier) run(ctx context.Context) error {
	var last Seal
	for {
		seals, err := v.s.store.Seals(ctx, v.w, last.Number, desk.MaxPage)
		if err != nil {
			return err
		}
		for _, seal := range seals {
			if err := v.seal(ctx, last, seal); err != nil {
				return err
			}
			last = seal
		}
		if len(seals) < desk.MaxPage {
			break
		}
	}
	v.report.Head = hex.EncodeToString(last.Hash)
	for _, subject := range slices.Sorted(maps.Keys(v.redacted)) {
		if !v.purged[subject] {
			v.report.Broken = append(v.report.Broken, fmt.Sprintf("What the log said of %s is gone, although it was not removed for good.", desk.OneLine(subject)))
		}
	}
	return nil
}

// seal checks one seal against its events and the seal before it, as that one
// is kept: one broken link is reported once.
func (v *verifier) seal(ctx context.Context, prev, seal Seal) error {
	broken := func(format string, args ...any) {
		v.report.Broken = append(v.report.Broken, fmt.Sprintf("Seal %d: ", seal.Number)+fmt.Sprintf(format, args...))
	}
	v.report.Seals++
	if seal.Number != prev.Number+1 {
		broken("the seal before it is missing.")
	}
	events, err := v.s.store.SealedEvents(ctx, v.w, seal.Number, 2*sealBatch)
	if err != nil {
		return err
	}
	digests := make([][]byte, len(events))
	for i, e := range events {
		v.event(e)
		digests[i] = digestOf(v.w, e)
	}
	switch {
	case len(events) != seal.Events:
		broken("it covers %d events, but there are %d.", seal.Events, len(events))
	case !bytes.Equal(sealHash(prev.Hash, seal.Number, digests), seal.Hash):
		broken("an event, or the seal itself, was changed.")
	}
	return nil
}

// event counts an event. Events are redacted when their contact, or what else
// they are about, is purged, which another event says.
func (v *verifier) event(e SealedEvent) {
	v.report.Events++
	switch {
	case e.Redacted:
		v.report.Redacted++
		v.redacted[e.Event.Subject] = true
	case strings.HasSuffix(e.Event.Verb, ".purged"):
		v.purged[e.Event.Subject] = true
	}
}
