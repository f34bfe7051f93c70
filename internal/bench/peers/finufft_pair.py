"""Peer: forward and adjoint of the FINUFFT Python package.

usage: finufft_pair.py FOLDER EPS REPS THREADS
"""
import sys

import finufft
import numpy as np
from serve import milliseconds, problem, serve

u, v, _, _, _, rest = problem(sys.argv[1])
eps, reps, threads, n = float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), rest["n"]
scale = 2 * np.pi * rest["cell_arcsec"] * np.pi / 648000
forward = finufft.Plan(2, (n, n), eps=eps, isign=-1, nthreads=threads)
adjoint = finufft.Plan(1, (n, n), eps=eps, isign=+1, nthreads=threads)
forward.setpts(v * scale, u * scale)
adjoint.setpts(v * scale, u * scale)
image = np.random.default_rng(1).random((n, n)).astype(complex)
serve(pair=lambda: milliseconds(lambda: adjoint.execute(forward.execute(image)), reps))
