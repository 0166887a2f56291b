package console

import (
	"context"
	"fmt"
	"strings"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
	"github.com/furnisher/furnisher/rules"
)

// second is the name of the second person whom a form names, as users are called. It is a supervisor of the console other than who sends
// the form: a name that nobody has, or that is the sender's in capitals, approves nothing. Empty: the form names nobody.
func (c *Console) second(ctx context.Context, named string) (string, error) {
	named = strings.ToLower(strings.TrimSpace(named))
	if named == "" {
		return "", nil
	}
	if rules.SamePerson(named, who(ctx).Name) {
		return "", fmt.Errorf("%w: who approves is another person than you", servicing.ErrRefused)
	}
	may, err := inquiry.UserMay(ctx, c.DB, named, string(servicing.Supervisor), c.Now())
	if err == nil && !may {
		err = fmt.Errorf("%w: who approves is a supervisor of this console, by the name to sign in with", servicing.ErrRefused)
	}
	return named, err
}
