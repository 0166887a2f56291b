package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/metro2"
)

// Values of the flags of `metro2 convert`.
var (
	targets  = map[string]metro2.Target{"character": metro2.ToCharacter, "packed": metro2.ToPacked, "json": metro2.ToJSON}
	lineEnds = map[string]string{"": "", "crlf": "\r\n", "lf": "\n", "none": metro2.NoLineEnd}
	blocks   = map[string]metro2.Blocks{"": metro2.UsualBlocks, "none": metro2.NoBlocks, "record": metro2.RecordBlocks, "full": metro2.FullBlocks}
)

func (a *app) convertCommand() *cobra.Command {
	var to, lineEnd, blocking, fixed, out string
	var options metro2.ConvertOptions
	c := &cobra.Command{
		Use: "convert FILE --to character|packed|json", Short: "convert a Metro 2 file to character form, packed form or JSON lines", Args: cobra.ExactArgs(1),
		Long: `Converts FILE, which may be in any of the three forms, without loss: converted back, it has the same records byte for byte.
A record that cannot be converted without loss stops the work. Where only its filling is unusual, --normalize writes it by
its values; that also turns records of fixed length (--fixed) into records of variable length. JSON lines hold personal
data unmasked. EBCDIC becomes ASCII. Without -o the output goes to standard output. A file is put in place once it is
complete, and is compressed if its name ends in .gz. "-" reads standard input; gzip is unpacked.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			var known bool
			if options.To, known = targets[to]; !known {
				return badFlag("convert", "to", to, "character, packed, json")
			}
			if options.LineEnd, known = lineEnds[lineEnd]; !known {
				return badFlag("convert", "line-end", lineEnd, "crlf, lf, none")
			}
			if options.Blocks, known = blocks[blocking]; !known {
				return badFlag("convert", "blocks", blocking, "none, record, full")
			}
			if options.Room, known = room(fixed); !known {
				return badFlag("convert", "fixed", fixed, "base, j1, j2, k1, k2, k3, k4, l1, n1, with commas between, and all but j1 and j2 once")
			}
			options.Fixed = fixed != ""
			return a.convert(ctx, args[0], out, options)
		}),
	}
	c.Flags().StringVar(&to, "to", "", "form to convert to: character, packed or json")
	c.Flags().StringVarP(&out, "out", "o", "-", "file to write; - is standard output")
	c.Flags().StringVar(&lineEnd, "line-end", "", "line end of the character form: crlf, lf or none; default crlf, or none with blocks")
	c.Flags().StringVar(&blocking, "blocks", "", "block descriptor words: none, record (one a record) or full (full blocks); default record in packed form, else none")
	c.Flags().StringVar(&fixed, "fixed", "", "write records of one fixed length with room for these segments, for example j1,j1,k2; base for none")
	c.Flags().BoolVar(&options.Normalize, "normalize", false, "write records with unusual filling by their values")
	return c
}

// room reads a list of segments, as j1,j1,k2.
func room(list string) (room metro2.Room, known bool) {
	if list == "" {
		return room, true
	}
	for _, name := range strings.Split(strings.ToLower(list), ",") {
		places := map[string]*int{
			"base": new(int), "j1": &room.J1, "j2": &room.J2, "k1": &room.K1, "k2": &room.K2, "k3": &room.K3, "k4": &room.K4, "l1": &room.L1, "n1": &room.N1,
		}[strings.TrimSpace(name)]
		if places == nil {
			return room, false
		}
		*places++
	}
	return room, max(room.K1, room.K2, room.K3, room.K4, room.L1, room.N1) <= 1
}

func (a *app) convert(ctx context.Context, name, out string, options metro2.ConvertOptions) error {
	var summary metro2.ConvertSummary
	work := func(w io.Writer) error {
		return a.readMetro2(ctx, name, func(r io.Reader) (err error) {
			summary, err = metro2.Convert(r, w, options)
			return err
		})
	}
	err := error(nil)
	if out == "-" {
		err = work(a.bytes)
	} else {
		err = writeWhole(out, work)
	}
	var refused *metro2.ConvertError
	switch {
	case errors.As(err, &refused) && refused.Record == 0:
		return notMetro2(name)
	case errors.As(err, &refused):
		return &ending{err: err, code: exitFailed, hint: "furnisher metro2 convert FILE --to json takes every record; furnisher metro2 validate FILE lists their problems"}
	case err != nil || out == "-" || a.settings.quiet:
		return err
	}
	text := fmt.Sprintf("records %d", summary.Records)
	if summary.Normalized > 0 {
		text += fmt.Sprintf(", of which normalized %d", summary.Normalized)
	}
	_, err = fmt.Fprintln(a.stdout, text)
	return err
}

// writeWhole replaces a file once the new one is complete and on disk; until then the old one stays. If the name
// ends in .gz, the file is compressed.
func writeWhole(name string, work func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".furnisher-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if strings.HasSuffix(name, ".gz") {
		packed := gzip.NewWriter(f)
		err = work(packed)
		if err == nil {
			err = packed.Close()
		}
	} else {
		err = work(f)
	}
	if err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
