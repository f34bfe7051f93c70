"""Peer: MPoL 0.2.0's gridded fit with entropy and total variation, its standard network (softplus base, Hann filter), by Adam.

usage: mpol_butterfly.py FOLDER
Each "fit" takes the next candidate of FOLDER/problem.json, leaves its image (Jy/pixel, row 0 South, column 0 East) in FOLDER/image.bin and
answers with the loss; "moved" is how much the loss fell over the last 50 steps.
"""
import os
import sys
import warnings

import numpy as np
import torch
from mpol import coordinates, fourier, gridding, images, losses
from serve import problem, serve

warnings.filterwarnings("ignore")
folder = sys.argv[1]
u, v, re, im, weight, rest = problem(folder)
n, cell = rest["n"], rest["cell_arcsec"]
torch.set_num_threads(2)
coords = coordinates.GridCoords(cell_size=cell, npix=n)
averager = gridding.DataAverager(coords=coords, uu=u / 1e3, vv=v / 1e3, weight=weight, data_re=re, data_im=im)
data, transform = averager.to_pytorch_dataset(check_visibility_scatter=False), fourier.FourierCube(coords=coords)
brightness = rest["flux"] / (n * cell) ** 2  # mean, Jy/arcsec^2: the flat prior of entropy and the first image
candidates = iter(rest["candidates"])
states = {}  # base of the last fit by strength of total variation
moved = 0.0


def fit():
    global moved
    c = next(candidates)
    base = images.BaseCube(coords=coords, nchan=1)
    hann, image = images.HannConvCube(nchan=1), images.ImageCube(coords=coords, nchan=1, passthrough=True)
    flat = torch.full_like(base.base_cube, np.log(np.expm1(brightness)))
    base.base_cube.data = states.get(c["tv"], states.get("last", flat)).clone()
    first = 0.5 if states else 1.0  # step of Adam, falling to a tenth
    adam = torch.optim.Adam(base.parameters(), lr=first)
    schedule = torch.optim.lr_scheduler.ExponentialLR(adam, 0.1 ** (1 / c["steps"]))
    history = []
    for _ in range(c["steps"]):
        adam.zero_grad()
        cube = image(hann(base()))
        loss = losses.nll_gridded(transform(cube), data) + c["tv"] * losses.TV_image(image.sky_cube)
        if c["entropy"] > 0:
            loss = loss + c["entropy"] * losses.entropy(cube, brightness, rest["flux"])
        loss.backward()
        adam.step()
        schedule.step()
        history.append(loss.item())
    states[c["tv"]] = states["last"] = base.base_cube.data
    moved = history[-51] - history[-1]
    # Packed to rows South to North and columns of growing l; then East, the largest l, first. l = +n/2 cells is off the grid.
    ground = np.fft.fftshift(cube[0].detach().numpy()) * cell**2
    np.roll(ground[:, ::-1], 1, axis=1).tofile(os.path.join(folder, "image.bin"))
    return history[-1]


serve(fit=fit, moved=lambda: moved)
