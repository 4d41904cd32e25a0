"""Golden values of families of counts. Run: python counts.py"""

import mpmath as mp

from golden import entry, write

INF = float("inf")


def times(x, y):
    return mp.mpf(0) if x == 0 else x * y


def times_log(x, p):
    return mp.mpf(0) if x == 0 else x * mp.log(p)


def softplus(x):
    return mp.log1p(mp.exp(x)) if x < 0 else x + mp.log1p(mp.exp(-x))


def log_factorial(x):
    return mp.loggamma(x + 1)


def poisson(rate, x):
    return [times_log(x, rate), -rate, -log_factorial(x)]


def choose(n, x):
    return [log_factorial(n), -log_factorial(x), -log_factorial(n - x)]


def binomial(totalCount, probs, x):
    return [*choose(totalCount, x), times_log(x, probs), times_log(totalCount - x, 1 - probs)]


def binomial_logits(totalCount, logits, x):
    return [*choose(totalCount, x), times(x, -softplus(-logits)), times(totalCount - x, -softplus(logits))]


def beta_binomial(concentration1, concentration0, totalCount, x):
    a, b, n = concentration1, concentration0, totalCount
    top = [mp.loggamma(x + a), mp.loggamma(n - x + b), -mp.loggamma(n + a + b)]
    return [*choose(n, x), *top, -mp.loggamma(a), -mp.loggamma(b), mp.loggamma(a + b)]


def geometric(probs, x):
    return [times_log(x, 1 - probs), mp.log(probs)]


def geometric_logits(logits, x):
    return [times(x, -softplus(logits)), -softplus(-logits)]


def rising(x, r):
    return [mp.loggamma(x + r), -mp.loggamma(r), -log_factorial(x)]


def negative_binomial(totalCount, probs, x):
    return [*rising(x, totalCount), totalCount * mp.log(1 - probs), times_log(x, probs)]


def negative_binomial_logits(totalCount, logits, x):
    return [*rising(x, totalCount), -totalCount * softplus(logits), times(x, -softplus(-logits))]


def negative_binomial_mean(mean, concentration, x):
    m, r = mean, concentration
    return [*rising(x, r), r * mp.log(r / (r + m)), times_log(x, m / (r + m))]


def multinomial(probs, totalCount, x):
    return [log_factorial(mp.fsum(x)), *[-log_factorial(k) for k in x], *[times_log(k, p) for k, p in zip(x, probs)]]


def multinomial_logits(logits, totalCount, x):
    total = mp.log(mp.fsum(mp.exp(l) for l in logits))
    return [log_factorial(mp.fsum(x)), *[-log_factorial(k) for k in x], *[times(k, l - total) for k, l in zip(x, logits)]]


def dirichlet_multinomial(concentration, totalCount, x):
    a, n = concentration, mp.fsum(x)
    whole = mp.fsum(a)
    own = [t for k, c in zip(x, a) for t in (mp.loggamma(k + c), -mp.loggamma(c), -log_factorial(k))]
    return [log_factorial(n), mp.loggamma(whole), -mp.loggamma(n + whole), *own]


def rows(terms, names, wanted, ordinary, extreme, outside):
    """Rows of (*parameters, value)."""
    def made(kind, row):
        return entry(kind, terms, dict(zip(names, row[:-1])), row[-1], wanted)

    return ([made("ordinary", row) for row in ordinary] + [made("extreme", row) for row in extreme]
            + [made("outside", row) for row in outside])


def poisson_rows():
    ordinary = [(r, x) for r in (0.3, 1, 3.5, 12) for x in (0, 1, 4, 9)] + [(50, 41), (200, 233)]
    extreme = [(1e6, 1e6), (1e6, 1002000), (1e7, 9999000), (1e-10, 0), (1e-10, 3), (1e-30, 1), (3, 200), (1e4, 0), (1e8, 1e8)]
    return rows(poisson, ["rate"], ("rate",), ordinary, extreme, [(3, -1), (3, 1.5), (3, INF), (3, -INF)])


def binomial_rows():
    ordinary = [(10, p, x) for p in (0.1, 0.5, 0.8) for x in (0, 3, 10)] + [(1, 0.3, 1), (0, 0.3, 0), (50, 0.62, 30)]
    extreme = [(1e6, 0.3, 300100), (1e6, 1e-6, 2), (1e7, 0.5, 5e6), (20, 1e-9, 3), (20, 1 - 2**-20, 20), (100, 1e-30, 1),
               (1000, 0.999, 500)]
    outside = [(10, 0.3, -1), (10, 0.3, 11), (10, 0.3, 2.5), (10, 0.3, INF)]
    made = rows(binomial, ["totalCount", "probs"], ("probs",), ordinary, extreme, outside)
    sure = [("boundary", 0, 0, 1), ("boundary", 1, 10, -1)]
    made += [entry(kind, binomial, {"totalCount": 10, "probs": p}, x, ("probs",), {"probs": side}) for kind, p, x, side in sure]
    return made + [entry("outside", None, {"totalCount": 10, "probs": p}, x) for p, x in ((0, 1), (1, 9))]


def binomial_logit_rows():
    ordinary = [(10, l, x) for l in (-2, 0, 1.5) for x in (0, 3, 10)]
    extreme = [(1e6, 0.25, 562000), (20, -40, 2), (20, 40, 20), (20, 100, 19)]
    return rows(binomial_logits, ["totalCount", "logits"], ("logits",), ordinary, extreme, [(10, 0.3, 11), (10, 0.3, 0.5)])


def beta_binomial_rows():
    names = ["concentration1", "concentration0", "totalCount"]
    ordinary = [(a, b, 8, x) for a, b in ((1, 1), (0.5, 2.5), (4, 3)) for x in (0, 3, 8)]
    extreme = [(1e5, 2e5, 50, 20), (1e-3, 1e-3, 10, 4), (1e-3, 1e-3, 10, 0), (2, 3, 1e5, 4e4)]
    return rows(beta_binomial, names, names[:2], ordinary, extreme, [(1, 2, 8, -1), (1, 2, 8, 9), (1, 2, 8, 1.5)])


def geometric_rows():
    ordinary = [(p, x) for p in (0.1, 0.25, 0.5, 0.9) for x in (0, 1, 7)]
    extreme = [(1e-6, 1e6), (1e-6, 0), (1e-30, 5), (1 - 2**-20, 0), (1 - 2**-20, 3), (0.5, 1000)]
    made = rows(geometric, ["probs"], ("probs",), ordinary, extreme, [(0.3, -1), (0.3, 0.5), (0.3, INF)])
    made += [entry("boundary", geometric, {"probs": 1}, 0, ("probs",), {"probs": -1})]
    return made + [entry("outside", None, {"probs": 1}, 1)]


def geometric_logit_rows():
    ordinary = [(l, x) for l in (-2, 0, 1.5) for x in (0, 1, 7)]
    return rows(geometric_logits, ["logits"], ("logits",), ordinary, [(-40, 3), (40, 0), (40, 2), (-14, 1e6)], [(0, -1)])


def negative_binomial_rows():
    ordinary = [(r, p, x) for r, p in ((1, 0.5), (2.5, 0.3), (0.4, 0.8), (10, 0.6)) for x in (0, 2, 9)]
    extreme = [(1e5, 1e-4, 12), (1e-4, 0.5, 0), (1e-4, 0.5, 3), (3, 1e-9, 1), (3, 0.99999, 2e5), (2, 0.5, 300)]
    outside = [(2, 0.3, -1), (2, 0.3, 1.5), (2, 0.3, INF)]
    return rows(negative_binomial, ["totalCount", "probs"], ("totalCount", "probs"), ordinary, extreme, outside)


def negative_binomial_logit_rows():
    ordinary = [(r, l, x) for r, l in ((1, 0), (2.5, -1), (0.4, 1.5)) for x in (0, 2, 9)]
    extreme = [(3, -40, 1), (3, 12, 4e5), (1e5, -9, 10)]
    return rows(negative_binomial_logits, ["totalCount", "logits"], ("totalCount", "logits"), ordinary, extreme, [(2, 0, -1)])


def negative_binomial_mean_rows():
    ordinary = [(m, c, x) for m, c in ((3, 2), (0.5, 4), (20, 0.7)) for x in (0, 3, 15)]
    extreme = [(3, 1e8, 4), (3, 1e-6, 0), (1e5, 3, 9e4), (1e-6, 2, 1)]
    return rows(negative_binomial_mean, ["mean", "concentration"], ("mean", "concentration"), ordinary, extreme, [(3, 2, -1)])


COUNTS = [[3, 4, 1], [0, 8, 0], [8, 0, 0], [2, 3, 3]]
BAD_COUNTS = [[3, 4, 2], [9, -1, 0], [2.5, 4.5, 1], [0, 0, 0]]


def multinomial_rows():
    ordinary = [(p, 8, x) for p in ([0.2, 0.3, 0.5], [0.7, 0.1, 0.2]) for x in COUNTS]
    extreme = [([1e-6, 0.5, 0.5], 1000, [2, 498, 500]), ([0.2, 0.3, 0.5], 1e6, [200100, 299900, 500000])]
    outside = [([0.2, 0.3, 0.5], 8, x) for x in BAD_COUNTS]
    made = rows(multinomial, ["probs", "totalCount"], ("probs",), ordinary, extreme, outside)
    made += [entry("boundary", multinomial, {"probs": [0, 0.25, 0.75], "totalCount": 3}, [0, 1, 2])]
    return made + [entry("outside", None, {"probs": [0, 0.25, 0.75], "totalCount": 3}, [1, 1, 1])]


def multinomial_logit_rows():
    ordinary = [(l, 8, x) for l in ([0, 0, 0], [-1, 0.5, 2]) for x in COUNTS]
    extreme = [([-30, 0, 1], 10, [2, 3, 5]), ([0, 1, 2], 1e6, [90000, 245000, 665000])]
    return rows(multinomial_logits, ["logits", "totalCount"], ("logits",), ordinary, extreme, [])


def dirichlet_multinomial_rows():
    ordinary = [(a, 8, x) for a in ([1, 1, 1], [0.5, 2, 3.5]) for x in COUNTS]
    extreme = [([1e5, 2e5, 3e5], 60, [10, 21, 29]), ([1e-3, 1e-3, 1e-3], 8, [8, 0, 0]), ([1, 2, 3], 1e5, [2e4, 3e4, 5e4])]
    outside = [([1, 1, 1], 8, x) for x in BAD_COUNTS]
    names = ["concentration", "totalCount"]
    return rows(dirichlet_multinomial, names, names[:1], ordinary, extreme, outside)


if __name__ == "__main__":
    write("poisson", poisson_rows())
    write("binomial", binomial_rows())
    write("binomial-logits", binomial_logit_rows())
    write("beta-binomial", beta_binomial_rows())
    write("geometric", geometric_rows())
    write("geometric-logits", geometric_logit_rows())
    write("negative-binomial", negative_binomial_rows())
    write("negative-binomial-logits", negative_binomial_logit_rows())
    write("negative-binomial-mean", negative_binomial_mean_rows())
    write("multinomial", multinomial_rows())
    write("multinomial-logits", multinomial_logit_rows())
    write("dirichlet-multinomial", dirichlet_multinomial_rows())
