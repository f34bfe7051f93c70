package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"fringe/checkpoints"
	"fringe/internal/torch"
	"fringe/measure"
	"fringe/radio"

	"github.com/spf13/cobra"
)

func doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Say what is installed, what is missing and how to mend it",
		Long: `Say which versions are in use, compute something with each native library, and name the command that mends what is
missing. The exit code is 1 when something is. (When LibTorch or FINUFFT cannot be found at all, fringe does not start:
run make deps.)`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return examine(c.OutOrStdout()) },
	}
}

// finding is one line of the doctor. A mend makes it a fault.
type finding struct{ name, state, mend string }

// examine prints all findings and returns an error when there is a fault.
func examine(w io.Writer) error {
	faults := 0
	for _, f := range []finding{
		{"fringe", version, ""},
		{"Go", runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH, ""},
		libTorch(), finufft(), {"casacore", measurementSets, ""}, threads(), waiting(), cuda(), depsFolder(), weights(),
	} {
		fmt.Fprintf(w, "%-12s %s\n", f.name, f.state)
		if f.mend != "" {
			faults++
			fmt.Fprintf(w, "%-12s mend it with: %s\n", "", f.mend)
		}
	}
	if faults > 0 {
		return fmt.Errorf("%d of the above need mending", faults)
	}
	return nil
}

func libTorch() finding {
	err := torch.Do(func(s *torch.Scope) error {
		x := s.FromFloat64s([]float64{3, 4}, 2)
		if norm := s.Item(s.Sqrt(s.Sum(s.Square(x)))); math.Abs(norm-5) > 1e-12 {
			return fmt.Errorf("the norm of (3, 4) came out as %g", norm)
		}
		return nil
	})
	if err != nil {
		return finding{"LibTorch", torch.Version() + " does not compute: " + err.Error(), "make deps build"}
	}
	return finding{"LibTorch", torch.Version() + ", computes", ""}
}

// finufft compares a dirty image, which FINUFFT computes, with the direct sum.
func finufft() finding {
	g := radio.Grid{NX: 8, NY: 8, CellRad: 1e-10}
	v := &radio.Visibilities{U: []float64{1e9, -2e9}, V: []float64{0.5e9, 1e9}, Vis: []complex128{1 + 2i, -1i}, Weight: []float64{1, 1}}
	gram, err := measure.NewGram(g, v)
	if err == nil {
		exact := make([]float64, g.Len())
		radio.NewDFT(g, v.U, v.V).Adjoint(exact, v.Vis)
		for p, sum := range exact {
			if d := sum/2 - gram.Dirty[p]; !(math.Abs(d) < 1e-9) {
				err = fmt.Errorf("pixel %d of a dirty image is %v instead of %v", p, gram.Dirty[p], sum/2)
			}
		}
	}
	if err != nil {
		return finding{"FINUFFT", finufftVersion() + " does not compute: " + err.Error(), "make deps build"}
	}
	return finding{"FINUFFT", finufftVersion() + ", computes, agrees with the direct sum", ""}
}

// finufftVersion returns the version of the FINUFFT that this process has loaded, as its folder names it: the library itself
// does not tell.
func finufftVersion() string {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return "unknown version"
	}
	m := regexp.MustCompile(`finufft-([0-9.]+)/.*libfinufft`).FindSubmatch(maps)
	if m == nil {
		return "unknown version"
	}
	return string(m[1])
}

func threads() finding {
	n, err := torch.Threads()
	if err != nil {
		return finding{"threads", err.Error(), "make deps build"}
	}
	return finding{"threads", fmt.Sprintf("%d per tensor operation, %d processors (OMP_NUM_THREADS sets the former)", n, runtime.NumCPU()), ""}
}

func waiting() finding {
	policy := os.Getenv("OMP_WAIT_POLICY")
	if !strings.EqualFold(policy, "passive") {
		return finding{
			"waiting", fmt.Sprintf("OMP_WAIT_POLICY is %q: idle threads spin, ten times slower on shared cores", policy), "unset OMP_WAIT_POLICY",
		}
	}
	return finding{"waiting", "idle threads sleep (OMP_WAIT_POLICY=passive)", ""}
}

func cuda() finding {
	if n := torch.CUDADevices(); n > 0 {
		return finding{"CUDA", fmt.Sprintf("%d devices (fringe computes on the CPU)", n), ""}
	}
	return finding{"CUDA", "none: fringe computes on the CPU", ""}
}

func depsFolder() finding {
	folder := os.Getenv("FRINGE_DEPS")
	if folder == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return finding{"libraries", err.Error(), "export FRINGE_DEPS=/a/folder; make deps"}
		}
		folder = filepath.Join(home, ".cache", "fringe")
	}
	var missing []string
	for _, part := range []string{"libtorch-2.1.2", "finufft-2.5.1", "stub"} {
		if part == "libtorch-2.1.2" && os.Getenv("LIBTORCH") != "" {
			continue
		}
		if _, err := os.Stat(filepath.Join(folder, part, ".complete")); err != nil {
			missing = append(missing, part)
		}
	}
	if len(missing) > 0 {
		return finding{"libraries", folder + " has no complete " + strings.Join(missing, ", "), "make deps"}
	}
	return finding{"libraries", folder, ""}
}

// weights looks for checkpoints in the folder where fringe is run from; having none is no fault.
func weights() finding {
	paths, err := filepath.Glob(filepath.Join("checkpoints", "*", "manifest.json"))
	if err != nil || len(paths) == 0 {
		return finding{"checkpoints", "none in ./checkpoints", ""}
	}
	var names []string
	for _, p := range paths {
		dir := filepath.Dir(p)
		if _, _, err := checkpoints.Load(dir); err != nil && !errors.Is(err, checkpoints.ErrNone) {
			return finding{"checkpoints", err.Error(), "git checkout -- " + dir}
		}
		names = append(names, dir)
	}
	return finding{"checkpoints", strings.Join(names, ", "), ""}
}
