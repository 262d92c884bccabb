package contacts

// FieldNames lists the fields of a contact by the names that errors,
// restrictions (behind "contact."), exports and imports use. Custom fields are
// named "custom." and their key. "phone" is the primary one of "phones"; a
// restriction of either restricts both.
var FieldNames = []string{
	"id", "external_id", "first_name", "last_name", "display_name", "email", "emails", "phone", "phones",
	"company", "job_title", "division", "street", "city", "region", "postal_code", "country",
	"kind", "status", "active", "marketing_opt_out", "owner", "time_zone", "language", "notes",
	"do_not_call", "call_hours", "portal_access", "login_source", "locked_to_company",
	"source", "created_at", "updated_at",
}
