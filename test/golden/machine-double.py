"""Values of the step machine's operations in double precision, for test/engine/machine/double-operations.test.ts: writes
machine-double.json beside this file, {operation: [[input, ..., value], ...]}, from mpmath with 50 digits.

Run in the repository: python test/golden/machine-double.py
"""
import json, pathlib, random
import mpmath as M
from mpmath import mpf

M.mp.dps = 50
random.seed(20)
u = random.uniform


def spread(low, high):
    """Evenly in the logarithm."""
    return float(M.exp(u(float(M.log(low)), float(M.log(high)))))


def either(low, high):
    return random.choice([-1, 1]) * spread(low, high)


def quantile(p):
    """By the logarithm of the tail, which is what is known exactly."""
    if p > 0.5:
        return -quantile(1 - p)
    start = -M.sqrt(-2 * M.log(p)) if p < 0.01 else mpf(0)
    return M.findroot(lambda z: M.log(M.erfc(-z / M.sqrt(2)) / 2) - M.log(p), start)


def gamma_slope(a, x):
    slope = M.diff(lambda t: M.gammainc(t, 0, x, regularized=True), a)
    return -slope / M.exp((a - 1) * M.log(x) - x - M.loggamma(a))


def upper_gamma(a, x):
    """By the density over its value at x, which no tolerance is too coarse for."""
    if a < 1000:
        return M.gammainc(a, x, M.inf, regularized=True)
    top = (a - 1) * M.log(x) - x
    points = [x + k * M.sqrt(a) / 8 for k in range(160)]
    return M.quad(lambda t: M.exp((a - 1) * M.log(t) - t - top), points) * M.exp(top - M.loggamma(a))


def near_mean():
    a = spread(1e-2, 500)
    return a, a * spread(0.3, 3)


def above_mean():
    a = spread(1e-2, 500)
    return a, (a + 1) * spread(1, 2)


def far_gamma():
    a = spread(1.1e5, 1e7)
    return a, a + u(0.1, 9) * a**0.5


def near_beta_mean():
    a, b = spread(1e-1, 300), spread(1e-1, 300)
    return a, b, min(a / (a + b) * spread(0.6, 1.3), 0.99)


cases = {
    "exponential": (M.exp, [lambda: (u(-745, 709),), lambda: (either(1e-20, 1),)]),
    "exponentialMinusOne": (M.expm1, [lambda: (u(-40, 709),), lambda: (either(1e-20, 1),), lambda: (u(-1, 1),)]),
    "logarithm": (M.log, [lambda: (spread(5e-320, 1e308),), lambda: (u(0.5, 2),)]),
    "logarithmOnePlus": (M.log1p, [lambda: (spread(1e-20, 1e300),), lambda: (u(-1, 1),), lambda: (either(1e-300, 1e-3),)]),
    "tanh": (M.tanh, [lambda: (either(1e-10, 20),)]),
    "sigmoid": (lambda x: 1 / (1 + M.exp(-x)), [lambda: (u(-700, 40),)]),
    "softplus": (lambda x: M.log1p(M.exp(x)), [lambda: (u(-700, 40),)]),
    "sine": (M.sin, [lambda: (u(-20, 20),)]),
    "cosine": (M.cos, [lambda: (u(-20, 20),)]),
    "tangent": (M.tan, [lambda: (u(-20, 20),)]),
    "arcsine": (M.asin, [lambda: (u(-1, 1),)]),
    "arccosine": (M.acos, [lambda: (u(-1, 1),)]),
    "arctangent": (M.atan, [lambda: (either(1e-8, 1e8),)]),
    "arctangent2": (M.atan2, [lambda: (u(-2, 2), u(-2, 2))]),
    "sinh": (M.sinh, [lambda: (either(1e-8, 700),)]),
    "cosh": (M.cosh, [lambda: (either(1e-8, 700),)]),
    "asinh": (M.asinh, [lambda: (either(1e-8, 1e8),)]),
    "acosh": (M.acosh, [lambda: (1 + spread(1e-3, 1e8),)]),
    "atanh": (M.atanh, [lambda: (u(-1, 1),)]),
    "power": (M.power, [lambda: (spread(1e-5, 1e5), u(-20, 20))]),
    "xlogy": (lambda x, y: x * M.log(y), [lambda: (either(1e-3, 1e3), spread(1e-9, 1e9))]),
    "xlog1py": (lambda x, y: x * M.log1p(y), [lambda: (either(1e-3, 1e3), u(-0.99, 2))]),
    "errorFunction": (M.erf, [lambda: (either(1e-8, 6),)]),
    "complementaryErrorFunction": (M.erfc, [lambda: (either(1e-8, 26),)]),
    "inverseErrorFunction": (M.erfinv, [lambda: (either(1e-15, 1),), lambda: (1 - spread(1e-12, 0.1),)]),
    "normalQuantile": (quantile, [lambda: (u(0, 1),), lambda: (spread(1e-300, 0.5),)]),
    "logGamma": (lambda x: M.log(abs(M.gamma(x))), [lambda: (spread(1e-8, 1e6),), lambda: (u(-8, 0),)]),
    "digamma": (M.digamma, [lambda: (spread(1e-8, 1e6),), lambda: (u(-8, 0),)]),
    "polygamma": (lambda n, x: M.polygamma(int(n), x), [lambda: (random.choice([1, 2, 5]), spread(1e-4, 1e4))]),
    "zeta": (M.zeta, [lambda: (1 + spread(1e-2, 10), spread(1e-3, 100))]),
    "incompleteGamma": (lambda a, x: M.gammainc(a, 0, x, regularized=True), [near_mean]),
    "complementaryIncompleteGamma": (upper_gamma, [above_mean, far_gamma]),
    "gammaSampleGradient": (gamma_slope, [near_mean]),
    "incompleteBeta": (lambda a, b, x: M.betainc(a, b, 0, x, regularized=True), [near_beta_mean]),
    "besselI0e": (lambda x: M.exp(-abs(x)) * M.besseli(0, x), [lambda: (either(1e-6, 1e4),)]),
    "besselI1e": (lambda x: M.exp(-abs(x)) * M.besseli(1, x), [lambda: (either(1e-6, 1e4),)]),
}

count = 16
values = {}
for name, (function, kinds) in cases.items():
    inputs = [kinds[i % len(kinds)]() for i in range(count)]
    values[name] = [[*map(float, x), float(M.re(function(*map(mpf, x))))] for x in inputs]
lines = ",\n".join(f'  "{name}": {json.dumps(rows)}' for name, rows in values.items())
(pathlib.Path(__file__).parent / "machine-double.json").write_text("{\n" + lines + "\n}\n")
