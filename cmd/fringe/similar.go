package main

import (
	"errors"

	"fringe/internal/words"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// similarFlag returns the flag of a command that a mistyped one may have meant; empty for none.
func similarFlag(c *cobra.Command, err error) string {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return ""
	}
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return words.Similar(unknown.GetSpecifiedName(), names)
}
