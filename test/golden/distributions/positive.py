"""Golden values of the families of positive numbers. Run: python positive.py"""

import mpmath as mp

from golden import entry, write

LOG_2PI = mp.log(2 * mp.pi)
INF = float("inf")


def log_normal(loc, scale, x):
    return [-((mp.log(x) - loc) / scale) ** 2 / 2, -mp.log(scale), -LOG_2PI / 2, -mp.log(x)]


def half_normal(scale, x):
    return [-((x / scale) ** 2) / 2, -mp.log(scale), mp.log(2 / mp.pi) / 2]


def half_cauchy(scale, x):
    return [-mp.log1p((x / scale) ** 2), -mp.log(scale), mp.log(2 / mp.pi)]


def exponential(rate, x):
    return [mp.log(rate), -rate * x]


def pareto(scale, alpha, x):
    return [mp.log(alpha), -mp.log(x), -alpha * mp.log(x / scale)]


def gamma_terms(a, log_b, log_x, bx):
    return [a * log_b, (a - 1) * log_x if a != 1 else mp.mpf(0), -bx, -mp.loggamma(a)]


def gamma(concentration, rate, x):
    log_x = mp.log(x) if x != 0 else -mp.inf
    return gamma_terms(concentration, mp.log(rate), log_x, rate * x)


def chi2(df, x):
    return gamma(df / 2, mp.mpf(1) / 2, x)


def inverse_gamma(concentration, rate, x):
    a, b = concentration, rate
    return [a * mp.log(b), -(a + 1) * mp.log(x), -b / x, -mp.loggamma(a)]


def weibull(scale, concentration, x):
    k = concentration
    power = (k - 1) * mp.log(x / scale) if k != 1 and x != 0 else (mp.mpf(0) if k == 1 else -mp.sign(k - 1) * mp.inf)
    return [mp.log(k / scale), power, -((x / scale) ** k)]


def table(terms, ordinary, extreme, boundary=(), outside=(), names=()):
    """Rows are (parameters..., value); a boundary row is (row, wanted names, sides)."""
    def make(kind, row, wanted, sides=None, formula=terms):
        return entry(kind, formula, dict(zip(names, row[:-1])), row[-1], wanted, sides)

    every = (*names, "value")
    return (
        [make("ordinary", row, every) for row in ordinary]
        + [make("extreme", row, every) for row in extreme]
        + [make("boundary", row, wanted, sides) for row, wanted, sides in boundary]
        + [make("outside", row, every, formula=None) for row in outside]
    )


def at_zero(*parameters, wanted):
    return ((*parameters, 0), (*wanted, "value"), {"value": 1})


if __name__ == "__main__":
    write("logNormal", table(
        log_normal,
        [(0, 1, 1), (0, 1, 0.5), (0, 1, 3), (0.5, 0.4, 2), (-3, 0.25, 0.04), (4, 0.7, 100), (0, 2, 1e-3), (1, 1, 20),
         (0, 1, 0.9), (2, 0.1, 7)],
        [(0, 1, 1e-30), (0, 1, 1e30), (0, 1e-3, 1.001), (0, 20, 1e-20), (50, 2, 1e22), (0, 1, 1.2e-38), (-10, 0.5, 5e-5),
         (0, 1e-6, 1.0000001)],
        [], [(0, 1, 0), (0, 1, -1), (0.5, 0.4, -1e-20), (0, 1, INF), (0, 1, -INF)], ("loc", "scale")))
    one = [(1, 0.5), (1, 1), (1, 2.5), (1.5, 0.1), (0.02, 0.03), (300, 100), (300, 700), (2, 5), (10, 1), (0.5, 2)]
    far = [(1, 40), (1, 1e-30), (1e-20, 3e-20), (1e20, 5e19), (1e-6, 1e-5), (1, 100), (1e10, 1)]
    zeros = [at_zero(s, wanted=("scale",)) for s in (1, 0.02, 300, 1e-20)]
    out = [(1, -1), (1, -1e-20), (300, -5), (1, INF), (1, -INF)]
    write("halfNormal", table(half_normal, one, [*far, (1, 1e10)], zeros, out, ("scale",)))
    write("halfCauchy", table(half_cauchy, one, [*far, (1, 1e30), (1e-20, 1e15)], zeros, out, ("scale",)))
    rates = [(1, 0.5), (1, 1), (1, 2.5), (1.5, 0.1), (0.02, 30), (300, 0.01), (300, 0.001), (2, 5), (0.1, 1), (0.5, 2)]
    rate_far = [(1, 40), (1, 1e-30), (1e20, 3e-20), (1e-20, 5e19), (1e6, 1e-5), (1, 1e10), (1e-10, 1), (1e10, 1e10)]
    rate_zero = [at_zero(s, wanted=("rate",)) for s in (1, 0.02, 300, 1e20)]
    write("exponential", table(exponential, rates, rate_far, rate_zero, out, ("rate",)))
    write("pareto", table(
        pareto,
        [(1, 3, 1.5), (1, 3, 4), (1.5, 6, 1.6), (0.02, 12, 0.025), (40, 5, 41), (1, 0.5, 100), (2, 2, 3), (1, 1, 2),
         (3, 1.5, 9), (0.1, 4, 0.2)],
        [(1, 3, 1e30), (1e-30, 2, 1e10), (1, 1e6, 1.000001), (1e20, 3, 1.5e20), (1, 1e-5, 10), (1.2e-38, 1, 1e-37)],
        [((1, 3, 1), ("alpha", "value"), {"value": 1}), ((0.02, 12, 0.02), ("alpha", "value"), {"value": 1}),
         ((40, 5, 40), ("alpha", "value"), {"value": 1})],
        [(1, 3, 0.5), (1, 3, 0), (1, 3, -2), (40, 5, 39.9), (1, 3, INF)], ("scale", "alpha")))
    gamma_ordinary = [(2, 1, 1), (2, 1, 0.1), (0.5, 1, 0.3), (3.5, 2, 2), (10, 0.5, 25), (1, 3, 0.2), (0.7, 0.1, 9),
                      (50, 10, 5.5), (2.5, 4, 1.1), (100, 1, 95), (1.5, 1, 8)]
    gamma_far = [(1e4, 1, 1.01e4), (1e6, 1e3, 1000.5), (1e-3, 1, 0.5), (1e-3, 1, 1e-30), (0.5, 1, 1e-35),
                 (2, 1e-10, 1e10), (2, 1, 200), (30, 1, 1e-5), (1e8, 1e8, 1), (2, 1e20, 1e-20), (1e-10, 2, 3)]
    gamma_edges = [at_zero(1, 1, wanted=("rate",)), at_zero(1, 30, wanted=("rate",)),
                   ((2, 1, 0), (), {}), ((0.5, 1, 0), (), {}), ((1.5, 3, 0), (), {})]
    gamma_out = [(2, 1, -1), (1, 1, -0.5), (0.5, 1, -1e-20), (2, 1, INF), (2, 1, -INF)]
    write("gamma", table(gamma, gamma_ordinary, gamma_far, gamma_edges, gamma_out, ("concentration", "rate")))
    write("chi2", table(
        chi2, [(4, 2), (4, 0.2), (1, 0.3), (7, 4), (20, 25), (2, 0.2), (1.4, 9), (100, 110), (5, 2.2), (3, 16)],
        [(2e4, 2.02e4), (2e6, 2.001e6), (2e-3, 0.5), (1, 1e-35), (4, 400), (60, 1e-5), (1, 1e-20)],
        [((2, 0), ("value",), {"value": 1}), ((4, 0), (), {}), ((1, 0), (), {})],
        [(4, -1), (2, -0.5), (1, -1e-20), (4, INF)], ("df",)))
    write("inverseGamma", table(
        inverse_gamma,
        [(2, 1, 1), (2, 1, 0.1), (0.5, 1, 0.3), (3.5, 2, 2), (10, 5, 0.5), (1, 3, 0.2), (0.7, 0.1, 9), (50, 10, 0.22),
         (2.5, 4, 1.1), (100, 99, 1)],
        [(1e4, 1e4, 1.01), (1e6, 1e3, 0.001), (1e-3, 1, 0.5), (1e-3, 1, 1e30), (2, 1e-10, 1e-10), (2, 1, 1e-3),
         (2, 1, 1e10), (1e8, 1e8, 1), (2, 1e20, 1e20), (3, 1, 1e-6)],
        [], [(2, 1, 0), (2, 1, -1), (0.5, 1, -1e-20), (2, 1, INF), (2, 1, -INF)], ("concentration", "rate")))
    write("weibull", table(
        weibull,
        [(1, 2, 1), (1, 2, 0.1), (1, 0.5, 0.3), (3.5, 2, 2), (10, 1.5, 15), (3, 1, 0.2), (0.1, 0.7, 0.9), (5, 10, 5.5),
         (4, 2.5, 1.1), (100, 20, 95)],
        [(1, 1e3, 1.001), (1, 2, 1e-30), (1, 2, 30), (1e-20, 2, 3e-20), (1e20, 0.5, 1e19), (1, 0.01, 1e-20), (1, 0.1, 1e10),
         (1, 100, 0.5)],
        [at_zero(1, 1, wanted=("scale",)), at_zero(30, 1, wanted=("scale",)), ((1, 2, 0), (), {}), ((1, 0.5, 0), (), {})],
        [(1, 2, -1), (1, 1, -1e-20), (1, 0.5, -2), (1, 2, INF)], ("scale", "concentration")))
