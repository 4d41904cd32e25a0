"""The polynomials of src/distributions/gamma-peak.ts: minimax fits by Lawson's iteration. Needs numpy and mpmath."""
import mpmath as mp
import numpy as np

mp.mp.dps = 30


def minimax(f, low, high, degree, points=4000):
    t = np.cos(np.pi * (np.arange(points) + 0.5) / points)
    x = (t + 1) / 2 * (high - low) + low
    y = np.array([float(f(mp.mpf(v))) for v in x])
    weights = np.ones(points)
    basis = np.polynomial.chebyshev.chebvander(t, degree)
    for _ in range(60):
        root = np.sqrt(weights)
        c = np.linalg.lstsq(basis * root[:, None], y * root, rcond=None)[0]
        error = np.abs(basis @ c - y)
        weights *= error / error.max() + 1e-3
        weights /= weights.sum()
    fitted = np.polynomial.Chebyshev(c, domain=[low, high]).convert(kind=np.polynomial.Polynomial)
    return fitted.coef.tolist(), float(np.abs(np.polynomial.polynomial.polyval(x, fitted.coef) - y).max())


def between_zeros(t):
    return mp.loggamma(1 + t) / (t * (t - 1))


def stirling(w):
    k = 1 / w
    return k * (mp.loggamma(k + 1) - (k + mp.mpf(1) / 2) * mp.log(k) + k - mp.log(2 * mp.pi) / 2)


if __name__ == "__main__":
    print("betweenZeros", *minimax(between_zeros, 1e-6, 1 - 1e-6, 9))
    print("stirling", *minimax(stirling, 1e-6, 1, 6))
