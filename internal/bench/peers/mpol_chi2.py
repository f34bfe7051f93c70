"""Peer: one value and gradient of chi^2 with MPoL 0.2.0, with respect to the image.

usage: mpol_chi2.py FOLDER gridded|nufft
"""
import sys
import warnings

import numpy as np
import torch
from mpol import coordinates, fourier, gridding, losses
from serve import milliseconds, problem, serve

warnings.filterwarnings("ignore")
u, v, re, im, weight, rest = problem(sys.argv[1])
path, n, cell = sys.argv[2], rest["n"], rest["cell_arcsec"]
torch.set_num_threads(2)
coords = coordinates.GridCoords(cell_size=cell, npix=n)
uu, vv = u / 1e3, v / 1e3  # kilolambda

# The sky in Jy/arcsec^2 on MPoL's packed grid.
x, y = coords.packed_x_centers_2D / cell, coords.packed_y_centers_2D / cell
sky = sum(c["Flux"] / (2 * np.pi * c["Sigma"] ** 2) * np.exp(-0.5 * ((x - c["X"]) ** 2 + (y - c["Y"]) ** 2) / c["Sigma"] ** 2) for c in rest["sky"])
image = torch.tensor(sky / cell**2)[None].requires_grad_()

if path == "gridded":
    averager = gridding.DataAverager(coords=coords, uu=uu, vv=vv, weight=weight, data_re=re, data_im=im)
    data, model = averager.to_pytorch_dataset(check_visibility_scatter=False), fourier.FourierCube(coords=coords)
    loss = lambda: losses.nll_gridded(model(image), data)
else:
    model = fourier.NuFFT(coords=coords, nchan=1, uu=uu, vv=vv)
    data, w = torch.tensor(re + 1j * im)[None], torch.tensor(weight)[None]
    loss = lambda: losses.nll(model(image), data, w)


def gradient():
    image.grad = None
    loss().backward()


serve(gradient=lambda: milliseconds(gradient, 20 if path == "gridded" else 1), truth=lambda: loss().item())
