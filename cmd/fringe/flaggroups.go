package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagGroups sorts the flags of a command into groups for its help, in the order in which they are declared.
type flagGroups struct {
	flags  *pflag.FlagSet
	seen   map[string]bool
	titles []string
	groups []*pflag.FlagSet
}

// newFlagGroups makes the help of a command show its flags in groups.
func newFlagGroups(c *cobra.Command) *flagGroups {
	g := &flagGroups{flags: c.Flags(), seen: map[string]bool{}}
	c.Flags().SortFlags = false
	c.SetUsageFunc(func(c *cobra.Command) error { return g.usage(c) })
	return g
}

// end closes a group: the flags declared since the last one.
func (g *flagGroups) end(title string) {
	group := pflag.NewFlagSet(title, pflag.ContinueOnError)
	group.SortFlags = false
	g.flags.VisitAll(func(f *pflag.Flag) {
		if !g.seen[f.Name] {
			g.seen[f.Name] = true
			group.AddFlag(f)
		}
	})
	g.titles, g.groups = append(g.titles, title), append(g.groups, group)
}

func (g *flagGroups) usage(c *cobra.Command) error {
	w := c.OutOrStdout()
	fmt.Fprintf(w, "Usage:\n  %s\n\nExamples:\n%s\n", c.UseLine(), c.Example)
	for i, title := range g.titles {
		fmt.Fprintf(w, "\n%s:\n%s", title, g.groups[i].FlagUsages())
	}
	_, err := fmt.Fprintln(w, strings.TrimRight("\n  -h, --help   this help", " "))
	return err
}
