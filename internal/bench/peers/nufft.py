"""Peer: forward and adjoint of the FINUFFT Python package on the points of a file.

usage: nufft.py POINTS N EPS REPS THREADS
POINTS holds u·cell then v·cell as float64. Prints the mean milliseconds of one forward (type 2) plus one adjoint (type 1), after one warm-up.
"""
import sys
import time

import finufft
import numpy as np

n, eps, reps, threads = int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
u, v = 2 * np.pi * np.fromfile(sys.argv[1]).reshape(2, -1)
forward = finufft.Plan(2, (n, n), eps=eps, isign=-1, nthreads=threads)
adjoint = finufft.Plan(1, (n, n), eps=eps, isign=+1, nthreads=threads)
forward.setpts(v, u)
adjoint.setpts(v, u)
image = np.random.default_rng(1).random((n, n)).astype(complex)
times = []
for _ in range(reps + 1):
    start = time.perf_counter()
    adjoint.execute(forward.execute(image))
    times.append(1e3 * (time.perf_counter() - start))
print(np.mean(times[1:]))
