package web_test

import (
	"net/http"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk/examples/helpdesk/accounts"
)

// TestOnPostgres goes through the day's work on the other database: a file
// comes in, someone is found, changed, removed and brought back.
func TestOnPostgres(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newPostgresSite(t)
	b := s.signedIn(accounts.Manager)
	p := b.get("/imports").upload("/imports", "people.csv", "first_name,last_name,email,phone,company\nJürgen,Weiß,j.weiss@corp.example,020 7946 0958,Corp\nAnn,Lee,ann@corp.example,,Corp\n")
	settled(p.send(p.path, "")).says("Created 2")
	for _, text := range []string{"weiss", "JÜRGEN", "corp j.w", "0958", "+44 20 7946"} {
		found := b.get("/contacts").send("/contacts", "", "text", text)
		is.Equal(found.rows(), []string{"Jürgen Weiß"}) // text
	}
	p = b.get("/contacts?text=weiss").link("Jürgen Weiß")
	path := p.path
	p.link("Edit").send(path+"/edit", "", "job_title", "Einkäufer").is(http.StatusOK).says("Saved.", "Einkäufer")
	b.get(path+"/field/status").send(path+"/field/status", "", "status", "VIP").is(http.StatusOK)
	is.Equal(b.get("/contacts?status=vip").rows(), []string{"Jürgen Weiß"})
	p = b.get(path).send("/contacts/bulk", "one=delete:"+path[len("/contacts/"):])
	values, _ := p.form("/contacts/bulk")
	values.Set("do", "delete")
	values.Set("confirm", "1")
	b.post("/contacts/bulk", values).says("moved to the recycle bin")
	b.get("/bin").send("/contacts/bulk", "one=restore:"+path[len("/contacts/"):]).says("is back")
	b.get("/activity").send("/activity/verify", "").says("The log is whole")
}
