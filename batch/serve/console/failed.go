package console

import (
	"errors"
	"net/http"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/serve"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// trouble is what a person reads of an error, and what to do next.
type trouble struct {
	status       int
	Title, Words string
	Rule         string // the id of the rule that refused it, if one did
}

// troubles gives the words for errors of other packages.
var troubles = []struct {
	is error
	trouble
}{
	{errNoPage, trouble{404, "There is no such page", "The address may be of a former version, or cut off. The navigation leads to every page.", ""}},
	{errSimulationGone, trouble{404, "That simulation is not known any more", "The program was started anew since, or others were asked for after it. Simulate once more.", ""}},
	{errJobGone, trouble{404, "What became of this is not known any more", "The program was started anew since, or others were asked for after it. The page Tonight shows how the night stands. A dry run has changed nothing.", ""}},
	{inquiry.ErrNotFound, trouble{404, "The book has nothing with that id", "Check the id, or search for the account.", ""}},
	{servicing.ErrUnknown, trouble{404, "The book has nothing with that id", "Check the id, or search for the account.", ""}},
	{inquiry.ErrSeveral, trouble{409, "Several loans have that account number", "Use the loan's id.", ""}},
	{inquiry.ErrBadPage, trouble{400, "The list has no such part", "Begin at the start of the list.", ""}},
	{errForbidden, trouble{403, "Your role may not do that", "Ask a supervisor to do it, or to change your role.", ""}},
	{errCrossSite, trouble{403, "The form came from another site", "Nothing was changed. If you did not send it, close the page that did.", ""}},
	{servicing.ErrForbidden, trouble{403, "Only a supervisor may do that", "Ask somebody else who is one: two people are needed.", ""}},
	{errForm, trouble{400, "The form could not be read", "Go back, load the page again and fill it in anew. Nothing was changed.", ""}},
	{servicing.ErrInvalid, trouble{400, "The form is not complete", "Go back and mend what the sentence below names. Nothing was changed.", ""}},
	{servicing.ErrRefused, trouble{409, "As things are, a rule refuses it", "Nothing was changed.", ""}},
	{servicing.ErrKeyUsed, trouble{409, "This form was sent before with other words", "Load the page again: it shows what was done.", ""}},
	{servicing.ErrBusy, trouble{503, "An import or a night holds the loans", "Send the form again in a minute. It is done once.", ""}},
}

// failed answers with the page of an error. What is no word of ours goes to the log by the id of the request, not to the page: it may
// hold a person's data.
func (c *Console) failed(w http.ResponseWriter, r *http.Request, err error) {
	said := trouble{500, "The console failed", "Nothing was done, or it was done once: load the page again. The log says why, by the id of the request.", ""}
	known := false
	for _, t := range troubles {
		if errors.Is(err, t.is) {
			said, known = t.trouble, true
			break
		}
	}
	if !known && c.Away != nil && c.Away(err) {
		said, known = trouble{503, "The database cannot be reached", "Load the page again in a minute. A form that was sent is done once.", ""}, true
	}
	if refusal, is := errors.AsType[*rules.Refusal](err); is {
		said.Rule = refusal.Rule
	}
	if !known {
		c.Log.WithField("request", serve.RequestID(r.Context())).WithError(err).Error("console failed")
	}
	detail := ""
	if errors.Is(err, servicing.ErrInvalid) || errors.Is(err, servicing.ErrRefused) {
		detail = err.Error()
	}
	data := struct {
		trouble
		Detail, Request string
	}{said, detail, serve.RequestID(r.Context())}
	if shown := c.show(w, r, page{Name: "failed", Title: said.Title, Status: said.status, Data: data}); shown != nil {
		http.Error(w, "The console failed.", http.StatusInternalServerError)
	}
}
