#!/usr/bin/env python3
"""Make, change and read Measurement Sets with python3-casacore, for comparison with package measurementset.

usage: casacore_check.py make OUT.ms           a small set: two fields, two spectral windows, circular and linear feeds, flags
       casacore_check.py dump MS COLUMN FIELD  every visibility of a field as JSON: u, v (wavelengths, the file's sign), MJD, Stokes I, weight
       casacore_check.py equal MS              give all hands the mean weight of the hands
       casacore_check.py cell MS COLUMN ROW    one cell as JSON: its real and imaginary parts, or its values
       casacore_check.py drop MS COLUMN        remove a column
       casacore_check.py flag MS               flag everything
       casacore_check.py spread MS             flag in FLAG, too, what FLAG_ROW flags

The rules are those of the Measurement Set definition 2.0, written independently of the Go reader.
"""
import json
import sys

import numpy as np
from casacore.tables import default_ms, makearrcoldesc, maketabdesc, table

C = 299792458.0
SOURCE = (2.5, 3e-5, -2e-5)  # Jy, l to the East and m to the North in radians: what `make` puts on the sky
HANDS = {5: "RR", 8: "LL", 9: "XX", 12: "YY"}


def subtable(ms, name, rows, **columns):
    t = table(f"{ms}/{name}", readonly=False, ack=False)
    t.addrows(rows - t.nrows())
    for column, cells in columns.items():
        for row, cell in enumerate(cells):
            t.putcell(column, row, cell)
    t.close()


def make(ms):
    rng = np.random.default_rng(1)
    antennas, freqs = 5, [1.4e9 + 1e6 * np.arange(4), 1.5e9 + 2e6 * np.arange(3)]
    products = [[5, 6, 7, 8], [9, 12]]
    xyz = np.array([4e6, 5e5, 4.9e6]) + rng.normal(0, 800, (antennas, 3))
    desc = maketabdesc([makearrcoldesc(n, 0j, valuetype="complex", ndim=2) for n in ("DATA", "CORRECTED_DATA")])
    t = default_ms(ms, desc)
    subtable(ms, "ANTENNA", antennas, NAME=[f"A{i}" for i in range(antennas)], POSITION=list(xyz))
    subtable(ms, "FIELD", 2, NAME=["first", "second"], PHASE_DIR=[np.array([[1.0, 0.5]]), np.array([[-2.0, -0.25]])])
    subtable(ms, "SPECTRAL_WINDOW", 2, NAME=["low", "high"], NUM_CHAN=[4, 3], CHAN_FREQ=freqs, CHAN_WIDTH=[np.full(4, 1e6), np.full(3, 2e6)],
             EFFECTIVE_BW=[np.full(4, 1e6), np.full(3, 2e6)], RESOLUTION=[np.full(4, 1e6), np.full(3, 2e6)], REF_FREQUENCY=[1.4e9, 1.5e9],
             TOTAL_BANDWIDTH=[4e6, 6e6])
    subtable(ms, "POLARIZATION", 2, NUM_CORR=[4, 2], CORR_TYPE=products, CORR_PRODUCT=[np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0, 0], [1, 1]])])
    subtable(ms, "DATA_DESCRIPTION", 2, SPECTRAL_WINDOW_ID=[0, 1], POLARIZATION_ID=[0, 1])
    subtable(ms, "OBSERVATION", 1, TELESCOPE_NAME=["NONE"], TIME_RANGE=[np.array([5e9, 5e9 + 1e4])])
    subtable(ms, "FEED", 5, ANTENNA_ID=list(range(antennas)))
    for step in range(24):
        turn = 0.2 * step  # rows of one time and field: all baselines, and both windows one after the other
        for p in range(antennas):
            for q in range(p, antennas):
                dx, dy, dz = xyz[q] - xyz[p]
                uvw = np.array([dx * np.cos(turn) - dy * np.sin(turn), 0.6 * (dx * np.sin(turn) + dy * np.cos(turn)) + 0.8 * dz, 0.0])
                for spw in (0, 1):
                    row = t.nrows()
                    t.addrows(1)
                    flux, l, m = SOURCE
                    hand = flux * np.exp(2j * np.pi * (uvw[0] * l + uvw[1] * m) * freqs[spw] / C)
                    shape = (len(freqs[spw]), len(products[spw]))
                    vis = np.zeros(shape, np.complex64)
                    for i, code in enumerate(products[spw]):
                        vis[:, i] = hand if code in HANDS else 7
                    flag = rng.random(shape) < 0.1
                    vis[flag] = 1e9  # what is flagged must not be seen
                    cells = dict(UVW=uvw, ANTENNA1=p, ANTENNA2=q, FIELD_ID=step // 16, DATA_DESC_ID=spw, TIME=5e9 + 60.0 * step, TIME_CENTROID=5e9 + 60.0 * step,
                                 INTERVAL=30.0, EXPOSURE=30.0, FLAG_ROW=bool(rng.random() < 0.05), FLAG=flag, DATA=vis, CORRECTED_DATA=2 * vis,
                                 WEIGHT=rng.uniform(1, 3, shape[1]).astype(np.float32), SIGMA=np.ones(shape[1], np.float32),
                                 OBSERVATION_ID=0, ARRAY_ID=0, SCAN_NUMBER=1, STATE_ID=-1, PROCESSOR_ID=-1)
                    for column, cell in cells.items():
                        t.putcell(column, row, cell)
    t.close()


def dump(ms, column, field):
    t = table(ms, ack=False)
    frequencies, polarization, description = (table(f"{ms}/{n}", ack=False) for n in ("SPECTRAL_WINDOW", "POLARIZATION", "DATA_DESCRIPTION"))
    out = {k: [] for k in ("U", "V", "Re", "Im", "Weight", "MJD", "IntSec", "Ant1", "Ant2", "FreqHz")}
    for row in range(t.nrows()):
        p, q = t.getcell("ANTENNA1", row), t.getcell("ANTENNA2", row)
        if t.getcell("FIELD_ID", row) != int(field) or p == q:
            continue
        d = t.getcell("DATA_DESC_ID", row)
        freq = frequencies.getcell("CHAN_FREQ", description.getcell("SPECTRAL_WINDOW_ID", d))
        codes = list(polarization.getcell("CORR_TYPE", description.getcell("POLARIZATION_ID", d)))
        hands = [i for i, c in enumerate(codes) if c in HANDS]
        weight = np.tile(t.getcell("WEIGHT", row), (len(freq), 1)).astype(float)
        if "WEIGHT_SPECTRUM" in t.colnames() and t.iscelldefined("WEIGHT_SPECTRUM", row):
            weight = t.getcell("WEIGHT_SPECTRUM", row).astype(float)
        flagged = t.getcell("FLAG", row) | t.getcell("FLAG_ROW", row) | (weight <= 0)
        use = ~flagged[:, hands]
        n = use.sum(1)
        vis = np.where(use, t.getcell(column, row)[:, hands].astype(complex), 0).sum(1)
        variance = np.where(use, 1 / np.where(use, weight[:, hands], 1), 0).sum(1)
        u, v, _ = t.getcell("UVW", row)
        for c, f in enumerate(freq):
            z, w = (vis[c] / n[c], n[c] ** 2 / variance[c]) if n[c] else (0j, 0.0)
            for key, value in zip(out, (u * f / C, v * f / C, z.real, z.imag, w, t.getcell("TIME", row) / 86400, t.getcell("INTERVAL", row), p, q, f)):
                out[key].append(float(value))
    json.dump(out, sys.stdout)


def equal(ms):
    t = table(ms, readonly=False, ack=False)
    for column in ("WEIGHT", "WEIGHT_SPECTRUM"):
        if column not in t.colnames():
            continue
        for row in range(t.nrows()):
            if t.iscelldefined(column, row):
                w = t.getcell(column, row)
                t.putcell(column, row, np.broadcast_to(w.mean(axis=-1, keepdims=True), w.shape))
    t.close()


def cell(ms, column, row):
    a = np.asarray(table(ms, ack=False).getcell(column, int(row)))
    json.dump([np.real(a).ravel().tolist(), np.imag(a).ravel().tolist()], sys.stdout)


def drop(ms, column):
    table(ms, readonly=False, ack=False).removecols(column)


def flag(ms):
    t = table(ms, readonly=False, ack=False)
    t.putcol("FLAG_ROW", np.ones(t.nrows(), bool))


def spread(ms):
    t = table(ms, readonly=False, ack=False)
    for row in np.flatnonzero(t.getcol("FLAG_ROW")):
        t.putcell("FLAG", int(row), np.ones_like(t.getcell("FLAG", int(row))))


if __name__ == "__main__":
    tasks = {f.__name__: f for f in (make, dump, equal, cell, drop, flag, spread)}
    if len(sys.argv) < 3 or sys.argv[1] not in tasks:
        sys.exit(__doc__)
    tasks[sys.argv[1]](*sys.argv[2:])
