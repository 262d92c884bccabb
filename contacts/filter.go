package contacts

import "net/url"

// FilterNames lists the names that [Filter.Values] writes, but for custom
// fields, whose name is "custom." and the key.
var FilterNames = []string{
	"active", "status", "kind", "company", "no_company", "owner", "login", "portal", "source",
	"created_from", "created_until", "updated_from", "updated_until", "id", "binned",
}

// Values writes the filter as the query of a URL.
func (f Filter) Values() url.Values { panic("contacts: not filled yet") }

// ParseFilter reads a filter from the query of a URL. Names that are not a
// filter's are passed over, so that other values can stand in the same URL;
// see [FilterNames].
func ParseFilter(v url.Values) (Filter, error) { panic("contacts: not filled yet") }

// Values writes the query as that of a URL: the filter's values and "text",
// "sort", "desc" and "count".
func (q Query) Values() url.Values { panic("contacts: not filled yet") }

// ParseQuery reads what [Query.Values] writes.
func ParseQuery(v url.Values) (Query, error) { panic("contacts: not filled yet") }
