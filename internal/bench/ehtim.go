package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"fringe/data"
	"fringe/measure"
	"fringe/radio"
)

// ehtData is M87 on 11 April 2017 as calibrated by its network, bundled with the repository.
const ehtData = "examples/m87/SR1_M87_2017_101_lo_hops_netcal_StokesI.uvfits"

// ehtRuns is how often both pipelines run.
const ehtRuns = 3

// ehtimM87 compares closure images of M87, from the start of the program to its last file, with eht-imaging: the wall-clock time, and the reduced
// χ² of closure phases and log closure amplitudes of both images by one scorer, ours, and again by eht-imaging's own.
func ehtimM87(s *session) ([]Row, error) {
	if _, err := os.Stat(ehtData); err != nil {
		return nil, fmt.Errorf("%w; run bench in the folder of the repository", err)
	}
	e := &ehtPair{session: s, binary: filepath.Join(s.dir, "fringe"), ours: filepath.Join(s.dir, "m87"), peer: filepath.Join(s.dir, "ehtim.fits")}
	if out, err := exec.Command("go", "build", "-o", e.binary, "./cmd/fringe").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build fringe: %w: %s", err, out)
	}
	var rows []Row
	for e.threads = 1; e.threads <= threads; e.threads++ {
		pairs, err := paired(ehtRuns, e.runOurs, e.runPeer)
		if err != nil {
			return nil, err
		}
		rows = append(rows, newRow(fmt.Sprintf("ehtim-m87: closure image, start to last file, %d thread(s)", e.threads), "s", pairs).atMost(1./5))
	}
	for _, scorer := range []struct {
		name  string
		score func(path string) (map[string]float64, error)
	}{{"fringe", e.score}, {"ehtim", e.scoreByPeer}} {
		ours, err := scorer.score(filepath.Join(e.ours, "image.fits"))
		if err != nil {
			return nil, err
		}
		peer, err := scorer.score(e.peer)
		if err != nil {
			return nil, err
		}
		for _, kind := range []string{"cphase", "logcamp"} {
			rows = append(rows, newRow(fmt.Sprintf("ehtim-m87: reduced χ² of %s, scored by %s", kind, scorer.name), "", []pair{{ours[kind], peer[kind]}}).atMost(1))
		}
	}
	return rows, nil
}

// ehtPair is where both images go.
type ehtPair struct {
	session            *session
	binary, ours, peer string
	threads            int // of either program; on shared cores eht-imaging is far slower with two, which is what it takes by default
}

// seconds runs a program to its end.
func (e *ehtPair) seconds(name string, args ...string) (float64, error) {
	cmd := exec.Command(name, args...)
	n := strconv.Itoa(e.threads)
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS="+n, "OPENBLAS_NUM_THREADS="+n, "MPLBACKEND=Agg")
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%s: %w: %s", filepath.Base(name), err, out)
	}
	return time.Since(start).Seconds(), nil
}

func (e *ehtPair) runOurs() (float64, error) {
	return e.seconds(e.binary, "image", ehtData, "--fov", "128uas", "--npix", "64", "--flux", "0.6", "--out", e.ours, "--force")
}

func (e *ehtPair) runPeer() (float64, error) {
	return e.seconds(filepath.Join(os.Getenv("FRINGE_DEPS"), "python-peers", "bin", "python"), e.session.script("ehtim_m87.py"), ehtData, e.peer)
}

// score returns the reduced χ² of the closures of an image, over scan averages with a systematic error of 1 % and without baselines inside a
// site.
func (e *ehtPair) score(path string) (map[string]float64, error) {
	img, grid, _, err := data.ReadImage(path)
	if err != nil {
		return nil, err
	}
	v, err := data.ReadUVFITS(ehtData)
	if err != nil {
		return nil, err
	}
	v, _ = v.Unflagged().WithoutIntraSite()
	v = v.ScanAverage(0).WithSystematic(0.01)
	op, err := measure.NewNUFFT(grid, v.U, v.V, 1e-12)
	if err != nil {
		return nil, err
	}
	defer op.Close()
	// Above 3σ, where the errors of closure quantities hold.
	phases, err := measure.NewClosurePhase(radio.ClosurePhases(v, 3))
	if err != nil {
		return nil, err
	}
	amplitudes, err := measure.NewLogClosureAmplitude(radio.LogClosureAmplitudes(v, 3))
	if err != nil {
		return nil, err
	}
	likelihood := measure.Likelihood{Op: op, Terms: []measure.Weighted{{Term: phases, Weight: 1}, {Term: amplitudes, Weight: 1}}}
	return likelihood.ReducedChi2(img)
}

// scoreByPeer asks eht-imaging for the same of all closures, faint ones included.
func (e *ehtPair) scoreByPeer(path string) (map[string]float64, error) {
	p, err := e.session.peer("ehtim_score.py", ehtData, path)
	if err != nil {
		return nil, err
	}
	defer p.close()
	phases, err1 := p.ask("cphase")
	amplitudes, err2 := p.ask("logcamp")
	return map[string]float64{"cphase": phases, "logcamp": amplitudes}, errors.Join(err1, err2)
}
