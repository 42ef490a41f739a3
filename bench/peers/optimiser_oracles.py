"""Oracles of the optimiser's numerics, made with SciPy: python optimiser_oracles.py > test/fixtures/optimiser-oracles.json

Every entry is a list of rows [inputs…, value]. Infinities are written as the strings "inf" and "-inf".
"""

import json
import math
import sys

import numpy as np
import scipy
from scipy import special, stats


def number(value):
    value = float(value)
    return value if math.isfinite(value) else str(value)


def rows(function, *inputs):
    return [[*map(number, row), number(function(*row))] for row in zip(*inputs)]


z = [-1e10, -1e5, -1000, -300, -100, -40, -38, -30, -25, -20.1, -20, -19.9, -14, -10, -7, -5, -3, -2, -1.2,
     -0.7, -0.66, -0.1, -1e-9, 0, 1e-9, 0.3, 0.66, 0.67, 1, 2, 3.3, 5, 8, 10, 40]
x = [-20, -5, -2, -0.5, -0.46, -0.1, 0, 1e-12, 0.1, 0.46, 0.469, 0.5, 1, 2, 3.99, 4, 4.01, 7, 26, 100, 1e5, 1e9, 1e150]
log_p = [-1e6, -5000, -746, -100, -30, -10, -5, -2, -1, -0.7, -0.69, -0.5, -0.1, -1e-3, -1e-8, -1e-15]


def log_mass(a, b):
    """log(Phi(b) - Phi(a)) from 60-digit arithmetic."""
    import mpmath

    mpmath.mp.dps = 400
    half = mpmath.mpf(1) / 2
    f = lambda t: half * mpmath.erfc(-mpmath.mpf(t) / mpmath.sqrt(2))
    return mpmath.log(f(b) - f(a))


def inverse_log_cdf(log_p):
    """The z with log Phi(z) = log_p, SciPy's polished in 400-digit arithmetic."""
    import mpmath

    mpmath.mp.dps = 400
    f = lambda t: mpmath.log(mpmath.erfc(-t / mpmath.sqrt(2)) / 2) - mpmath.mpf(log_p)
    return mpmath.findroot(f, mpmath.mpf(float(special.ndtri_exp(log_p))))


mass = [(-1, 1), (-0.1, 0.1), (-8, -7), (7, 8), (-30, -29), (29, 30), (-30, -29.999), (25, 25.0001), (-1e-3, 1e-3),
        (-5, 20), (-40, 0), (0, 1e-8), (3, 3.01), (-12, -11.5), (2, 40), (-0.5, -0.4), (-3, -2.98)]
truncated = [(u, a, b) for u in (1e-6, 0.1, 0.5, 0.9, 1 - 1e-6) for a, b in
             [(-1, 1), (-3, -2), (2, 3), (-0.01, 5), (8, 9), (-10, -8), (-2, 40)]]


def log_h(z):
    """log(phi(z) + z Phi(z)) = log of expected improvement at sigma 1, from 400-digit arithmetic."""
    import mpmath

    mpmath.mp.dps = 400
    t = mpmath.mpf(z)
    phi = mpmath.exp(-t * t / 2) / mpmath.sqrt(2 * mpmath.pi)
    return mpmath.log(phi + t * mpmath.erfc(-t / mpmath.sqrt(2)) / 2)


improvement = [-1000, -300, -100, -50, -30, -26, -25.001, -24.999, -20, -12, -8, -5, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 5, 10]

def matern(a, b, inverse_squared, scale, hamming):
    d2 = 0
    for i, weight in enumerate(inverse_squared):
        d2 += weight * (float(a[i] != b[i]) if i in hamming else (a[i] - b[i]) ** 2)
    r = math.sqrt(5 * d2)
    return scale * (1 + r + r * r / 3) * math.exp(-r)


def gaussian_process():
    rng = np.random.default_rng(7)
    inputs = rng.random((12, 3))
    inputs[:, 2] = rng.integers(0, 3, 12)
    targets = np.sin(4 * inputs[:, 0]) + inputs[:, 1] ** 2 - 0.3 * inputs[:, 2]
    targets = (targets - targets.mean()) / targets.std()
    log_theta = [1.2, -0.4, 0.3, 0.1, -4.0]  # log inverse squared lengths, log scale, log noise
    extra = rng.random(12) * 0.01  # variance of each observation beside the fitted noise
    weights, scale, noise = np.exp(log_theta[:3]), math.exp(log_theta[3]), math.exp(log_theta[4])
    k = lambda a, b: matern(a, b, weights, scale, {2})
    c = np.array([[k(a, b) for b in inputs] for a in inputs]) + np.diag(noise + extra)
    queries = rng.random((5, 3))
    queries[:, 2] = rng.integers(0, 3, 5)
    cross = np.array([[k(q, b) for b in inputs] for q in queries])
    prior = np.array([[k(a, b) for b in queries] for a in queries])
    covariance = prior - cross @ np.linalg.solve(c, cross.T)
    # lnN(y; 0, C)
    likelihood = stats.multivariate_normal(np.zeros(12), c).logpdf(targets)
    return {
        "inputs": inputs.tolist(), "targets": targets.tolist(), "logTheta": log_theta, "extra": extra.tolist(),
        "queries": queries.tolist(), "mean": (cross @ np.linalg.solve(c, targets)).tolist(),
        "covariance": covariance.tolist(), "logLikelihood": float(likelihood),
    }


def hypervolumes():
    """By inclusion and exclusion over all subsets of minimised points."""
    rng = np.random.default_rng(11)
    found = []
    for m in (2, 3, 4):
        for n in (1, 4, 9):
            points = np.round(rng.random((n, m)), 6)
            total = 0.0
            for mask in range(1, 2**n):
                chosen = points[[i for i in range(n) if mask >> i & 1]]
                total += (-1) ** (len(chosen) + 1) * np.prod(np.maximum(1 - chosen.max(axis=0), 0))
            found.append({"points": points.tolist(), "volume": float(total)})
    return found


json.dump({
    "about": "made by bench/peers/optimiser_oracles.py",
    "scipy": scipy.__version__,
    "logNormalCdf": rows(special.log_ndtr, z),
    "erfcx": rows(special.erfcx, x),
    "inverseLogNormalCdf": rows(inverse_log_cdf, log_p),
    "logNormalMass": rows(log_mass, *zip(*mass)),
    "truncatedNormalQuantile": rows(stats.truncnorm.ppf, *zip(*truncated)),
    "logExpectedImprovement": rows(log_h, improvement),
    "gaussianProcess": gaussian_process(),
    "hypervolumes": hypervolumes(),
}, sys.stdout)
print()
