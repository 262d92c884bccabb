package contacts

import (
	"context"
	"io"
	"iter"

	"github.com/deskfolk/desk"
)

const unfilled = "contacts: not filled yet"

func (s *Service) Create(ctx context.Context, a desk.Actor, n NewContact) (Contact, error) { panic(unfilled) }
func (s *Service) Get(ctx context.Context, a desk.Actor, id desk.ContactID) (Contact, error) {
	panic(unfilled)
}
func (s *Service) GetByEmail(ctx context.Context, a desk.Actor, email string) (Contact, error) {
	panic(unfilled)
}
func (s *Service) GetByExternal(ctx context.Context, a desk.Actor, source, key string) (Contact, error) {
	panic(unfilled)
}
func (s *Service) Update(ctx context.Context, a desk.Actor, id desk.ContactID, version int64, p Patch) (Contact, error) {
	panic(unfilled)
}
func (s *Service) List(ctx context.Context, a desk.Actor, q Query, p desk.Page) (List, error) {
	panic(unfilled)
}
func (s *Service) All(ctx context.Context, a desk.Actor, q Query) iter.Seq2[Contact, error] {
	panic(unfilled)
}
func (s *Service) Match(ctx context.Context, a desk.Actor, who Identity) ([]Contact, error) {
	panic(unfilled)
}
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
