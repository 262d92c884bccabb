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
func (s *Service) Bulk(ctx context.Context, a desk.Actor, sel Selection, do Action) ([]BulkResult, error) {
	panic(unfilled)
}
func (s *Service) PreviewRemoval(ctx context.Context, a desk.Actor, ids []desk.ContactID) (Removal, error) {
	panic(unfilled)
}
func (s *Service) Delete(ctx context.Context, a desk.Actor, ids ...desk.ContactID) error {
	panic(unfilled)
}
func (s *Service) Restore(ctx context.Context, a desk.Actor, id desk.ContactID) (Restored, error) {
	panic(unfilled)
}
func (s *Service) Purge(ctx context.Context, a desk.Actor, ids ...desk.ContactID) error {
	panic(unfilled)
}
func (s *Service) EmptyBin(ctx context.Context, a desk.Actor) (int, error) { panic(unfilled) }
func (s *Service) Apply(ctx context.Context, a desk.Actor, rows []Incoming, o ApplyOptions) ([]Outcome, error) {
	panic(unfilled)
}
func (s *Service) Profile(ctx context.Context, a desk.Actor, id desk.ContactID, q ProfileQuery) (Profile, error) {
	panic(unfilled)
}
func (s *Service) Activity(ctx context.Context, a desk.Actor, id desk.ContactID, f ActivityFilter, p desk.Page) (ActivityList, error) {
	panic(unfilled)
}
func (s *Service) Log(ctx context.Context, a desk.Actor, f ActivityFilter, p desk.Page) (ActivityList, error) {
	panic(unfilled)
}
func (s *Service) VerifyLog(ctx context.Context, a desk.Actor) (LogReport, error) { panic(unfilled) }
func (s *Service) Seal(ctx context.Context, a desk.Actor) (int, error)            { panic(unfilled) }
func (s *Service) SubjectAccess(ctx context.Context, a desk.Actor, id desk.ContactID, w io.Writer) error {
	panic(unfilled)
}
func (s *Service) MayCallNow(ctx context.Context, a desk.Actor, id desk.ContactID) (CallCheck, error) {
	panic(unfilled)
}
func (s *Service) Explain(ctx context.Context, a desk.Actor, id desk.ContactID, p desk.Permission) ([]desk.Decision, error) {
	panic(unfilled)
}
func (s *Service) CreateCompany(ctx context.Context, a desk.Actor, name string, domains []string) (Company, error) {
	panic(unfilled)
}
func (s *Service) GetCompany(ctx context.Context, a desk.Actor, id desk.CompanyID) (Company, error) {
	panic(unfilled)
}
func (s *Service) UpdateCompany(ctx context.Context, a desk.Actor, id desk.CompanyID, version int64, p CompanyPatch) (Company, error) {
	panic(unfilled)
}
func (s *Service) ListCompanies(ctx context.Context, a desk.Actor, text string, p desk.Page) (CompanyList, error) {
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
