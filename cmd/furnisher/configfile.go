package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/spf13/cobra"
)

// systemConfig is the configuration file that is read, if it is there, when none is named.
const systemConfig = "/etc/furnisher/furnisher.toml"

// setting is a value that the configuration file or a variable of the environment may give. The variable wins, but for binding ones.
type setting struct{ key, env, says string }

// general settings are those of every command. Their flags, where they have one, win over both.
var general = []setting{
	{"database_url", "DATABASE_URL", "PostgreSQL database to use; empty: a private server"},
	{"database_url_direct", "DATABASE_URL_DIRECT", "address of the same database past a pooler"},
	{"data", "FURNISHER_DATA", "folder of the private server"},
	{"pg_bin", "FURNISHER_PG_BIN", "folder of the private server's programs"},
	{"files", "FURNISHER_FILES", "folder for the bureaus' files"},
	{"keyset", keysetVariable, "file of the keys that seal social security numbers and dates of birth"},
	{"archive_recipients", archiveVariable, "public keys of age for which files that were voided or rejected are encrypted; empty: they are not"},
	{"audit_key", auditKeyVariable, "file of the key that signs heads of the audit log"},
	{"brakes", "FURNISHER_BRAKES", "limits beyond which a night stops, such as delinquent=8%,500 closed=off"},
	{"drift", "FURNISHER_DRIFT", "how far a file may swing from the last three, such as status=8 records=30 least=100"},
	{"eligible", eligibleVariable, "true: each night ends with listing the customers who may be deleted from now on"},
	{"acknowledge", "FURNISHER_ACKNOWLEDGE", "rules whose warnings do not keep a file from its release"},
	{"keep_records", keepVariable, "months for which the records of files are kept (files trim)"},
	{"answer_maps", answerMapsVariable, "file that says how bureaus write their reports of accepted and rejected records"},
	{"destinations", "FURNISHER_DESTINATIONS", "file that says where files are delivered"},
	{"webhook", "FURNISHER_WEBHOOK", "address that outgoing events are posted to"},
	{"webhook_secret_file", "FURNISHER_WEBHOOK_SECRET_FILE", "file of the secret that signs what webhooks get"},
	{"oidc_issuer", "FURNISHER_OIDC_ISSUER", "address of the provider that signs people in to the console by OpenID Connect; empty: none does"},
	{"oidc_client_id", "FURNISHER_OIDC_CLIENT_ID", "what the provider calls the console"},
	{"oidc_client_secret", "FURNISHER_OIDC_CLIENT_SECRET", "file of the secret that the provider has given the console"},
	{"oidc_roles", "FURNISHER_OIDC_ROLES", "claim of its tokens and the roles of groups, the first that fits: groups:admins=supervisor,staff=viewer"},
	{"supervisors", "FURNISHER_SUPERVISORS", "who may release, void and reject files, accept brakes, allow gaps and dates, resolve exceptions, make tokens; empty: everybody"},
	{"four_eyes", "FURNISHER_FOUR_EYES", "true: nobody releases a file whose night they ran, in any attempt, or that they made again"},
}

// binding are the settings that the file keeps: they bind the person who could set the variable.
var binding = []string{"supervisors", "four_eyes"}

// truths are the settings that are true or false.
var truths = []string{"four_eyes", "eligible"}

// configurable lists the flags that a command takes from the file, in a table of its own, or from the environment: what a machine
// keeps, not what a person decides for one night.
var configurable = []struct {
	command string
	flags   []string
}{
	{"run", []string{"workers", "patience"}},
	{"catch-up", []string{"workers", "patience", "timezone"}},
	{"schedule", []string{"cron", "timezone", "before", "import", "give-up", "alert-command", "alert-webhook", "late", "listen", "workers", "patience"}},
	{"import", []string{"max-bad"}},
	{"serve", []string{"base", "proxied", "origin", "trusted-proxy", "idle", "lifetime", "listen", "late", "timezone", "tls-cert", "tls-key", "rate", "burst", "request-timeout", "upload-timeout", "max-body", "max-upload"}},
}

// ofFlag is the setting of a command's flag: schedule.give_up and FURNISHER_SCHEDULE_GIVE_UP for --give-up.
func ofFlag(command, flag string) setting {
	key := strings.ReplaceAll(command+"."+flag, "-", "_")
	return setting{key: key, env: "FURNISHER_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))}
}

// config is what the configuration file says.
type config struct {
	path   string            // empty: there is none
	values map[string]string // by key
}

// configure reads the configuration file, if there is one, and gives the command what it and the environment say.
func (a *app) configure(c *cobra.Command) (err error) {
	if a.config, err = readConfig(a.configPath()); err != nil {
		return err
	}
	if a.environment == nil { // a completion configures twice
		a.environment = a.getenv
	}
	byEnv := map[string]string{}
	for _, s := range general {
		value, from := a.valueOf(s)
		if byEnv[s.env] = value; from == fromEnvironment && slices.Contains(truths, s.key) {
			if _, err := truth(s.env, value); err != nil {
				return err
			}
		}
	}
	a.getenv = func(name string) string { return cmp.Or(byEnv[name], a.environment(name)) }
	for _, of := range configurable {
		if c.CommandPath() != "furnisher "+of.command {
			continue
		}
		for _, name := range of.flags {
			flag, s := c.Flags().Lookup(name), ofFlag(of.command, name)
			value, from := a.valueOf(s)
			if flag.Changed || value == "" {
				continue
			}
			if err := flag.Value.Set(value); err != nil {
				where := s.env
				if from == fromFile {
					where = a.config.path + ": " + s.key
				}
				return &ending{err: fmt.Errorf("%s: %w", where, err), code: exitUsage, hint: hintHelp(c.CommandPath())}
			}
		}
	}
	return nil
}

// configPath is the configuration file that is named, or empty.
func (a *app) configPath() string {
	if a.settings.config != "" {
		return a.settings.config
	}
	return a.getenv("FURNISHER_CONFIG")
}

// Where a setting comes from, besides a flag.
const (
	fromEnvironment = "environment"
	fromFile        = "file"
	fromDefault     = "default"
)

// valueOf is the value of a setting and where it comes from; empty if neither the environment nor the file has it.
func (a *app) valueOf(s setting) (value, from string) {
	if v := a.environment(s.env); v != "" && (a.config.values[s.key] == "" || !slices.Contains(binding, s.key)) {
		return v, fromEnvironment
	}
	if v := a.config.values[s.key]; v != "" {
		return v, fromFile
	}
	return "", ""
}

// readConfig reads the configuration file of a path, or that of the system if no path is given and it is there.
func readConfig(path string) (config, error) {
	c := config{path: path}
	wrong := func(format string, args ...any) (config, error) {
		return config{}, &ending{err: fmt.Errorf("%s: "+format, append([]any{c.path}, args...)...), code: exitUsage, hint: "furnisher config show --help lists what the file may hold"}
	}
	if path == "" {
		c.path = systemConfig
	}
	var tables map[string]any
	_, err := toml.DecodeFile(c.path, &tables)
	var file *fs.PathError
	var syntax toml.ParseError
	switch {
	case path == "" && errors.Is(err, fs.ErrNotExist):
		return config{}, nil
	case errors.As(err, &file):
		return wrong("%w", file.Err)
	case errors.As(err, &syntax): // its own text shows the line, which may hold a password
		return wrong("line %d: it is not TOML", syntax.Position.Line)
	case err != nil:
		return wrong("it is not TOML")
	}
	if c.path, err = filepath.Abs(c.path); err != nil {
		return wrong("%w", err)
	}
	c.values = map[string]string{}
	known := knownKeys()
	for key, value := range flat("", tables) {
		text, ok := settingText(value)
		switch {
		case !slices.Contains(known, key):
			return wrong("there is no setting %q", key)
		case !ok:
			return wrong("%s: neither text, a number, a list of texts, true nor false", key)
		case slices.Contains(truths, key) && text != "true" && text != "false":
			return wrong("%s: neither true nor false", key)
		}
		c.values[key] = text
	}
	return c, nil
}

// knownKeys lists what the file may hold.
func knownKeys() []string {
	var keys []string
	for _, s := range general {
		keys = append(keys, s.key)
	}
	for _, of := range configurable {
		for _, name := range of.flags {
			keys = append(keys, ofFlag(of.command, name).key)
		}
	}
	return keys
}

// flat lists the values of tables by their dotted keys.
func flat(prefix string, tables map[string]any) map[string]any {
	values := map[string]any{}
	for key, value := range tables {
		if below, is := value.(map[string]any); is {
			for k, v := range flat(prefix+key+".", below) {
				values[k] = v
			}
			continue
		}
		values[prefix+key] = value
	}
	return values
}

// settingText is a value of the file as it would stand in the environment: the texts of a list with spaces between them.
func settingText(value any) (string, bool) {
	switch v := value.(type) {
	case string, bool, int64, float64:
		return fmt.Sprint(v), true
	case []any:
		words := make([]string, len(v))
		for i, word := range v {
			text, is := word.(string)
			if !is {
				return "", false
			}
			words[i] = text
		}
		return strings.Join(words, " "), true
	}
	return "", false
}

// shownSetting is a setting as `config show` prints it.
type shownSetting struct {
	Key      string `json:"key"`
	Variable string `json:"variable"`
	Value    string `json:"value"`
	From     string `json:"from"`
}

func (a *app) configCommand() *cobra.Command {
	var asJSON bool
	show := &cobra.Command{
		Use: "show", Short: "show each setting, and where it comes from", Args: cobra.NoArgs,
		Long: `Shows what every command goes by on this machine: a flag wins over a variable of the environment, that over the configuration
file, and that over what the program has out of the box. The file is the one that --config or FURNISHER_CONFIG names, else
` + systemConfig + ` if it is there. It is TOML, for example

  database_url = "postgres://furnisher@db.example.internal/furnisher?sslmode=verify-full"
  files = "/var/lib/furnisher/files"

  [schedule]
  cron = "15 23 * * *"
  timezone = "America/New_York"

A password in an address is not shown, nor the address of a webhook. The file may hold

` + listSettings(),
	}
	show.RunE = func(c *cobra.Command, _ []string) error {
		a.begun = true
		shown := a.shownSettings(c.Root())
		if asJSON {
			return printJSON(a.stdout, shown)
		}
		rows := make([][]any, len(shown))
		for i, s := range shown {
			rows[i] = []any{s.Key, s.Variable, dash(s.Value), s.From}
		}
		file := a.config.path
		if file == "" {
			file = "none"
		}
		if err := a.say("configuration file: %s\n\n", file); err != nil {
			return err
		}
		return printTable(a.stdout, []string{"setting", "variable", "value", "from"}, rows)
	}
	jsonFlag(show, &asJSON)
	return group("config", "show the settings of this machine", show)
}

// listSettings lists what the file may hold: settings of every command, and tables of flags.
func listSettings() string {
	var list strings.Builder
	for _, s := range general {
		fmt.Fprintf(&list, "  %-20s %s\n", s.key, s.says)
	}
	for _, of := range configurable {
		fmt.Fprintf(&list, "  %-20s flags of furnisher %s: %s\n", "["+strings.ReplaceAll(of.command, "-", "_")+"]", of.command, strings.ReplaceAll(strings.Join(of.flags, ", "), "-", "_"))
	}
	return strings.TrimSuffix(list.String(), "\n")
}

func (a *app) shownSettings(root *cobra.Command) []shownSetting {
	var shown []shownSetting
	for _, s := range general {
		value, from := a.valueOf(s)
		if flag := root.PersistentFlags().Lookup(strings.ReplaceAll(s.key, "_", "-")); flag != nil && flag.Changed {
			value, from = flag.Value.String(), "--"+flag.Name
		}
		if from == "" {
			value, from = a.outOfTheBox(s.key), fromDefault
		}
		shown = append(shown, shownSetting{s.key, s.env, withoutPassword(s.key, value), from})
	}
	for _, of := range configurable {
		command, _, err := root.Find([]string{of.command})
		if err != nil {
			continue
		}
		for _, name := range of.flags {
			s := ofFlag(of.command, name)
			value, from := a.valueOf(s)
			if from == "" {
				value, from = command.Flags().Lookup(name).DefValue, fromDefault
			}
			shown = append(shown, shownSetting{s.key, s.env, withoutPassword(s.key, value), from})
		}
	}
	return shown
}

// outOfTheBox is the value of a general setting that nobody gave.
func (a *app) outOfTheBox(key string) (value string) {
	switch key {
	case "data":
		value, _ = a.dataDir() // a folder that cannot be named is shown as none; doctor says why
	case "files":
		value, _ = a.filesDir()
	}
	return value
}

// withoutPassword is a setting's value as it may be shown. The address of a webhook is often a secret as a whole.
func withoutPassword(key, value string) string {
	if strings.HasSuffix(key, "webhook") && value != "" {
		return "(set)"
	}
	if !strings.HasPrefix(key, "database_url") || value == "" {
		return value
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme == "" {
		return "(set)"
	}
	query := u.Query()
	if query.Has("password") {
		query.Set("password", "xxxxx")
		u.RawQuery = query.Encode()
	}
	return u.Redacted()
}
