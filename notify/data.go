package notify

import (
	"html/template"
	"time"
)

// Data is what a template is filled with. All of it is data: what it says is
// never read as a template, and the HTML part shows it escaped.
type Data struct {
	Workspace struct {
		Name, URL string
	}
	Contact struct {
		Name, FirstName string
	}
	// Ticket is empty (Number 0) for messages that are of none.
	Ticket struct {
		Number               int64
		Subject, Status, URL string
	}
	// Message is the public message that the notification is of.
	Message struct {
		Author, Text string
		// HTML is sanitised; it holds what Text says, marked up.
		HTML template.HTML
		// Files names the attachments, with commas between.
		Files string
	}
	// Item is a form, a task, or what else the message is of.
	Item struct {
		Title, Text, URL string
		Due              time.Time
	}
}

// SampleData returns the data that previews are filled with.
func SampleData() Data {
	var d Data
	d.Workspace.Name, d.Workspace.URL = "Example Ltd", "https://help.example.com"
	d.Contact.Name, d.Contact.FirstName = "Maria Lindqvist", "Maria"
	d.Ticket.Number, d.Ticket.Subject, d.Ticket.Status = 1042, "The printer on the second floor", "In progress"
	d.Ticket.URL = "https://help.example.com/portal/tickets/1042"
	d.Message.Author = "Robin Keller"
	d.Message.Text = "Thank you for the photo. We have ordered the part; it comes on Thursday.\n\nUntil then please use the printer next to the kitchen."
	d.Message.HTML = "<p>Thank you for the photo. We have ordered the part; it comes on <b>Thursday</b>.</p><p>Until then please use the printer next to the kitchen.</p>"
	d.Message.Files = "order.pdf"
	d.Item.Title, d.Item.Text = "Where the printer stands", "Please tell us room and floor."
	d.Item.URL, d.Item.Due = "https://help.example.com/portal/tasks", time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)
	return d
}
