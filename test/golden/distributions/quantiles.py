"""Quantiles of Poisson and binomial counts at float32 levels, by scipy.stats. Run: python quantiles.py"""

import json
import os

import numpy as np
from scipy import stats

TAIL = 2.0**-24
LEVELS = [TAIL, 1e-5, 1e-3, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999, 1 - 1e-5, 1 - TAIL]
RATES = [1e-6, 0.01, 0.3, 1, 4, 11, 35, 120, 900, 8000, 2e4, 1e6]
TRIALS = [(1, 0.35), (2, 0.5), (7, 0.02), (30, 0.25), (30, 0.96875), (200, 0.01), (1000, 0.6), (1e5, 0.5), (1e5, 3e-4),
          (1e6, 0.25), (1e6, 2e-6), (1e7, 0.999)]


def floats(values):
    return [float(np.float32(v)) for v in values]


def main():
    levels = floats(LEVELS)
    poisson = [[r, stats.poisson.ppf(levels, r).tolist()] for r in floats(RATES)]
    binomial = [[n, p, stats.binom.ppf(levels, n, p).tolist()] for n, p in zip([n for n, _ in TRIALS], floats(p for _, p in TRIALS))]
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "..", "count-quantiles.json"), "w") as file:
        json.dump({"levels": levels, "poisson": poisson, "binomial": binomial}, file)


if __name__ == "__main__":
    main()
