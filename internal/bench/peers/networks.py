"""Peer: training steps and inference of networks in eager PyTorch, float32, its default layout.

usage: networks.py NET WHAT BATCH SIZE
NET is unet (that of fastMRI, 32 channels, 4 pools), dncnn or drunet (deepinv's); WHAT is train (forward, mean square error, backward, Adam)
or infer. "step" answers the milliseconds of one.
"""
import sys
import warnings

import torch
from serve import milliseconds, serve
from torch import nn

warnings.filterwarnings("ignore")
net, what, batch, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
torch.set_num_threads(2)
torch.manual_seed(0)


def block(i, o):
    half = lambda i: [nn.Conv2d(i, o, 3, padding=1, bias=False), nn.InstanceNorm2d(o), nn.LeakyReLU(0.2, inplace=True)]
    return nn.Sequential(*half(i), *half(o))


class UNet(nn.Module):
    def __init__(self, width=32, pools=4):
        super().__init__()
        w = [width * 2**k for k in range(pools + 1)]
        self.down = nn.ModuleList(block(i, o) for i, o in zip([1] + w[:-1], w))
        pairs = list(zip(w[:0:-1], w[-2::-1]))
        self.up = nn.ModuleList(
            nn.Sequential(nn.ConvTranspose2d(i, o, 2, stride=2, bias=False), nn.InstanceNorm2d(o), nn.LeakyReLU(0.2, inplace=True)) for i, o in pairs)
        self.merge = nn.ModuleList(block(i, o) for i, o in pairs)
        self.out = nn.Conv2d(width, 1, 1)

    def forward(self, x):
        skips = []
        for b in self.down[:-1]:
            skips.append(b(x))
            x = nn.functional.avg_pool2d(skips[-1], 2)
        x = self.down[-1](x)
        for u, m in zip(self.up, self.merge):
            x = m(torch.cat([u(x), skips.pop()], 1))
        return self.out(x)


def build():
    if net == "unet":
        return UNet()
    import deepinv

    if net == "dncnn":
        return deepinv.models.DnCNN(1, 1, depth=17, pretrained=None)
    drunet = deepinv.models.DRUNet(1, 1, pretrained=None)
    level = torch.full((batch, 1, size, size), 0.05)
    drunet.forward = lambda x: drunet.forward_unet(torch.cat([x, level], 1))
    return drunet


model = build()
x, y = torch.randn(batch, 1, size, size), torch.randn(batch, 1, size, size)
adam = torch.optim.Adam(model.parameters(), 1e-4)


def step():
    if what == "infer":
        with torch.no_grad():
            model(x)
        return
    adam.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    adam.step()


if what == "infer":
    model.eval()
serve(step=lambda: milliseconds(step, 1))
