package contacts

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

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
		return a.Check()
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
	next := Seal{Number: last.Number + 1, At: moment(s.now()), Events: len(events)}
	next.Hash = sealHash(last.Hash, next.Number, digests)
	return len(events), tx.AddSeal(ctx, w, next, ids)
}

// VerifyLog seals what is not sealed yet and computes the whole chain anew. A
// changed, added or missing event, or seal, is reported. It needs MaySettings.
func (s *Service) VerifyLog(ctx context.Context, a desk.Actor) (LogReport, error) {
	const op = "contacts.VerifyLog"
	if err := need(a, "verify the log", MaySettings); err != nil {
		return LogReport{}, desk.In(op, err)
	}
	if _, err := s.seal(ctx, a.Workspace); err != nil {
		return LogReport{}, desk.In(op, err)
	}
	r, err := s.verify(ctx, a.Workspace)
	return r, desk.In(op, err)
}

func (s *Service) verify(ctx context.Context, w desk.WorkspaceID) (LogReport, error) {
	var r LogReport
	var last Seal
	for {
		seals, err := s.store.Seals(ctx, w, last.Number, desk.MaxPage)
		if err != nil {
			return r, err
		}
		for _, seal := range seals {
			if err := s.verifySeal(ctx, w, &r, last, seal); err != nil {
				return r, err
			}
			last = seal
		}
		if len(seals) < desk.MaxPage {
			r.Head = hex.EncodeToString(last.Hash)
			return r, nil
		}
	}
}

// verifySeal checks one seal against its events and the seal before it, as
// that one is kept: one broken link is reported once.
func (s *Service) verifySeal(ctx context.Context, w desk.WorkspaceID, r *LogReport, prev, seal Seal) error {
	broken := func(format string, args ...any) {
		r.Broken = append(r.Broken, fmt.Sprintf("Seal %d: ", seal.Number)+fmt.Sprintf(format, args...))
	}
	r.Seals++
	if seal.Number != prev.Number+1 {
		broken("the seal before it is missing.")
	}
	events, err := s.store.SealedEvents(ctx, w, seal.Number, 2*sealBatch)
	if err != nil {
		return err
	}
	digests := make([][]byte, len(events))
	for i, e := range events {
		r.Events++
		if e.Redacted {
			r.Redacted++
		}
		digests[i] = digestOf(w, e)
	}
	switch {
	case len(events) != seal.Events:
		broken("it covers %d events, but there are %d.", seal.Events, len(events))
	case !bytes.Equal(sealHash(prev.Hash, seal.Number, digests), seal.Hash):
		broken("an event, or the seal itself, was changed.")
	}
	return nil
}
