"""Coefficients in src/engine/special/double: pip install mpmath; python coefficients.py

Prints zeta(k) - 1 (gamma.ts) and the Chebyshev coefficients of exp(x^2) erfc(x) / t, t = 2 / (2 + x) (error-function.ts).
"""
from mpmath import cos, erfc, exp, mp, mpf, pi, sqrt, zeta

mp.dps = 40


def scaled(y):
    t = (y + 1) / 2
    x = 2 / t - 2
    if x > 1e4:
        return 1 / (x * sqrt(pi)) * (1 - 1 / (2 * x**2) + 3 / (4 * x**4) - 15 / (8 * x**6)) / t
    return exp(x * x) * erfc(x) / t


nodes = 100
angles = [pi * (k + mpf(1) / 2) / nodes for k in range(nodes)]
values = [scaled(cos(a)) for a in angles]
series = [2 / mpf(nodes) * sum(v * cos(j * a) for v, a in zip(values, angles)) for j in range(25)]
series[0] /= 2
print("zeta", [float(zeta(k) - 1) for k in range(2, 27)])
print("erfcx", [float(c) for c in series])
