package calibrate_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fringe/calibrate"
)

// Whatever the readers of gain tables accept comes back from what the writers make of it; nothing may panic.
func FuzzReadGains(f *testing.F) {
	const header = "station,time_mjd,amplitude,phase_deg,amplitude_error,phase_error_deg,snr,flagged,start_mjd,end_mjd,freq_hz\n"
	f.Add([]byte(header + "AA,57854,1.1,-20,0.01,1,50,false,57853.9,57854.1,0\nAA,57855,1,0,0,0,0,true,57855,57855,2e11\n"))
	f.Add([]byte(header + "\"A\nA\",NaN,-1,1e400,0,0,0,maybe,1,0,-1\n"))
	f.Add([]byte(`{"format":"fringe gains","version":1,"gains":[{"station":"AA","time_mjd":57854,"amplitude":1.1,"snr":50}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, format := range []struct {
			read  func(io.Reader) (calibrate.Table, error)
			write func(calibrate.Table, io.Writer) error
		}{{calibrate.ReadCSV, calibrate.Table.WriteCSV}, {calibrate.ReadJSON, calibrate.Table.WriteJSON}} {
			table, err := format.read(bytes.NewReader(text))
			if err != nil {
				continue
			}
			var out bytes.Buffer
			if err := format.write(table, &out); err != nil {
				t.Fatalf("accepted, but not written: %v", err)
			}
			back, err := format.read(&out)
			if err != nil || !cmp.Equal(table, back) {
				t.Errorf("%v came back as %v, %v", table, back, err)
			}
		}
	})
}
