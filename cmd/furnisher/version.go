package main

import (
	"context"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// version of the program: kept with each run, and at most 5 characters of it in each file's header.
const version = "1.0.0"

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "print the version", Args: cobra.NoArgs,
		RunE: a.does(func(context.Context, []string) error {
			_, err := fmt.Fprintf(a.stdout, "furnisher %s %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		}),
	}
}
