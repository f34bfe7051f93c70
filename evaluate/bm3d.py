"""Answers lines of JSON, {"image": [...], "side": n, "sigma": s, "profile": "np", "exact": false}, with the image denoised by BM3D."""
import json
import sys
from importlib.metadata import version

try:
    import numpy as np
    from bm3d import bm3d, profiles
except ImportError as error:
    sys.exit(f"{sys.executable}: {error}")

PROFILES = {"np": profiles.BM3DProfile, "vn": profiles.BM3DProfileVN, "high": profiles.BM3DProfileHigh}

print(json.dumps(version("bm3d")), flush=True)  # ready
for line in sys.stdin:
    q = json.loads(line)
    profile = PROFILES[q["profile"]]()
    profile.num_threads = 1  # more would change the order of sums from run to run
    if not q["exact"]:
        profile.nf = 0  # the variances of white noise, without the correlations between blocks that overlap
    image = np.reshape(q["image"], (q["side"], q["side"]))
    print(json.dumps(bm3d(image, q["sigma"], profile).ravel().tolist()), flush=True)
