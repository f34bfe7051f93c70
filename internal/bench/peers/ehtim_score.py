"""Reduced χ² of an image's closure quantities by eht-imaging, over the same scan averages with 1 % systematic error.

usage: ehtim_score.py DATA.uvfits IMAGE.fits; answers cphase and logcamp
"""
import contextlib
import io
import sys

import serve

with contextlib.redirect_stdout(io.StringIO()):
    import ehtim as eh

    obs = eh.obsdata.load_uvfits(sys.argv[1])
    obs.add_scans()
    obs = obs.avg_coherent(0.0, scan_avg=True).add_fractional_noise(0.01).flag_uvdist(uv_min=0.1e9)
    image = eh.image.load_fits(sys.argv[2])


def chi2(kind):
    with contextlib.redirect_stdout(io.StringIO()):
        return obs.chisq(image, dtype=kind, ttype="direct", cp_uv_min=False)


serve.serve(cphase=lambda: chi2("cphase"), logcamp=lambda: chi2("logcamp"))
