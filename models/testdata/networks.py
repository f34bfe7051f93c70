"""Makes networks.json: what the reference implementations of the networks of package models return.

usage: python networks.py > networks.json      with torch 2.1.2 and deepinv 0.3.2, the environment of `scripts/python.sh peers`

DRUNet, the gradient-step denoiser, SwinIR and DnCNN without normalisation are deepinv's. The others are written here from their papers.
Weights are not stored: both sides compute them from their names (see fill). Everything is float64, but deepinv's gradient step is float32.
"""
import json
import math
import sys
import types

import torch
from torch import nn
from torch.nn import functional as F

# deepinv's SwinIR wants three small functions of a package that is otherwise not needed.
timm, layers = types.ModuleType("timm"), types.ModuleType("timm.layers")
layers.DropPath, layers.to_2tuple, layers.trunc_normal_ = (lambda p: nn.Identity()), (lambda v: (v, v)), nn.init.trunc_normal_
timm.layers = layers
sys.modules.update({"timm": timm, "timm.layers": layers})

import deepinv  # noqa: E402  (after its stand-ins)

torch.set_default_dtype(torch.float64)


def numbers(start, n):
    """n numbers in [-1, 1) that anybody can compute: a multiplicative hash of a counter."""
    k = torch.arange(start, start + n, dtype=torch.int64)
    return (k * 2654435761 % 2**32).double() / 2**31 - 1


def fill(name, t):
    """Scales of norms and variances lie around 1, other vectors around 0; matrices and kernels are divided by the root of their fan-in."""
    h = numbers(1000 * sum(name.encode()), t.numel()).reshape(t.shape)
    if t.ndim > 1 and name != "log_scale":
        h = h * math.sqrt(t.shape[0] / t.numel())
    elif name.endswith("weight") or name.endswith("running_var"):
        h = 1 + 0.5 * h
    else:
        h = 0.1 * h
    t.data.copy_(h)


def filled(net, prefix=""):
    for name, t in net.state_dict().items():
        if t.is_floating_point() and not name.endswith("attn_mask"):
            fill(name.removeprefix(prefix), t)
    return net.eval()


class UNet(nn.Module):
    """The U-net of Zbontar et al. 2018 with the parameter names of its state dict."""

    def __init__(self, width, pools):
        super().__init__()

        def part(*layers):
            m = nn.Module()
            m.layers = nn.Sequential(*layers)
            return m

        def block(i, o):
            rest = lambda: [nn.InstanceNorm2d(o), nn.LeakyReLU(0.2), nn.Dropout2d(0.0)]
            return part(nn.Conv2d(i, o, 3, padding=1, bias=False), *rest(), nn.Conv2d(o, o, 3, padding=1, bias=False), *rest())

        w = [width * 2**k for k in range(pools + 1)]
        self.down_sample_layers = nn.ModuleList(block(i, o) for i, o in zip([1] + w, w[:-1]))
        self.conv = block(w[-2], w[-1])
        ups = list(zip(w[:0:-1], w[-2::-1]))
        self.up_transpose_conv = nn.ModuleList(
            part(nn.ConvTranspose2d(i, o, 2, stride=2, bias=False), nn.InstanceNorm2d(o), nn.LeakyReLU(0.2)) for i, o in ups)
        last = nn.Sequential(block(2 * width, width), nn.Conv2d(width, 1, 1))
        self.up_conv = nn.ModuleList([block(i, o) for i, o in ups[:-1]] + [last])

    def forward(self, x):
        skips = []
        for m in self.down_sample_layers:
            x = m.layers(x)
            skips.append(x)
            x = F.avg_pool2d(x, 2)
        x = self.conv.layers(x)
        for up, m in zip(self.up_transpose_conv, self.up_conv):
            x = torch.cat([up.layers(x), skips.pop()], 1)
            x = m[1](m[0].layers(x)) if isinstance(m, nn.Sequential) else m.layers(x)
        return x


def dncnn_normed(depth, width):
    """The sequence of Zhang et al. 2017, numbered as such."""
    seq = [nn.Conv2d(1, width, 3, padding=1), nn.ReLU()]
    for _ in range(depth - 2):
        seq += [nn.Conv2d(width, width, 3, padding=1), nn.BatchNorm2d(width, eps=1e-4), nn.ReLU()]
    net = nn.Module()
    net.model = nn.Sequential(*seq, nn.Conv2d(width, 1, 3, padding=1))
    return net


def dncnn_plain(depth, width):
    """deepinv's, which adds its last layer instead of subtracting it."""
    net = deepinv.models.DnCNN(1, 1, depth=depth, nf=width, pretrained=None)
    chain = [net.in_conv, *net.conv_list, net.out_conv]
    for i, c in enumerate(chain):
        fill(f"model.{2 * i}.weight", c.weight)
        fill(f"model.{2 * i}.bias", c.bias)
    net.out_conv.weight.data.neg_()
    net.out_conv.bias.data.neg_()
    return net.double()


def srcnn(width, middle):
    net = nn.Module()
    net.conv1, net.conv2 = nn.Conv2d(1, width, 9, padding=4), nn.Conv2d(width, width // 2, middle, padding=middle // 2)
    net.conv3 = nn.Conv2d(width // 2, 1, 5, padding=2)
    filled(net)
    return lambda x: net.conv3(net.conv2(net.conv1(x).relu()).relu())


def patch_mlp(patch, hidden, count, stride):
    """Patch by patch, in loops; the image size fits the stride."""
    sizes = [patch**2] + [hidden] * count + [patch**2]
    net = nn.Module()
    net.layers = nn.ModuleList(nn.Linear(i, o) for i, o in zip(sizes, sizes[1:]))
    filled(net)

    def forward(x):
        total, times = torch.zeros_like(x), torch.zeros_like(x)
        for y0 in range(0, x.shape[2] - patch + 1, stride):
            for x0 in range(0, x.shape[3] - patch + 1, stride):
                here = (..., slice(y0, y0 + patch), slice(x0, x0 + patch))
                h = x[here].flatten(1)
                for i, layer in enumerate(net.layers):
                    h = layer(h if i == 0 else torch.tanh(h))
                total[here] += h.reshape(-1, 1, patch, patch)
                times[here] += 1
        return total / times

    return forward


def ridge(filters, inner, kernel, knots, steps):
    """The regularizer by its definition: filters as the response to a pulse, ridges as sums of ramps, gradients by autograd."""
    w0, w1 = torch.empty(inner, 1, kernel, kernel), torch.empty(filters, inner, kernel, kernel)
    theta, log_scale = torch.empty(filters, knots), torch.empty(1, 1, 1, 1)
    for name, t in {"filters.0.weight": w0, "filters.1.weight": w1, "slopes": theta, "log_scale": log_scale}.items():
        fill(name, t)
    k = 2 * kernel - 1
    pulse = torch.zeros(1, 1, 2 * k - 1, 2 * k - 1)
    pulse[..., k - 1, k - 1] = 1
    response = F.conv2d(F.conv2d(pulse, w0 - w0.mean((2, 3), keepdim=True), padding=kernel // 2), w1, padding=kernel // 2)
    w = response[0, :, k - 1 - k // 2:k + k // 2, k - 1 - k // 2:k + k // 2].flip(1, 2)[:, None]
    power = torch.fft.fft2(w[:, 0], (16 * k, 16 * k)).abs().square().sum(0).max()
    w = w * math.cos(math.pi * (k - 1) / (16 * k)) / power.sqrt()
    slope, mu = F.softplus(theta), log_scale.exp()

    def energy(x, sigma):
        u = (mu / sigma * F.conv2d(x, w, padding=k // 2)).abs()
        psi = 0
        for j in range(knots):  # the slope s on [j, j + 1] adds s·∫ min(max(t − j, 0), 1) dt
            ramp, beyond = (u - j).clamp(0, 1), (u - j - 1).clamp(min=0)
            psi = psi + slope[:, j, None, None] * (ramp**2 / 2 + beyond)
        return (sigma / mu) ** 2 * psi.sum((1, 2, 3), keepdim=True)

    def forward(x, sigma):
        z = x.clone()
        for _ in range(steps):
            leaf = z.detach().requires_grad_()
            gradient = torch.autograd.grad(energy(leaf, sigma).sum(), leaf)[0]
            z = z - 2 / (2 + slope.max()) * (z - x + gradient)
        return z

    return energy, forward


def main():
    x, sigma, out = numbers(1, 2 * 16 * 16).reshape(2, 1, 16, 16), 0.3, {}
    unet = filled(UNet(4, 2))
    drunet = filled(deepinv.models.DRUNet(1, 1, nc=[2, 4, 8, 16], nb=2, pretrained=None).double())
    step = filled(deepinv.models.GSDRUNet(in_channels=1, out_channels=1, nc=[2, 4, 8, 16], nb=2).double(), "student_grad.model.").float()
    swinir = filled(deepinv.models.SwinIR(img_size=16, in_chans=1, depths=[2, 2], num_heads=[2, 2], embed_dim=8, window_size=4, pretrained=None).double())
    energy, denoise = ridge(3, 2, 3, 4, 5)
    with torch.no_grad():
        out["unet"] = unet(x)
        out["drunet"] = drunet.forward_unet(torch.cat([x, torch.full_like(x, sigma)], 1))
        out["swinir"] = swinir(x, sigma)
        out["dncnn"] = dncnn_plain(5, 4)(x)
        out["srcnn 9-1-5"], out["srcnn 9-5-5"] = srcnn(4, 1)(x), srcnn(4, 5)(x)
        out["patch mlp"] = patch_mlp(7, 10, 3, 3)(x)
        out["ridge energy"] = energy(x, sigma)
        normed = filled(dncnn_normed(4, 4))
        out["dncnn normed"] = x - normed.model(x)
        normed.train()
        out["dncnn normed training"] = x - normed.model(x)
        out["dncnn normed mean"] = normed.state_dict()["model.3.running_mean"]
        out["dncnn normed variance"] = normed.state_dict()["model.3.running_var"]
    out["gradient step"] = step(x.float(), torch.full((2,), sigma).float())
    out["ridge"] = denoise(x, sigma)
    lines = (f"{json.dumps(name)}: [" + ", ".join(f"{v:.10g}" for v in t.detach().double().flatten().tolist()) + "]" for name, t in out.items())
    print("{\n" + ",\n".join(lines) + "\n}")


main()
