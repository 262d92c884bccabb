package contacts

import (
	"context"
	"io"

	"github.com/deskfolk/desk"
)

const unfilled = "contacts: not filled yet"

func (s *Service) FromSender(ctx context.Context, a desk.Actor, from Sender) (c Contact, created bool, err error) {
	panic(unfilled)
}
func (s *Service) Apply(ctx context.Context, a desk.Actor, rows []Incoming, o ApplyOptions) ([]Outcome, error) {
	panic(unfilled)
}
func (s *Service) Profile(ctx context.Context, a desk.Actor, id desk.ContactID, q ProfileQuery) (Profile, error) {
	panic(unfilled)
}
func (s *Service) SubjectAccess(ctx context.Context, a desk.Actor, id desk.ContactID, w io.Writer) error {
	panic(unfilled)
}
func (s *Service) MayCallNow(ctx context.Context, a desk.Actor, id desk.ContactID) (CallCheck, error) {
	panic(unfilled)
}
func (s *Service) Explain(ctx context.Context, a desk.Actor, id desk.ContactID, p desk.Permission) ([]desk.Decision, error) {
	panic(unfilled)
}
func (s *Service) Settings(ctx context.Context, a desk.Actor) (Settings, error) { panic(unfilled) }
func (s *Service) SaveSettings(ctx context.Context, a desk.Actor, set Settings) (Settings, error) {
	panic(unfilled)
}
func (s *Service) Fields(ctx context.Context, a desk.Actor) ([]FieldDef, error)    { panic(unfilled) }
func (s *Service) DefineField(ctx context.Context, a desk.Actor, f FieldDef) error { panic(unfilled) }
func (s *Service) RemoveField(ctx context.Context, a desk.Actor, key string) error { panic(unfilled) }
func (s *Service) Work(ctx context.Context, a desk.Actor) (Worked, error)          { panic(unfilled) }
