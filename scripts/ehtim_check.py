#!/usr/bin/env python3
"""Print, as JSON, the reduced chi-squared that eht-imaging finds for an image and closure quantities, for comparison with package measure.

usage: ehtim_check.py FILE.json     with
  image     rows of Jy/pixel, the first row South, the first column East;  cell  radians
  cphase, bspec, logcamp              each {"u": [...], "v": [...], "value": [...], "sigma": [...]}, where u and v hold a
                                      list for every leg, as eht-imaging has them: V = sum I exp(+2 pi i (ul + vm)),
                                      conjugate legs turned round; bspec has "re" and "im" in place of "value"
"""
import json
import sys

import numpy as np
from ehtim.imaging import imager_utils
from ehtim.observing import obs_helpers, pulses


def matrices(data, cell, ny, nx):
    """The matrix of each leg, of an image whose pixels are points."""
    return [obs_helpers.ftmatrix(cell, nx, ny, np.column_stack([u, v]), pulse=pulses.deltaPulse2D)
            for u, v in zip(data["u"], data["v"])]


def main():
    with open(sys.argv[1]) as file:
        job = json.load(file)
    image = np.array(job["image"])[::-1]  # eht-imaging's first row is North
    flat, shape = image.flatten(), image.shape
    cphase, bspec, logcamp = job["cphase"], job["bspec"], job["logcamp"]
    chi2 = {
        "cphase": imager_utils.chisq_cphase(flat, matrices(cphase, job["cell"], *shape),
                                            np.degrees(cphase["value"]), np.degrees(cphase["sigma"])),
        "bispectrum": imager_utils.chisq_bs(flat, matrices(bspec, job["cell"], *shape),
                                            np.array(bspec["re"]) + 1j * np.array(bspec["im"]), np.array(bspec["sigma"])),
        "logcamp": imager_utils.chisq_logcamp(flat, matrices(logcamp, job["cell"], *shape),
                                              np.array(logcamp["value"]), np.array(logcamp["sigma"])),
    }
    json.dump(chi2, sys.stdout)


main()
