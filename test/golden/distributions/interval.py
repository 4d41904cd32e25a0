"""Golden values of the families of numbers between two bounds. Run: python interval.py"""

import mpmath as mp

from golden import write
from positive import INF, table


def uniform(low, high, x):
    return [-mp.log(high - low)]


if __name__ == "__main__":
    write("uniform", table(
        uniform, [(0, 1, 0.5), (-1, 3, 0), (-2, 5, 4.9), (2, 7, 2.1), (-10, -3, -5), (0, 0.1, 0.05)],
        [(0, 1e-20, 5e-21), (-1e20, 1e20, 3), (1e6, 1e6 + 1, 1e6 + 0.5), (0, 1e-30, 5e-31), (-3e38, 1, 0)],
        [((0, 1, 0), ("high", "value"), {"value": 1}), ((0, 1, 1), ("low", "value"), {"value": -1}),
         ((-1, 3, 3), ("low", "value"), {"value": -1}), ((-1, 3, -1), ("high", "value"), {"value": 1}),
         ((0, 1e-20, 0), ("high", "value"), {"value": 1})],
        [(0, 1, 1.5), (0, 1, -1e-20), (-1, 3, -1.5), (2, 7, 0), (0, 1, INF), (0, 1, -INF)], ("low", "high")))
