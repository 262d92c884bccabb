package notify

// The default words. They say first what happened, then what to do.

const greetText = "{{if .Contact.FirstName}}Hello {{.Contact.FirstName}},{{else}}Hello,{{end}}\n\n"

const (
	greetHTML  = "<p>{{if .Contact.FirstName}}Hello {{.Contact.FirstName}},{{else}}Hello,{{end}}</p>\n"
	ticketText = "{{if .Ticket.URL}}\nOpen the request: {{.Ticket.URL}}\n{{end}}"
	ticketHTML = "{{if .Ticket.URL}}<p><a href=\"{{.Ticket.URL}}\">Open the request</a></p>{{end}}"
	quoteText  = "{{.Message.Text}}\n{{if .Message.Files}}\nAttached: {{.Message.Files}}\n{{end}}"
	quoteHTML  = "<div dir=\"auto\">{{if .Message.HTML}}{{.Message.HTML}}{{else}}<p style=\"white-space:pre-wrap\">{{.Message.Text}}</p>{{end}}</div>\n" +
		"{{if .Message.Files}}<p>Attached: {{.Message.Files}}</p>\n{{end}}"
	itemText = "{{if .Item.Text}}{{.Item.Text}}\n{{end}}{{if not .Item.Due.IsZero}}Due: {{date .Item.Due}}\n{{end}}{{if .Item.URL}}\nOpen it here: {{.Item.URL}}\n{{end}}"
	itemHTML = "{{if .Item.Text}}<p>{{.Item.Text}}</p>\n{{end}}{{if not .Item.Due.IsZero}}<p>Due: {{date .Item.Due}}</p>\n{{end}}" +
		"{{if .Item.URL}}<p><a href=\"{{.Item.URL}}\">Open it</a></p>{{end}}"
)

var (
	defaultCreated = Template{
		Subject: "We have your request: {{.Ticket.Subject}}",
		Text:    greetText + "We have received your request #{{.Ticket.Number}}, “{{.Ticket.Subject}}”, and will answer as soon as we can.\n\nTo add something, reply to this message.\n" + ticketText,
		HTML: greetHTML + "<p>We have received your request #{{.Ticket.Number}}, “<b dir=\"auto\">{{.Ticket.Subject}}</b>”, and will answer as soon as we can.</p>\n" +
			"<p>To add something, reply to this message.</p>\n" + ticketHTML,
	}
	defaultCommented = Template{
		Subject: "Re: {{.Ticket.Subject}}",
		Text:    "{{default \"We\" .Message.Author}} wrote:\n\n" + quoteText + ticketText,
		HTML:    "<p><b dir=\"auto\">{{default \"We\" .Message.Author}}</b> wrote:</p>\n" + quoteHTML + ticketHTML,
	}
	defaultUpdated = Template{
		Subject: "Request #{{.Ticket.Number}} is now {{.Ticket.Status}}: {{.Ticket.Subject}}",
		Text:    greetText + "The status of request #{{.Ticket.Number}}, “{{.Ticket.Subject}}”, is now: {{.Ticket.Status}}.\n" + ticketText,
		HTML:    greetHTML + "<p>The status of request #{{.Ticket.Number}}, “<b dir=\"auto\">{{.Ticket.Subject}}</b>”, is now: <b>{{.Ticket.Status}}</b>.</p>\n" + ticketHTML,
	}
	defaultClosed = Template{
		Subject: "Request #{{.Ticket.Number}} is closed: {{.Ticket.Subject}}",
		Text:    greetText + "Request #{{.Ticket.Number}}, “{{.Ticket.Subject}}”, has been closed.\n\nIf something is still open, reply to this message.\n" + ticketText,
		HTML: greetHTML + "<p>Request #{{.Ticket.Number}}, “<b dir=\"auto\">{{.Ticket.Subject}}</b>”, has been closed.</p>\n" +
			"<p>If something is still open, reply to this message.</p>\n" + ticketHTML,
	}
	defaultParticipant = Template{
		Subject: "You were added to request #{{.Ticket.Number}}: {{.Ticket.Subject}}",
		Text:    greetText + "You now take part in request #{{.Ticket.Number}}, “{{.Ticket.Subject}}”. You get its replies, and can reply yourself.\n" + ticketText,
		HTML: greetHTML + "<p>You now take part in request #{{.Ticket.Number}}, “<b dir=\"auto\">{{.Ticket.Subject}}</b>”. " +
			"You get its replies, and can reply yourself.</p>\n" + ticketHTML,
	}
	defaultReceived = Template{
		Subject: "We have received your message{{if .Ticket.Number}} [#{{.Ticket.Number}}]{{end}}",
		Text:    "Hello,\n\nThank you for your message. A person will read it and answer.\n\nThis acknowledgement was sent automatically. To add something, reply to it.\n",
		HTML: "<p>Hello,</p>\n<p>Thank you for your message. A person will read it and answer.</p>\n" +
			"<p>This acknowledgement was sent automatically. To add something, reply to it.</p>\n",
	}
	defaultForm = Template{
		Subject: "Please fill in: {{default \"a form\" .Item.Title}}",
		Text:    greetText + "{{.Workspace.Name}} asks you to fill in the form “{{default \"a form\" .Item.Title}}”.\n\n" + itemText,
		HTML:    greetHTML + "<p>{{.Workspace.Name}} asks you to fill in the form “<b dir=\"auto\">{{default \"a form\" .Item.Title}}</b>”.</p>\n" + itemHTML,
	}
	defaultTask = Template{
		Subject: "A task for you: {{default \"a task\" .Item.Title}}",
		Text:    greetText + "There is a task for you at {{.Workspace.Name}}: “{{default \"a task\" .Item.Title}}”.\n\n" + itemText,
		HTML:    greetHTML + "<p>There is a task for you at {{.Workspace.Name}}: “<b dir=\"auto\">{{default \"a task\" .Item.Title}}</b>”.</p>\n" + itemHTML,
	}
	defaultMarketing = Template{
		Subject: "{{default \"News from us\" .Item.Title}}",
		Text:    greetText + itemText,
		HTML:    greetHTML + itemHTML,
	}
)
