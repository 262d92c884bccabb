package main

import (
	"flag"
	"os"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/examples/helpdesk/web"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/notify/sms"
	"github.com/deskfolk/desk/notify/whatsapp"
)

// The variables of the environment that hold the tokens of the providers: flags
// are seen by everyone on the machine.
const (
	whatsAppToken = "HELPDESK_WHATSAPP_TOKEN"
	smsToken      = "HELPDESK_SMS_TOKEN"
)

// textFlags say how messages to phones are sent.
type textFlags struct {
	whatsApp, whatsAppURL, whatsAppToken, templates string
	sms, smsFrom, smsToken                          string
}

func (t *textFlags) register(f *flag.FlagSet) {
	f.StringVar(&t.whatsApp, "whatsapp", "", "the `ID` of the sending number at WhatsApp's Cloud API; the token is in "+whatsAppToken+". Without it messages are caught, not sent")
	f.StringVar(&t.whatsAppToken, "whatsapp-token-file", "", "a `FILE` with the token of WhatsApp, in place of the variable")
	f.StringVar(&t.whatsAppURL, "whatsapp-url", "", "the `URL` of the Cloud API (default: Meta's)")
	f.StringVar(&t.templates, "whatsapp-templates", "", `a JSON `+"`FILE`"+` with the approved templates, [{"name": …, "language": …, "text": "Hello {{1}}."}]`)
	f.StringVar(&t.sms, "sms", "", "how SMS are sent, twilio:ACCOUNT or the `URL` of a service that takes JSON; the token is in "+smsToken+". Without it messages are caught, not sent")
	f.StringVar(&t.smsFrom, "sms-from", "", "the `NUMBER` or name that SMS come from; of Twilio also a messaging service (MG…)")
	f.StringVar(&t.smsToken, "sms-token-file", "", "a `FILE` with the token of the SMS service, in place of the variable")
}

// caught reports whether messages of a channel are kept instead of being sent.
func (t *textFlags) caught() bool { return t.whatsApp == "" || t.sms == "" }

// approved are the templates of the file, none without one.
func (t *textFlags) approved() ([]web.ApprovedTemplate, error) {
	if t.templates == "" {
		return nil, nil
	}
	data, err := os.ReadFile(t.templates)
	if err != nil {
		return nil, wrongUse("the file of --whatsapp-templates cannot be read.")
	}
	all, err := web.ParseApproved(data)
	if err != nil {
		return nil, wrongUse("%s", desk.MessageOf(err))
	}
	return all, nil
}

// senders adds those of the two channels; what none is set up for is caught.
func (t *textFlags) senders(all map[notify.Channel]notify.Sender, caught notify.Sender) error {
	all[notify.WhatsApp], all[notify.SMS] = caught, caught
	if t.whatsApp != "" {
		token, err := token(whatsAppToken, "whatsapp-token-file", t.whatsAppToken)
		if err != nil {
			return err
		}
		s, err := whatsapp.New(whatsapp.Config{PhoneNumberID: t.whatsApp, Token: token, Endpoint: t.whatsAppURL})
		if err != nil {
			return wrongUse("%s", desk.MessageOf(err))
		}
		all[notify.WhatsApp] = s
	}
	if t.sms == "" {
		return nil
	}
	s, err := t.smsSender()
	if err == nil {
		all[notify.SMS] = s
	}
	return err
}

// smsSender sends by Twilio, or by a service that takes JSON.
func (t *textFlags) smsSender() (notify.Sender, error) {
	token, err := token(smsToken, "sms-token-file", t.smsToken)
	if err != nil {
		return nil, err
	}
	var s notify.Sender
	if account, ok := strings.CutPrefix(t.sms, "twilio:"); ok {
		c := sms.Twilio{AccountSID: account, AuthToken: token, From: t.smsFrom}
		if strings.HasPrefix(t.smsFrom, "MG") {
			c.From, c.ServiceSID = "", t.smsFrom
		}
		s, err = sms.NewTwilio(c)
	} else {
		s, err = sms.NewService(sms.Service{URL: t.sms, From: t.smsFrom, Token: token})
	}
	if err != nil {
		return nil, wrongUse("%s", desk.MessageOf(err))
	}
	return s, nil
}

// token reads a secret from a file, or from the environment where there is none.
func token(variable, name, file string) (string, error) {
	if file == "" {
		return os.Getenv(variable), nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", wrongUse("the file of --%s cannot be read.", name)
	}
	return strings.TrimSpace(string(data)), nil
}
