"""Golden values of distributions made of others: mixtures, truncated and zero-inflated. Run: python combined.py"""

import mpmath as mp

from golden import entry, write

INF = float("inf")


def normal(loc, scale, x):
    return -((x - loc) / scale) ** 2 / 2 - mp.log(scale) - mp.log(2 * mp.pi) / 2


def laplace(loc, scale, x):
    return -abs(x - loc) / scale - mp.log(2 * scale)


def blended(weights, densities):
    """log Σ w p, whose rounding is that of its largest term."""
    terms = [mp.log(w) + d for w, d in zip(weights, densities)]
    top = max(terms)
    return [top, mp.log(mp.fsum(mp.exp(t - top) for t in terms))]


def same_family(probs, loc, scale, x):
    return blended(probs, [normal(l, scale, x) for l in loc])


def two_families(probs, loc, x):
    return blended(probs, [normal(loc, 1, x), laplace(loc + 2, mp.mpf(0.5), x)])


def truncated_exponential(rate, high, x):
    return [mp.log(rate), -rate * x, -mp.log(-mp.expm1(-rate * high))]


def logistic_cdf(x):
    return 1 / (1 + mp.exp(-x))


def truncated_logistic(loc, low, high, x):
    z = x - loc
    return [-z, -2 * mp.log1p(mp.exp(-z)), -mp.log(logistic_cdf(high - loc) - logistic_cdf(low - loc))]


def zero_inflated(rate, gate, x):
    count = -rate - mp.loggamma(x + 1) + (x * mp.log(rate) if x != 0 else 0)
    if x == 0:
        return [mp.log(gate + (1 - gate) * mp.exp(-rate))]
    return [mp.log(1 - gate), count]


def all_rows(terms, names, wanted, ordinary, extreme, outside):
    kinds = [("ordinary", ordinary), ("extreme", extreme), ("outside", outside)]
    return [entry(kind, terms, dict(zip(names, row[:-1])), row[-1], wanted) for kind, rows in kinds for row in rows]


if __name__ == "__main__":
    weights = ([0.3, 0.7], [0.5, 0.5])
    write("mixture-same-family", all_rows(
        same_family, ["probs", "loc", "scale"], ("probs", "loc", "scale", "value"),
        [(w, [-1, 2], 0.75, x) for w in weights for x in (-1.5, 0, 0.5, 2.25)],
        [([0.3, 0.7], [-1, 2], 0.75, 60), ([1e-20, 1], [-1, 2], 0.75, -1), ([0.5, 0.5], [-100, 100], 0.1, 0.01)], []))
    write("mixture", all_rows(
        two_families, ["probs", "loc"], ("probs", "loc", "value"),
        [(w, 0.25, x) for w in weights for x in (-1.5, 0, 0.5, 2.5)], [([0.3, 0.7], 0.25, 50), ([0.3, 0.7], 0.25, -1e3)], []))
    write("truncated-exponential", all_rows(
        truncated_exponential, ["rate", "high"], ("rate", "high", "value"),
        [(r, h, x) for r, h in ((1, 2), (0.25, 3)) for x in (0.125, 1, 1.75)], [(1e-3, 1, 0.5), (20, 5, 3)],
        [(1, 2, -0.5), (1, 2, 2.5), (1, 2, INF)]))
    write("truncated-logistic", all_rows(
        truncated_logistic, ["loc", "low", "high"], ("loc", "low", "high", "value"),
        [(l, -1, 2, x) for l in (0, 0.75) for x in (-0.5, 0.25, 1.5)], [(0, -15, -10, -11)],
        [(0, -1, 2, -1.5), (0, -1, 2, 2.5)]))
    write("zero-inflated-poisson", all_rows(
        zero_inflated, ["rate", "gate"], ("rate", "gate"),
        [(r, g, x) for r, g in ((2, 0.3), (0.5, 0.05)) for x in (0, 1, 4)],
        [(50, 1e-6, 0), (1e-6, 0.5, 0), (3, 1 - 2**-20, 2)], [(2, 0.3, -1), (2, 0.3, 0.5)])
        + [entry("boundary", lambda rate, gate, x: [mp.mpf(0)], {"rate": 2, "gate": 1}, 0),
           entry("boundary", lambda rate, gate, x: [-mp.mpf(2)], {"rate": 2, "gate": 0}, 0)]
        + [entry("outside", None, {"rate": 2, "gate": 1}, 3)])
