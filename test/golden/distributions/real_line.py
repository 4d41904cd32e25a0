"""Golden values of the families on the whole real line. Run: python real_line.py"""

import mpmath as mp

from golden import entry, write

LOG_2PI = mp.log(2 * mp.pi)


def normal(loc, scale, x):
    return [-((x - loc) / scale) ** 2 / 2, -mp.log(scale), -LOG_2PI / 2]


def locations(terms, extremes):
    """A location-scale family at ordinary places and at the given extreme ones."""
    ordinary = [(0, 1, 0), (0, 1, 0.5), (0, 1, -1.7), (0.5, 1.25, 2.25), (-3, 0.25, -3.1), (-3, 0.25, -2), (100, 7, 93),
                (100, 7, 121), (0, 1, 3), (0, 1, -6), (2, 10, 1.99), (1e-3, 1e-2, 0.02)]
    rows = [("ordinary", *row) for row in ordinary] + [("extreme", *row) for row in extremes]
    return [entry(kind, terms, {"loc": l, "scale": s}, x, ("loc", "scale", "value")) for kind, l, s, x in rows]


FAR = [(0, 1, 40), (0, 1, -1e4), (0, 1, 1e10), (0, 1e-20, 3e-20), (0, 1e-20, 0), (0, 1e20, 5e19), (1e6, 1, 1e6 + 1),
       (0, 1e-6, 1e-5), (0, 1, 1e-30), (1e-10, 1e-10, 2e-10)]

if __name__ == "__main__":
    write("normal", locations(normal, FAR))
