package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"fringe": func() { os.Exit(run()) }})
}

// The scripts run the program as a user would; $M87 is the bundled observation.
func TestScripts(t *testing.T) {
	examples, err := filepath.Abs(filepath.Join("..", "..", "examples", "m87"))
	if err != nil {
		t.Fatal(err)
	}
	m87 := filepath.Join(examples, "SR1_M87_2017_101_lo_hops_netcal_StokesI.uvfits")
	if _, err := os.Stat(m87); err != nil {
		t.Skipf("the bundled observation is absent: %v", err)
	}
	deps := os.Getenv("FRINGE_DEPS")
	if deps == "" {
		deps = filepath.Join(os.Getenv("HOME"), ".cache", "fringe")
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("M87", m87)
			e.Setenv("FRINGE_DEPS", deps) // scripts have no home
			e.Setenv("LIBTORCH", os.Getenv("LIBTORCH"))
			e.Setenv("OMP_WAIT_POLICY", "passive")
			e.Setenv("OMP_NUM_THREADS", "1")
			return nil
		},
	})
}
