"""Golden values of the special functions: pip install mpmath; python special.py > special.json

Each row is [arguments, value, derivatives by each argument]; arguments are float32 numbers, values 17 digits. A derivative
of null is not checked (there is none, or it is not defined at that point).
"""
import json
import struct
import sys

from mpmath import (betainc, besseli, diff, erf, erfc, erfinv, exp, expm1, gamma, gammainc, inf, isnan, log, log1p,
                    loggamma, mp, mpf, pi, psi, sign, sqrt, findroot)

mp.dps = 60


def f32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def number(v):
    v = float(v.real if hasattr(v, "real") else v)
    return "Infinity" if v == float("inf") else "-Infinity" if v == float("-inf") else v


def row(f, args, slopes=None):
    args = [f32(a) for a in args]
    exact = [mpf(a) for a in args]
    value = f(*exact)
    if slopes is None:
        slopes = [lambda *xs, i=i: diff(lambda t: f(*xs[:i], t, *xs[i + 1:]), xs[i], h=mpf(10) ** -20 * max(1, 0) * abs(xs[i]) if xs[i] else mpf(10) ** -20) for i in range(len(args))]
    return [args, number(value), [None if s is None else number(s(*exact)) for s in slopes]]


def phi(x):
    return exp(-x * x / 2) / sqrt(2 * pi)


def Phi(x):
    return erfc(-x / sqrt(2)) / 2


def quantile(p):
    from statistics import NormalDist
    start = NormalDist().inv_cdf(float(p)) if 1e-300 < p < 1 - mpf(10) ** -16 else 8
    return findroot(lambda z: log(Phi(z)) - log(p), start)


positive = [1e-6, 1e-3, 0.1, 0.5, 0.9, 0.999, 1.001, 1.25, 1.5, 1.9, 2.1, 3, 5, 9.9, 10, 12.5, 50, 1e3, 1e5, 1e8]
pairs = [(0.01, 0.01), (0.5, 0.5), (1, 3), (2.5, 0.1), (0.1, 40), (12, 7), (7, 300), (1e4, 1e-3), (1e4, 2), (1e6, 1),
         (1e8, 2), (1e8, 1e8), (1e3, 1e6), (9.9, 0.3), (10, 0.3), (30, 1e-4), (7e7, 1e-6), (12, 1e-8)]
real = [-8, -3.5, -1.2, -0.5, -1e-4, 1e-6, 0.02, 0.3, 0.68, 0.72, 1, 1.7, 2.5, 4]
left = [-1e4, -300, -40, -20, -10.5, -10, -9.5, -6, -3, -1.1, -0.9, -0.1, 0, 0.2, 1, 3, 5, 8]
probabilities = [1e-30, 1e-12, 1e-6, 1e-3, 0.02, 0.07, 0.08, 0.3, 0.49, 0.51, 0.7, 0.93, 0.999, 0.9999999]
signed = [-80, -20, -10, -3, -0.7, -0.69, -0.1, -1e-4, 1e-6, 0.01, 0.5, 0.69, 0.7, 2, 9, 30, 80]
incomplete = [(0.01, 0.001), (0.01, 2), (0.5, 0.1), (0.5, 4), (1, 0.3), (1, 20), (3.3, 1), (3.3, 12), (25, 15), (25, 40),
              (200, 190), (200, 230), (3000, 2950), (3000, 3100), (0.1, 1e-6), (5, 5), (5, 6)]
betas = [(0.5, 0.5, 0.1), (0.5, 0.5, 0.95), (2, 3, 0.5), (1, 1, 0.25), (0.1, 4, 0.001), (8, 0.3, 0.7), (30, 40, 0.4),
         (30, 40, 0.6), (500, 700, 0.41), (500, 2, 0.99), (3, 3, 1e-4), (1.5, 900, 0.002)]
bessel = [1e-4, 0.1, 1, 3.7, 7.7, 15, 19.9, 20.1, 80, 1e4, -2.5, -50]


def rows(f, arguments, slopes=None):
    return [row(f, a if isinstance(a, tuple) else (a,), slopes) for a in arguments]


def P(a, x):
    return gammainc(a, 0, x, regularized=True)


def sample_gradient(a, x):
    return -diff(lambda t: P(t, x), a, h=mpf(10) ** -20) / (exp((a - 1) * log(x) - x) / gamma(a))


def scaled_bessel(order):
    return lambda x: besseli(order, x) * exp(-abs(x))


def log1mexp(x):
    return log(-expm1(-abs(x)))


def softplus(x):
    return log1p(exp(x))


golden = {
    "lgamma": rows(lambda x: log(abs(gamma(x))) if x < 1e6 else loggamma(x), positive + [-0.5, -2.7, -10.3], [lambda x: psi(0, x)]),
    "digamma": rows(lambda x: psi(0, x), positive + [1.4616, 1.4617, -0.5, -2.7], [lambda x: psi(1, x)]),
    "trigamma": rows(lambda x: psi(1, x), positive, [lambda x: psi(2, x)]),
    "lgammaDifference": rows(lambda x, d: loggamma(x + d) - loggamma(x), pairs, [
        lambda x, d: psi(0, x + d) - psi(0, x), lambda x, d: psi(0, x + d)]),
    "digammaDifference": rows(lambda x, d: psi(0, x + d) - psi(0, x), pairs, [None, lambda x, d: psi(1, x + d)]),
    "lbeta": rows(lambda a, b: loggamma(a) + loggamma(b) - loggamma(a + b), pairs, [
        lambda a, b: psi(0, a) - psi(0, a + b), lambda a, b: psi(0, b) - psi(0, a + b)]),
    "erf": rows(erf, real, [lambda x: 2 / sqrt(pi) * exp(-x * x)]),
    "erfc": rows(erfc, real + [6, 9], [lambda x: -2 / sqrt(pi) * exp(-x * x)]),
    "erfinv": rows(erfinv, [-0.999, -0.5, -1e-3, 1e-8, 1e-5, 0.1, 0.6, 0.86, 0.9999], [
        lambda x: sqrt(pi) / 2 * exp(erfinv(x) ** 2)]),
    "ndtr": rows(Phi, [x for x in left if x > -12], [phi]),
    "logNdtr": rows(lambda x: log(Phi(x)), left, [lambda x: phi(x) / Phi(x)]),
    "ndtri": rows(quantile, probabilities, [lambda p: 1 / phi(quantile(p))]),
    "gammainc": rows(P, incomplete, [
        lambda a, x: diff(lambda t: P(t, x), a, h=mpf(10) ** -20), lambda a, x: exp((a - 1) * log(x) - x) / gamma(a)]),
    "gammaincc": rows(lambda a, x: gammainc(a, x, inf, regularized=True), incomplete, [
        lambda a, x: -diff(lambda t: P(t, x), a, h=mpf(10) ** -20), lambda a, x: -exp((a - 1) * log(x) - x) / gamma(a)]),
    "gammaSampleGradient": rows(sample_gradient, incomplete + [(1e-3, 1e-10), (0.05, 1e-20)], [None, None]),
    "betainc": rows(lambda a, b, x: betainc(a, b, 0, x, regularized=True), betas, [
        lambda a, b, x: diff(lambda t: betainc(t, b, 0, x, regularized=True), a, h=mpf(10) ** -20),
        lambda a, b, x: diff(lambda t: betainc(a, t, 0, x, regularized=True), b, h=mpf(10) ** -20),
        lambda a, b, x: x ** (a - 1) * (1 - x) ** (b - 1) * gamma(a + b) / gamma(a) / gamma(b)]),
    "i0e": rows(scaled_bessel(0), bessel, [
        lambda x: (besseli(1, x) - sign(x) * besseli(0, x)) * exp(-abs(x))]),
    "i1e": rows(scaled_bessel(1), bessel, [
        lambda x: ((besseli(0, x) + besseli(2, x)) / 2 - sign(x) * besseli(1, x)) * exp(-abs(x))]),
    "logI0": rows(lambda x: log(besseli(0, x)), bessel, [lambda x: besseli(1, x) / besseli(0, x)]),
    "log1p": rows(log1p, [-0.999, -0.5, -1e-6, 1e-8, 0.3, 5, 1e6], [lambda x: 1 / (1 + x)]),
    "expm1": rows(expm1, [-50, -1, -1e-6, 1e-8, 0.3, 5, 60], [exp]),
    "log1mexp": rows(log1mexp, [x for x in signed if abs(x) < 50], [lambda x: sign(x) / expm1(abs(x))]),
    "softplus": rows(softplus, signed, [lambda x: 1 / (1 + exp(-x))]),
    "softplusInverse": rows(lambda y: log(expm1(y)), [1e-8, 1e-3, 0.1, 0.6931, 0.7, 2, 9, 30, 1e4], [
        lambda y: -1 / expm1(-y)]),
    "logSigmoid": rows(lambda x: -softplus(-x), signed + [0], [lambda x: 1 / (1 + exp(x))]),
    "xlogy": rows(lambda x, y: x * log(y), [(2, 0.3), (0.1, 50), (-3, 2), (5, 1e-30), (1e-5, 1.001)], [
        lambda x, y: log(y), lambda x, y: x / y]),
    "xlog1py": rows(lambda x, y: x * log1p(y), [(2, -0.3), (0.1, 50), (-3, 2), (5, 1e-8), (2, -0.999)], [
        lambda x, y: log1p(y), lambda x, y: x / (1 + y)]),
}

sys.stdout.write("{\n" + ",\n".join(
    json.dumps(name) + ": [\n" + ",\n".join(json.dumps(r, separators=(",", ":")) for r in table) + "]"
    for name, table in golden.items()) + "\n}\n")
