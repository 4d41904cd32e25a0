"""Golden values of the families of numbers between two bounds. Run: python interval.py"""

import mpmath as mp

from golden import write
from positive import INF, table


def uniform(low, high, x):
    return [-mp.log(high - low)]


def power(exponent, base):
    """exponent * log(base), 0 where the exponent is 0."""
    return mp.mpf(0) if exponent == 0 else exponent * (mp.log(base) if base != 0 else -mp.inf)


def beta(concentration1, concentration0, x):
    a, b = concentration1, concentration0
    return [power(a - 1, x), power(b - 1, 1 - x), -mp.loggamma(a), -mp.loggamma(b), mp.loggamma(a + b)]


if __name__ == "__main__":
    write("uniform", table(
        uniform, [(0, 1, 0.5), (-1, 3, 0), (-2, 5, 4.9), (2, 7, 2.1), (-10, -3, -5), (0, 0.1, 0.05)],
        [(0, 1e-20, 5e-21), (-1e20, 1e20, 3), (1e6, 1e6 + 1, 1e6 + 0.5), (0, 1e-30, 5e-31), (-3e38, 1, 0)],
        [((0, 1, 0), ("high", "value"), {"value": 1}), ((0, 1, 1), ("low", "value"), {"value": -1}),
         ((-1, 3, 3), ("low", "value"), {"value": -1}), ((-1, 3, -1), ("high", "value"), {"value": 1}),
         ((0, 1e-20, 0), ("high", "value"), {"value": 1})],
        [(0, 1, 1.5), (0, 1, -1e-20), (-1, 3, -1.5), (2, 7, 0), (0, 1, INF), (0, 1, -INF)], ("low", "high")))
    pair = ("concentration1", "concentration0")
    write("beta", table(
        beta,
        [(2, 3, 0.4), (2, 3, 0.05), (0.5, 0.5, 0.3), (2.5, 1.5, 0.9), (0.7, 0.6, 0.01), (40, 8, 0.8), (1, 1, 0.3),
         (1, 3, 0.5), (5, 1, 0.75), (10, 10, 0.5), (100, 200, 0.33)],
        [(2, 3, 1e-30), (0.5, 0.5, 1e-35), (0.5, 0.5, 1 - 2**-24), (1e4, 1e4, 0.501), (1e6, 2, 0.999999), (1e-3, 1e-3, 0.5),
         (1e-3, 2, 1e-20), (30, 1e5, 3e-4), (1e8, 1e8, 0.5), (2, 1e8, 1e-8), (3, 3, 1 - 2**-22)],
        [((1, 1, 0), ("value",), {"value": 1}), ((1, 1, 1), ("value",), {"value": -1}),
         ((1, 3, 0), ("concentration0", "value"), {"value": 1}), ((5, 1, 1), ("concentration1", "value"), {"value": -1}),
         ((2, 3, 0), (), {}), ((2, 3, 1), (), {}), ((0.5, 0.5, 0), (), {}), ((0.5, 0.5, 1), (), {})],
        [(2, 3, -0.1), (2, 3, 1.1), (1, 1, 1.0001), (0.5, 0.5, -1e-20), (2, 3, INF)], pair))
