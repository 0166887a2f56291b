package console

import "net/http"

// frontRoutes are the routes of the first page.
func (c *Console) frontRoutes() []route {
	return []route{{"GET /{$}", anyone, c.front}}
}

// front leads to the page that answers the month's questions.
func (c *Console) front(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, c.to("/month"), http.StatusSeeOther)
	return nil
}
