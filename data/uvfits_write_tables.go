package data

import (
	"math"
	"strconv"

	"fringe/radio"
)

func antennaTable(v *radio.Visibilities, spectrum uvSpectrum) *fitsWriter {
	const rowBytes = 8 + 3*8 + 4 + 4 + 4 + 1 + 4 + 1 + 4 + 8
	f := newTable("AIPS AN", len(v.Stations), rowBytes, []tableColumn{
		{"ANNAME", "8A", ""}, {"STABXYZ", "3D", "METERS"}, {"NOSTA", "1J", ""}, {"MNTSTA", "1J", ""}, {"STAXOF", "1E", "METERS"},
		{"POLTYA", "1A", ""}, {"POLAA", "1E", "DEGREES"}, {"POLTYB", "1A", ""}, {"POLAB", "1E", "DEGREES"}, {"SEFD", "1D", "JY"}})
	day := math.Floor(v.RefMJD)
	for _, key := range []string{"ARRAYX", "ARRAYY", "ARRAYZ", "POLARX", "POLARY", "UT1UTC", "DATUTC"} {
		f.real(key, 0, "")
	}
	f.real("GSTIA0", degrees(radio.SiderealTime(day)), "deg, at 0h of RDATE")
	f.real("DEGPDY", 360.9856449733, "deg")
	f.real("FREQ", spectrum.freqHz[0], "Hz")
	f.text("RDATE", isoDate(day)[:len("2006-01-02")], "")
	f.text("TIMESYS", "UTC", "")
	f.text("ARRNAM", "FRINGE", "")
	f.text("XYZHAND", "RIGHT", "")
	f.text("FRAME", "ITRF", "")
	f.integer("NUMORB", 0, "")
	f.integer("NO_IF", spectrum.ifs(), "")
	f.integer("NOPCAL", 0, "")
	f.integer("FREQID", 1, "")
	for i, s := range v.Stations {
		f.chars(s.Name, 8)
		f.float64(s.XYZ[:]...)
		f.int32(i+1, 0)
		f.float32(0)
		f.chars("R", 1)
		f.float32(0)
		f.chars("L", 1)
		f.float32(90)
		f.float64(s.SEFDJy)
	}
	return f
}

func frequencyTable(s uvSpectrum) *fitsWriter {
	n := s.ifs()
	form := func(code string) string { return strconv.Itoa(n) + code }
	f := newTable("AIPS FQ", 1, 4+n*(8+4+4+4), []tableColumn{{"FRQSEL", "1J", ""}, {"IF FREQ", form("D"), "HZ"},
		{"CH WIDTH", form("E"), "HZ"}, {"TOTAL BANDWIDTH", form("E"), "HZ"}, {"SIDEBAND", form("J"), ""}})
	f.integer("NO_IF", n, "")
	f.int32(1)
	for _, freqHz := range s.freqHz[:n] {
		f.float64(freqHz - s.freqHz[0])
	}
	for range n {
		f.float32(s.width())
	}
	for range n {
		f.float32(s.width() * float64(s.channels()))
	}
	for range n {
		f.int32(1)
	}
	return f
}
