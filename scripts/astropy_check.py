#!/usr/bin/env python3
"""Read UVFITS files or FITS images with astropy and print a JSON list of what they hold, for comparison with package data.

usage: astropy_check.py uvfits FILE...    every visibility: u, v (wavelengths), MJD, Stokes I, weight, antenna numbers
       astropy_check.py contents FILE...  what fringe inspect says of a file, computed again
       astropy_check.py image FILE...     sky position of some pixels, HISTORY, result of the FITS verification

The rules are those of AIPS Memo 117, written independently of the Go reader:
u and v are given as the file has them, that is with V = sum I exp(+2 pi i (ul + vm)).
"""
import json
import sys
import warnings

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS


def parameter(data, header, name):
    """Sum, in float64, of all random parameters of that name: raw * PSCAL + PZERO."""
    total = np.zeros(len(data))
    for i in range(1, header["PCOUNT"] + 1):
        if header[f"PTYPE{i}"].split("-")[0].strip() == name:
            # data.par(i-1) is scaled by astropy; a raw float32 stays one, so widen it before anything is added.
            total = total + np.asarray(data.par(i - 1), dtype=np.float64)
    return total


def mjd(data, header):
    """Date as modified Julian date; the two DATE parameters are summed after 2400000.5 has left the first."""
    parts = [np.asarray(data.par(i), dtype=np.float64) for i in range(header["PCOUNT"]) if header[f"PTYPE{i + 1}"].strip() == "DATE"]
    return (parts[0] - 2400000.5) + sum(parts[1:])


def stokes_i(array, first, step):
    """Stokes I and its weight from an array [..., stokes, (re, im, weight)]."""
    codes = [int(round(first + step * k)) for k in range(array.shape[-2])]
    pick = [codes.index(c) for c in ((1,) if 1 in codes else (-1, -2) if -1 in codes else (-5, -6))]
    a = array[..., pick, :].astype(np.float64)
    good = (a[..., 2] > 0) & np.isfinite(a).all(axis=-1)
    n = good.sum(axis=-1)
    with np.errstate(all="ignore"):
        vis = np.where(good, a[..., 0] + 1j * a[..., 1], 0).sum(axis=-1) / n
        weight = n**2 / np.where(good, 1 / a[..., 2], 0).sum(axis=-1)
    return np.where(n > 0, vis, 0), np.where(n > 0, weight, 0)


def uvfits(path):
    with fits.open(path) as hdus:
        header, data = hdus[0].header, hdus[0].data
        names = {header.get(f"CTYPE{k}", ""): k for k in range(2, header["NAXIS"] + 1)}
        stokes, freq = names["STOKES"], names["FREQ"]
        # astropy reverses the axes: [group, DEC, RA, IF, FREQ, STOKES, COMPLEX]; the files here follow that order.
        array = data.data.reshape(len(data), -1, header[f"NAXIS{freq}"], header[f"NAXIS{stokes}"], 3)
        vis, weight = stokes_i(array, header[f"CRVAL{stokes}"] + header[f"CDELT{stokes}"] * (1 - header[f"CRPIX{stokes}"]), header[f"CDELT{stokes}"])
        offsets = np.atleast_1d(hdus["AIPS FQ"].data["IF FREQ"][0])
        channels = header[f"CRVAL{freq}"] + header[f"CDELT{freq}"] * (np.arange(1, array.shape[2] + 1) - header[f"CRPIX{freq}"])
        hertz = (offsets[:, None] + channels[None, :]).ravel()
        baseline = parameter(data, header, "BASELINE").astype(int)
        each = lambda x: np.repeat(x, hertz.size).tolist()
        uv = {k.lower()[0]: (parameter(data, header, k)[:, None] * hertz).ravel().tolist() for k in ("UU", "VV")}
        antennas = hdus["AIPS AN"].data
        return {
            "u": uv["u"], "v": uv["v"], "re": vis.real.ravel().tolist(), "im": vis.imag.ravel().tolist(), "weight": weight.ravel().tolist(),
            "mjd": each(mjd(data, header)), "int_sec": each(parameter(data, header, "INTTIM")),
            "ant1": each(baseline // 256), "ant2": each(baseline % 256), "freq_hz": np.tile(hertz, len(data)).tolist(),
            "stations": [str(s).strip() for s in antennas["ANNAME"]], "numbers": [int(n) for n in antennas["NOSTA"]],
            "xyz": antennas["STABXYZ"].tolist(), "source": header["OBJECT"], "ra_deg": header["OBSRA"], "dec_deg": header["OBSDEC"],
            "scans": len(hdus["AIPS NX"].data) if "AIPS NX" in hdus else 0,
        }


def time_step(d, good):
    """The median time (s) from one good visibility of a baseline and frequency to the next."""
    day = np.floor(d["mjd"].min())
    order = np.lexsort([d["mjd"], d["freq_hz"], d["ant2"], d["ant1"]])
    order = order[good[order]]
    same = np.all([np.diff(d[key][order]) == 0 for key in ("freq_hz", "ant2", "ant1")], axis=0)
    steps = np.diff((d["mjd"][order] - day) * 86400)
    return float(np.median(steps[same & (steps > 0)]))


def contents(path):
    d = {key: np.array(value) if isinstance(value, list) else value for key, value in uvfits(path).items()}
    good = d["weight"] > 0
    length, amplitude = np.hypot(d["u"], d["v"])[good], np.hypot(d["re"], d["im"])[good]
    pairs = np.sort(np.stack([d["ant1"], d["ant2"]], axis=1), axis=1)[good]
    xyz = dict(zip(d["numbers"].tolist(), d["xyz"]))
    apart = {(a, b): np.linalg.norm(xyz[a] - xyz[b]) for a in xyz for b in xyz if a < b}
    # Baselines inside a site: shorter than 10 km in an array of more than 500 km.
    inside = np.array([max(apart.values()) > 500e3 and apart[tuple(p)] < 10e3 for p in pairs.tolist()])
    integration, step = float(np.median(d["int_sec"][good])), time_step(d, good)
    half = (np.minimum(d["int_sec"], step) if integration > 1.05 * step else d["int_sec"]) / 2 / 86400
    times = np.sort(np.unique(d["mjd"]))
    return {
        "visibilities": len(good), "flagged": int((~good).sum()), "stations": len(d["stations"]), "channels": len(np.unique(d["freq_hz"])),
        "baselines": len(np.unique(pairs, axis=0)), "scans": 1 + int((np.diff(times) * 86400 > 60).sum()), "freq_hz": float(d["freq_hz"][good].mean()),
        "uvmin_lambda": float(length.min()), "uvmax_lambda": float(length.max()), "source": d["source"], "ra_deg": d["ra_deg"], "dec_deg": d["dec_deg"],
        "start_mjd": float((d["mjd"] - half)[good].min()), "end_mjd": float((d["mjd"] + half)[good].max()), "integration_s": integration,
        "time_step_s": step,
        "median_snr": float(np.median(amplitude * np.sqrt(d["weight"][good]))),
        "largest_cell_rad": float(0.5 / np.maximum(abs(d["u"]), abs(d["v"]))[good].max()), "noise_jy_per_beam": float(1 / np.sqrt(d["weight"][good][~inside].sum())),
    }


def image(path):
    with fits.open(path) as hdus:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            hdus.verify("warn")
        header, data = hdus[0].header, hdus[0].data
        ny, nx = data.shape
        wcs = WCS(header)
        pixels = [(nx // 2, ny // 2), (0, 0), (nx - 1, ny // 3)]  # counted from 0
        sky = [[float(c) for c in wcs.wcs_pix2world([p], 0)[0]] for p in pixels]
        return {"pixels": pixels, "sky_deg": sky, "values": data.astype(float).ravel().tolist(), "history": [str(h) for h in header.get("HISTORY", [])],
                "warnings": [str(w.message) for w in caught], "unit": header["BUNIT"],
                "beam_deg": [header.get(key, 0) for key in ("BMAJ", "BMIN", "BPA")], "object": header.get("OBJECT", ""), "date": header.get("DATE-OBS", "")}


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in ("uvfits", "contents", "image"):
        sys.exit(__doc__)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = [{"uvfits": uvfits, "contents": contents, "image": image}[sys.argv[1]](path) for path in sys.argv[2:]]
    json.dump(results, sys.stdout)
