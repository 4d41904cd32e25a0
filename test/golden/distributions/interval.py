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


def kumaraswamy(concentration1, concentration0, x):
    a, b = concentration1, concentration0
    return [mp.log(a), mp.log(b), power(a - 1, x), power(b - 1, -mp.expm1(a * mp.log(x)) if x != 0 else mp.mpf(1))]


def log_mass(low, high):
    """log of the standard normal mass between two bounds, without cancellation."""
    if low > 0:
        low, high = -high, -low
    upper = mp.ncdf(high) if high < mp.inf else mp.mpf(1)
    return mp.log(upper - (mp.ncdf(low) if low > -mp.inf else 0))


def truncated_normal(loc, scale, low, high, x):
    mass = log_mass((low - loc) / scale, (high - loc) / scale)
    return [-((x - loc) / scale) ** 2 / 2, -mp.log(scale), -mp.log(2 * mp.pi) / 2, -mass]


def von_mises(loc, concentration, x):
    k = concentration
    return [-2 * k * mp.sin((x - loc) / 2) ** 2, -mp.log(mp.besseli(0, k) * mp.exp(-k)), -mp.log(2 * mp.pi)]


def logit_normalizer(logits):
    return mp.log(mp.expm1(logits) / logits) if logits != 0 else mp.mpf(0)


def continuous_bernoulli(logits, x):
    return [x * logits, -logit_normalizer(logits)]


def continuous_bernoulli_probs(probs, x):
    return continuous_bernoulli(mp.log(probs / (1 - probs)), x)


def relaxed_bernoulli(temperature, logits, x):
    t = temperature
    both = mp.log(x**t + mp.exp(logits) * (1 - x) ** t)
    return [mp.log(t), logits, power(t - 1, x), power(t - 1, 1 - x), -2 * both]


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
    write("kumaraswamy", table(
        kumaraswamy,
        [(2, 3, 0.4), (2, 3, 0.05), (0.5, 0.5, 0.3), (2.5, 1.5, 0.9), (0.7, 0.6, 0.01), (20, 8, 0.8), (1, 1, 0.3),
         (1, 3, 0.5), (5, 1, 0.75), (10, 10, 0.5)],
        [(2, 3, 1e-30), (0.5, 0.5, 1e-35), (0.5, 0.5, 1 - 2**-24), (1e4, 1e4, 0.999), (1e-3, 1e-3, 0.5), (1e-3, 2, 1e-20),
         (30, 1e5, 0.6), (1e6, 2, 0.999999), (3, 3, 1 - 2**-22)],
        [((1, 1, 0), ("value",), {"value": 1}), ((1, 1, 1), ("value",), {"value": -1}),
         ((1, 3, 0), ("concentration0", "value"), {"value": 1}), ((5, 1, 1), ("concentration1", "value"), {"value": -1}),
         ((2, 3, 0), (), {}), ((2, 3, 1), (), {}), ((0.5, 0.5, 0), (), {}), ((0.5, 0.5, 1), (), {})],
        [(2, 3, -0.1), (2, 3, 1.1), (1, 1, 1.0001), (0.5, 0.5, -1e-20), (2, 3, INF)], pair))
    four = ("loc", "scale", "low", "high")
    write("truncatedNormal", table(
        truncated_normal,
        [(0, 1, -1, 2, 0.5), (0, 1, -1, 2, -0.9), (0.5, 1.25, -3, 1, 0), (-3, 0.25, -3.5, -2.9, -3.1), (0, 1, 1, 2, 1.5),
         (0, 1, -4, -2, -2.5), (100, 7, 90, 120, 105), (2, 10, -5, 5, 1.99), (0, 1, 0.1, 0.3, 0.2)],
        [(0, 1, 8, 9, 8.1), (0, 1, 30, 40, 30.05), (0, 1, -40, -30, -31), (0, 1, 5, 5.001, 5.0005), (0, 1, -1e-3, 1e-3, 0),
         (0, 1e-10, -1e-10, 2e-10, 1e-10), (50, 2, 0, 10, 9), (0, 1, 100, 200, 100.01), (0, 1, -1e10, 1e10, 3)],
        [((0, 1, -1, 2, 2), ("loc", "scale", "low", "value"), {"value": -1}),
         ((0, 1, -1, 2, -1), ("loc", "scale", "high", "value"), {"value": 1})],
        [(0, 1, -1, 2, 2.1), (0, 1, -1, 2, -1.5), (0, 1, 8, 9, 0), (0, 1, -1, 2, INF), (0, 1, -1, 2, -INF)], four))
    write("vonMises", table(
        von_mises,
        [(0, 1, 0), (0, 1, 0.5), (0, 1, -3), (0.5, 4, 0.75), (-2, 0.3, 3), (3, 2, -3), (1, 20, 0.9), (0, 100, 0.2),
         (-1, 7, -1.5), (10, 2, -2.5)],
        [(0, 1e6, 1e-3), (0, 1e-6, 1), (0, 1e4, 0.05), (0, 50, 3), (0, 1e-20, 1), (1, 1e10, 1), (0, 700, 3.1)],
        [((0, 2, 3.1415925), ("loc", "concentration", "value"), {}), ((0, 2, -3.1415925), ("loc", "concentration", "value"), {})],
        [(0, 1, 3.2), (0, 1, -4), (0, 1, 100), (0, 1, INF)], ("loc", "concentration")))
    logits = [(0.5, 0.3), (-2, 0.9), (3, 0.05), (1, 0.5), (-0.1, 0.7), (8, 0.99), (-6, 0.01), (0.03, 0.4), (0.2, 0.2)]
    write("continuousBernoulli", table(
        continuous_bernoulli, logits,
        [(80, 0.9), (-80, 0.1), (1e-4, 0.3), (1e-8, 0.3), (1e-20, 0.9), (1e3, 0.999), (-1e4, 1e-3), (0.0199, 0.6),
         (0.0201, 0.6), (-0.02, 0.25)],
        [((0.5, 0), ("logits", "value"), {"value": 1}), ((0.5, 1), ("logits", "value"), {"value": -1}),
         ((-2, 0), ("logits", "value"), {"value": 1}), ((80, 1), ("logits", "value"), {"value": -1}),
         ((0, 0.25), ("value",), {}), ((0, 0.75), ("value",), {})],
        [(0.5, -0.1), (0.5, 1.1), (3, 1.0001), (-2, -1e-20), (1, INF)], ("logits",)))
    write("continuousBernoulli-probs", table(
        continuous_bernoulli_probs, [(0.3, 0.3), (0.9, 0.8), (0.1, 0.95), (0.01, 0.02), (0.55, 0.5)],
        [(1e-10, 0.1), (0.99999, 0.95), (1e-30, 0.01)], [((0.3, 0), ("probs", "value"), {"value": 1})],
        [(0.3, -0.1), (0.3, 1.1)], ("probs",)))
    write("relaxedBernoulli", table(
        relaxed_bernoulli,
        [(0.5, 0, 0.5), (0.5, 0, 0.1), (0.5, 1, 0.9), (1, 0, 0.3), (2, -1, 0.4), (0.67, 2, 0.99), (0.3, -2, 0.01),
         (1, 3, 0.7), (0.9, 0.5, 0.25), (5, 0, 0.5)],
        [(0.1, 0, 1e-10), (0.5, 0, 1e-30), (0.5, 0, 1 - 2**-24), (0.01, 0, 0.5), (0.5, 40, 0.3), (0.5, -60, 0.9),
         (100, 0, 0.51), (0.1, 5, 1 - 2**-23), (1e-3, 0, 1e-20)],
        [((1, 0.5, 0), ("logits",), {}), ((1, 0.5, 1), ("logits",), {}), ((0.5, 1, 0), (), {}), ((0.5, 1, 1), (), {}),
         ((2, 1, 0), (), {}), ((2, 1, 1), (), {})],
        [(0.5, 0, -0.1), (0.5, 0, 1.1), (0.5, 0, INF)], ("temperature", "logits")))
