package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"fringe/internal/torch"

	"github.com/spf13/cobra"
)

func main() {
	sleepWhileWaiting()
	torch.KeepMemory() // where it is refused everything works, more slowly
	os.Exit(run())
}

// sleepWhileWaiting starts the program again with OMP_WAIT_POLICY=passive when the user has set nothing, because the OpenMP
// library reads it while it is loaded. Spinning threads are ten times slower on shared cores. When the restart fails the
// program goes on as it is.
func sleepWhileWaiting() {
	const variable = "OMP_WAIT_POLICY"
	if _, set := os.LookupEnv(variable); set {
		return
	}
	self, err := os.Executable()
	if err != nil || os.Setenv(variable, "passive") != nil {
		return
	}
	if err := syscall.Exec(self, os.Args, os.Environ()); err != nil {
		fmt.Fprintf(os.Stderr, "fringe: could not restart with %s=passive (%v); imaging may be slow on shared cores\n", variable, err)
	}
}

// run executes the command line and returns the exit code. The first Ctrl-C asks the verb to stop and save, the second kills.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	if err := rootCommand().ExecuteContext(ctx); errors.Is(err, errInterrupted) {
		return 130 // as of a program that Ctrl-C ended
	} else if err != nil {
		report(os.Stderr, err)
		return 1
	}
	return 0
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:                        "fringe",
		Short:                      "Image interferometer data with priors that are learned from simulated skies",
		Version:                    version,
		SilenceErrors:              true,
		SilenceUsage:               true,
		Args:                       knownCommand,
		SuggestionsMinimumDistance: 2,
		RunE:                       func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		hint := c.CommandPath() + " --help lists the flags"
		if similar := similarFlag(c, err); similar != "" {
			hint = "did you mean --" + similar + "? " + hint
		}
		return withHint(err, "%s", hint)
	})
	root.AddCommand(inspectCommand(), imageCommand(), dirtyCommand(), selfcalCommand(), predictCommand(), convertCommand(), simulateCommand(), trainCommand(),
		cardCommand(), runsCommand(), importCommand(), evaluateCommand(), doctorCommand(), demoCommand())
	return root
}

// knownCommand refuses what is left over when no verb was recognised, and suggests verbs with similar names.
func knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "fringe --help lists the commands"
	if similar := c.SuggestionsFor(args[0]); len(similar) > 0 {
		hint = "did you mean " + strings.Join(similar, " or ") + "? " + hint
	}
	return withHint(fmt.Errorf("unknown command %q", args[0]), "%s", hint)
}

// oneArgument wants exactly one argument and says in plain words what it is.
func oneArgument(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == 1 {
			return nil
		}
		return withHint(fmt.Errorf("%s needs %s, got %d arguments", c.CommandPath(), what, len(args)), "usage: %s", c.UseLine())
	}
}
