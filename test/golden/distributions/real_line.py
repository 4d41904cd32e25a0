"""Golden values of the families on the whole real line. Run: python real_line.py"""

import mpmath as mp

from golden import entry, write

LOG_2PI = mp.log(2 * mp.pi)


def normal(loc, scale, x):
    return [-((x - loc) / scale) ** 2 / 2, -mp.log(scale), -LOG_2PI / 2]


def cauchy(loc, scale, x):
    return [-mp.log1p(((x - loc) / scale) ** 2), -mp.log(scale), -mp.log(mp.pi)]


def laplace(loc, scale, x):
    return [-abs(x - loc) / scale, -mp.log(scale), -mp.log(2)]


def logistic(loc, scale, x):
    z = abs(x - loc) / scale
    return [-z, -2 * mp.log1p(mp.exp(-z)), -mp.log(scale)]


def gumbel(loc, scale, x):
    z = (x - loc) / scale
    return [-z, -mp.exp(-z), -mp.log(scale)]


def student_t(df, loc, scale, x):
    v, z = df, (x - loc) / scale
    return [mp.loggamma((v + 1) / 2), -mp.loggamma(v / 2), -mp.log(v * mp.pi) / 2, -mp.log(scale),
            -(v + 1) / 2 * mp.log1p(z * z / v)]


ORDINARY = [(0, 1, 0), (0, 1, 0.5), (0, 1, -1.7), (0.5, 1.25, 2.25), (-3, 0.25, -3.1), (-3, 0.25, -2), (100, 7, 93),
            (100, 7, 121), (0, 1, 3), (0, 1, -6), (2, 10, 1.99), (1e-3, 1e-2, 0.02)]

FAR = [(0, 1, 40), (0, 1, -1e4), (0, 1, 1e10), (0, 1e-20, 3e-20), (0, 1e-20, 0), (0, 1e20, 5e19), (1e6, 1, 1e6 + 1),
       (0, 1e-6, 1e-5), (0, 1, 1e-30), (1e-10, 1e-10, 2e-10)]


def locations(terms, extremes=FAR, skipped=()):
    """A location-scale family at ordinary places and at the given extreme ones; the infinities are outside."""
    rows = [("ordinary", *row) for row in ORDINARY if row not in skipped] + [("extreme", *row) for row in extremes]
    inside = [entry(kind, terms, {"loc": m, "scale": s}, x, ("loc", "scale", "value")) for kind, m, s, x in rows]
    ends = [entry("outside", None, {"loc": 0, "scale": 1}, x) for x in (float("inf"), float("-inf"))]
    return inside + ends


if __name__ == "__main__":
    write("normal", locations(normal))
    write("cauchy", locations(cauchy, [*FAR, (0, 1, 1e30), (0, 1e-20, 1e15), (3, 1, -1e38)]))
    # at x = loc central differences give the derivative 0 that a minimiser wants
    write("laplace", locations(laplace, [*FAR, (3, 2, 3)]))
    write("logistic", locations(logistic))
    write("gumbel", locations(gumbel, [r for r in FAR if r[2] > -100] + [(0, 1, -20), (0, 1, -80)]))
    student = [(3, 0, 1, 0.5), (3, 0, 1, -6), (5, 0.5, 1.25, 2.25), (9.5, -3, 0.25, -3.1), (40, 100, 7, 121), (1, 0, 1, 2),
               (0.5, 0, 1, 3), (2, 2, 10, 1.99), (30, 0, 1, -2), (200, 0, 1, 1)]
    far = [(3, 0, 1, 1e10), (3, 0, 1, 1e30), (3, 0, 1e-20, 3e-20), (3, 0, 1e-20, 1e15), (1e6, 0, 1, 2), (1e10, 0, 1, 5),
           (1e-3, 0, 1, 2), (0.1, 0, 1, 1e20), (3, 0, 1e20, 5e19), (1e30, 0, 1, 3), (1e4, 0, 1, 40)]
    every = ("df", "loc", "scale")
    write("studentT", [
        entry(kind, student_t, dict(zip(every, row)), row[-1], (*every, "value"))
        for kind, rows in (("ordinary", student), ("extreme", far)) for row in rows
    ] + [entry("outside", None, {"df": 3, "loc": 0, "scale": 1}, x) for x in (float("inf"), float("-inf"))])
