package data_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
	"fringe/radio/radiotest"
)

// ehtimObservation prints the (u,v) of M87 from a table of stations: argument 1, at argument 2 (hours UTC of MJD 57854).
const ehtimObservation = `
import contextlib, io, json, sys
with contextlib.redirect_stdout(io.StringIO()):
    import ehtim as eh
    array = eh.array.load_txt(sys.argv[1])
    start = float(sys.argv[2])
    obs = array.obsdata(187.70593076 / 15, 12.391123293, 227.1e9, 2e9, 400, 1200, start, start + 24.2 / 3, mjd=57854, timetype='UTC',
                        elevmin=10, elevmax=90)
print(json.dumps([[float(d['time']), str(d['t1']), str(d['t2']), float(d['u']), float(d['v'])] for d in obs.data]))
`

// TestScheduleAgreesWithEhtim lets eht-imaging plan the zero schedule. It takes the J2000 position for that of date, as frame of_date
// does, and (u,v) of the opposite sign. Its sidereal time knows UT1, ours takes UTC for it: 0.4554 s on that day are 3.3e-5 of a
// baseline, twice that of one that is foreshortened. Our times put later by that leave 4e-7: since 2000 precession is known to be
// slower by 0.3" a century, 2.5e-7 rad until 2017, which the sidereal time of 1982 does not know.
func TestScheduleAgreesWithEhtim(t *testing.T) {
	if testing.Short() {
		t.Skip("starting eht-imaging takes seconds")
	}
	python := radiotest.Python(t, "ehtim")
	s := data.Schedule{IntraSite: true, Setup: data.Setup{Frame: "of_date"}}
	plain := scheduled(t, s).Vis
	s.Start = mjdText(57854 + (46*60+0.4554)/86400)
	later := scheduled(t, s).Vis
	theirs := ehtimUV(t, python, plain)
	for _, test := range []struct {
		name    string
		vis     *radio.Visibilities
		shift   float64
		largest float64
	}{{"UTC", plain, 0, 1e-4}, {"UT1", later, 0.4554, 1e-6}} {
		common, worst := 0, 0.0
		for k := range test.vis.Vis {
			uv, ok := theirs[uvKey(test.vis, k, test.shift)]
			if !ok {
				continue
			}
			common++
			worst = max(worst, math.Hypot(test.vis.U[k]+uv[0], test.vis.V[k]+uv[1])/test.vis.UVDistance(k))
		}
		t.Logf("%s: %d of %d and %d visibilities in common, (u,v) differ by up to %.2g", test.name, common, test.vis.Len(), len(theirs), worst)
		if worst > test.largest || common < test.vis.Len() || common < len(theirs) {
			t.Errorf("%s: %d of %d and %d visibilities in common, (u,v) differ by up to %.2g, want all and %g",
				test.name, common, test.vis.Len(), len(theirs), worst, test.largest)
		}
	}
}

// uvKey names a visibility by its stations and its second.
func uvKey(v *radio.Visibilities, k int, shift float64) string {
	return fmt.Sprintf("%s-%s %.0f", v.Stations[v.Ant1[k]].Name, v.Stations[v.Ant2[k]].Name, v.TimeSec[k]-shift)
}

// ehtimUV returns u and v by uvKey.
func ehtimUV(t *testing.T, python string, plain *radio.Visibilities) map[string][2]float64 {
	t.Helper()
	var table strings.Builder
	for _, s := range plain.Stations {
		fmt.Fprintf(&table, "%s %.4f %.4f %.4f %g %g 1 0 0 0 0 0 0\n", s.Name, s.XYZ[0], s.XYZ[1], s.XYZ[2], s.SEFDJy, s.SEFDJy)
	}
	path := filepath.Join(t.TempDir(), "array.txt")
	if err := os.WriteFile(path, []byte(table.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", ehtimObservation, path, fmt.Sprint(plain.TimeSec[0]/3600))
	cmd.Env = append(os.Environ(), "MPLBACKEND=Agg")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("eht-imaging: %v", err)
	}
	var rows [][5]any
	if err := json.Unmarshal(out, &rows); err != nil {
		t.Fatal(err)
	}
	uv := map[string][2]float64{}
	for _, r := range rows {
		u, v := r[3].(float64), r[4].(float64)
		seconds := r[0].(float64) * 3600
		uv[fmt.Sprintf("%s-%s %.0f", r[1], r[2], seconds)] = [2]float64{u, v}
		uv[fmt.Sprintf("%s-%s %.0f", r[2], r[1], seconds)] = [2]float64{-u, -v}
	}
	for key := range uv { // each baseline once, in the order of the stations
		name, _, _ := strings.Cut(key, " ")
		a, b, _ := strings.Cut(name, "-")
		if place(plain, a) > place(plain, b) {
			delete(uv, key)
		}
	}
	return uv
}

func place(v *radio.Visibilities, name string) int {
	for k, s := range v.Stations {
		if s.Name == name {
			return k
		}
	}
	return -1
}
