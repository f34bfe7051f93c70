package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"

	"fringe/calibrate"
	"fringe/data"
	"fringe/figure"
	"fringe/radio"
)

// selfcalFiles are the files of fringe selfcal. The last one marks a finished run.
func selfcalFiles() []string {
	return []string{"calibrated.uvfits", "gains.csv", "gains.json", "gains.png", "report.json"}
}

// save writes all files, or none, and says what came out.
func (s *selfcal) save(dir *outDir, out, log io.Writer) (err error) {
	defer func() {
		if e := dir.discard(); err == nil {
			err = e
		}
	}()
	path, err := dir.file("calibrated.uvfits")
	if err != nil {
		return err
	}
	if err := data.WriteUVFITS(path, s.calibrated); err != nil {
		return withHint(err, "gains.csv needs no more than one frequency: give data of one, or average them before")
	}
	for _, file := range []struct {
		name string
		fill func(w io.Writer) error
	}{{"gains.csv", s.table.WriteCSV}, {"gains.json", s.table.WriteJSON}, {"gains.png", func(w io.Writer) error { return drawGains(w, s.table) }}, {"report.json", s.writeReport}} {
		if err := dir.write(file.name, file.fill); err != nil {
			return err
		}
	}
	if err := dir.finish(); err != nil {
		return err
	}
	if err := s.tell(out); err != nil {
		return err
	}
	for _, w := range s.report.Warnings {
		fmt.Fprintf(log, "warning: %s\n", w)
	}
	fmt.Fprintf(log, "wrote %s; %s\n", dir.path, calibratedHint(filepath.Join(dir.path, "calibrated.uvfits"), s.calibrated))
	return nil
}

// calibratedHint says how to image calibrated visibilities in a file.
func calibratedHint(path string, v *radio.Visibilities) string {
	if v.Connected() || v.Calibration.Phases {
		return fmt.Sprintf("fringe image %s fits them as complex visibilities", path)
	}
	return fmt.Sprintf("not all of its phases are calibrated: fringe image %s --data vis takes them for calibrated all the same", path)
}

func (s *selfcal) writeReport(w io.Writer) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(s.report)
}

// drawGains makes the figure of the gains that were solved for.
func drawGains(w io.Writer, table calibrate.Table) error {
	byStation := map[string]int{}
	var rows []figure.StationGains
	for _, g := range table {
		if _, seen := byStation[g.Station]; !seen {
			byStation[g.Station] = len(rows)
			rows = append(rows, figure.StationGains{Station: g.Station})
		}
		if g.SNR > 0 {
			row := &rows[byStation[g.Station]]
			row.Points = append(row.Points, figure.GainPoint{TimeMJD: g.TimeMJD, Amplitude: g.Amplitude, AmplitudeError: g.AmplitudeError,
				PhaseDeg: g.PhaseDeg, PhaseErrorDeg: g.PhaseErrorDeg})
		}
	}
	return figure.WriteGains(w, rows)
}

// tell prints the gains per station and χ² before and after.
func (s *selfcal) tell(w io.Writer) error {
	table := func() *tabwriter.Writer { return tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight) }
	gains := table()
	fmt.Fprintln(gains, "station\tgains\tmissing\tmedian amplitude\trms of ln amplitude\trms phase (deg)\tmedian S/N\t")
	for _, r := range s.report.Stations {
		fmt.Fprintf(gains, "%s\t%d\t%d\t%.3f\t%.3f\t%.1f\t%.0f\t\n",
			r.Station, r.Solutions, r.Missing, r.MedianAmplitude, r.AmplitudeRMS, r.PhaseRMSDeg, r.MedianSNR)
	}
	chi2 := table()
	fmt.Fprintln(chi2, "reduced chi2\tbefore\tafter\t")
	for _, kind := range dataKinds() {
		if pair, known := s.report.ReducedChi2[kind]; known {
			fmt.Fprintf(chi2, "%s\t%.3g\t%.3g\t\n", kind, pair[0], pair[1])
		}
	}
	errs := errors.Join(gains.Flush(), chi2.Flush())
	fmt.Fprintf(w, "of the %d visibilities with gains: vis of all integrations, the others of averages as fringe image makes them; errors include a systematic %.3g %% of the amplitude\n",
		s.report.Visibilities, 100*s.options.sys)
	return errs
}
