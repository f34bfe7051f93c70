"""Writes optimizers.json: the weights after each of 20 steps of PyTorch's optimizers on sum(a w^2 / 2 + w^4 / 4).

    python optimizers.py > optimizers.json     # with torch 2.1.2
"""
import json
import sys

import torch

CASES = [
    ("adamw", dict(weight_decay=0.1), torch.optim.AdamW, {}),
    ("adam", dict(weight_decay=0.1), torch.optim.Adam, {}),
    ("adam", dict(weight_decay=0.0, beta1=0.5, beta2=0.9, eps=1e-3), torch.optim.Adam, dict(betas=(0.5, 0.9), eps=1e-3)),
    ("sgd", dict(weight_decay=0.0), torch.optim.SGD, {}),
    ("sgd", dict(weight_decay=0.1, momentum=0.9), torch.optim.SGD, dict(momentum=0.9)),
    ("sgd", dict(weight_decay=0.1, momentum=0.9, nesterov=True), torch.optim.SGD, dict(momentum=0.9, nesterov=True)),
    ("rmsprop", dict(weight_decay=0.0), torch.optim.RMSprop, {}),
    ("rmsprop", dict(weight_decay=0.1, momentum=0.9, beta2=0.95), torch.optim.RMSprop, dict(momentum=0.9, alpha=0.95)),
]


def trajectory(make, options, weight_decay):
    w = torch.nn.Parameter(torch.tensor([1.0, -2.0, 0.3, 0.0], dtype=torch.float64))
    a = torch.tensor([1.0, 0.2, 3.0, 0.5], dtype=torch.float64)
    optimizer = make([w], lr=0.05, weight_decay=weight_decay, **options)
    path = []
    for _ in range(20):
        optimizer.zero_grad()
        (a * w**2 / 2 + w**4 / 4).sum().backward()
        optimizer.step()
        path.append(w.detach().tolist())
    return path


json.dump(
    [dict(name=name, **c, path=trajectory(make, options, c["weight_decay"])) for name, c, make, options in CASES],
    sys.stdout, indent=None, separators=(",", ":"))
