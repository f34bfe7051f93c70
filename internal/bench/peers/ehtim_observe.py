"""Peer: eht-imaging observes a sky, from coverage to noise.

usage: ehtim_observe.py FOLDER REPS

FOLDER holds sky.fits (Jy/pixel, each pixel a point), array.txt and observation.json. Direct Fourier transform; thermal noise and gains of 10 %
with random phases, by its defaults for ampcal=False and phasecal=False.
"""
import contextlib
import io
import json
import os
import sys

import numpy as np
from serve import milliseconds, serve

with contextlib.redirect_stdout(io.StringIO()):
    import ehtim as eh

    folder, reps = sys.argv[1], int(sys.argv[2])
    with open(os.path.join(folder, "observation.json")) as file:
        o = json.load(file)
    sky = eh.image.load_fits(os.path.join(folder, "sky.fits"), pulse=eh.observing.pulses.deltaPulse2D)
    sky.ra, sky.dec, sky.rf, sky.mjd = o["ra_hours"], o["dec_deg"], o["freq_hz"], int(o["mjd"])
    array = eh.array.load_txt(os.path.join(folder, "array.txt"))


def observe(**more):
    with contextlib.redirect_stdout(io.StringIO()):
        return sky.observe(array, o["integration_sec"], o["period_sec"], o["start_hours"], o["stop_hours"], o["bandwidth_hz"], mjd=int(o["mjd"]),
                           timetype="UTC", elevmin=o["elevation_deg"], elevmax=90, ttype="direct", fft_pad_factor=1, verbose=False, **more)


def corrupted():
    return observe(add_th_noise=True, ampcal=False, phasecal=False, gainp=0.1)


serve(observe=lambda: milliseconds(corrupted, reps), count=lambda: len(observe(add_th_noise=False).data),
      amplitude=lambda: np.mean(np.abs(observe(add_th_noise=False).data["vis"])))
