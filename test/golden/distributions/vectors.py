"""Golden values of families of vectors and matrices. Run: python vectors.py"""

import mpmath as mp

from golden import entry, write

LOG_2PI = mp.log(2 * mp.pi)


def quadratic_and_log_det(matrix, difference):
    distance = mp.fsum(products(mp.matrix(matrix) ** -1, difference))
    return distance, mp.log(mp.det(mp.matrix(matrix)))


def products(matrix, d):
    """The terms of dᵀ M d."""
    return [matrix[i, j] * a * b for i, a in enumerate(d) for j, b in enumerate(d)]


def minus(x, loc):
    return [a - b for a, b in zip(x, loc)]


def gaussian(matrix, loc, x):
    distances = products(mp.matrix(matrix) ** -1, minus(x, loc))
    return [*[-d / 2 for d in distances], -mp.log(mp.det(mp.matrix(matrix))) / 2, -len(x) * LOG_2PI / 2]


def squared(factor):
    n = len(factor)
    lower = [[factor[i][j] if j <= i else mp.mpf(0) for j in range(n)] for i in range(n)]
    return (mp.matrix(lower) * mp.matrix(lower).T).tolist()


def of_covariance(loc, covariance, x):
    return gaussian(covariance, loc, x)


def of_scale(loc, scaleTril, x):
    return gaussian(squared(scaleTril), loc, x)


def of_precision(loc, precision, x):
    p = mp.matrix(precision)
    return [*[-d / 2 for d in products(p, minus(x, loc))], mp.log(mp.det(p)) / 2, -len(x) * LOG_2PI / 2]


def low_rank(loc, covFactor, covDiag, x):
    """By Woodbury's identity and the matrix determinant lemma: the formula that makes low rank worth while."""
    w, d = mp.matrix(covFactor), minus(x, loc)
    inner = mp.eye(w.cols) + w.T * mp.diag([1 / v for v in covDiag]) * w
    shared = list(w.T * mp.matrix([a / v for a, v in zip(d, covDiag)]))
    own = [-a * a / v / 2 for a, v in zip(d, covDiag)] + [t / 2 for t in products(inner**-1, shared)]
    volumes = [-mp.log(v) / 2 for v in covDiag] + [-mp.log(mp.det(inner)) / 2]
    return [*own, *volumes, -len(x) * LOG_2PI / 2]


def student_t(df, loc, scaleTril, x):
    n = len(x)
    distance, volume = quadratic_and_log_det(squared(scaleTril), minus(x, loc))
    gammas = [mp.loggamma((df + n) / 2), -mp.loggamma(df / 2)]
    return [*gammas, -n * mp.log(df * mp.pi) / 2, -volume / 2, -(df + n) / 2 * mp.log1p(distance / df)]


def power(a, x):
    return mp.mpf(0) if a == 1 else (a - 1) * mp.log(x)


def dirichlet(concentration, x):
    whole = mp.loggamma(mp.fsum(concentration))
    return [whole, *[-mp.loggamma(a) for a in concentration], *[power(a, v) for a, v in zip(concentration, x)]]


def lkj(concentration, x):
    n, eta = len(x), concentration
    top = eta + mp.mpf(n - 1) / 2
    constant = [mp.loggamma(top) - mp.loggamma(top - mp.mpf(j) / 2) for j in range(1, n)]
    density = [(n - 1 - i + 2 * (eta - 1)) * mp.log(x[i][i]) for i in range(1, n)]
    return [*density, *constant, -mp.mpf(n * (n - 1)) / 4 * mp.log(mp.pi)]


def concrete(temperature, logs, x):
    k, tau = len(x), temperature
    total = mp.log(mp.fsum(mp.exp(l - tau * mp.log(v)) for l, v in zip(logs, x)))
    own = [l - (tau + 1) * mp.log(v) for l, v in zip(logs, x)]
    return [mp.loggamma(k), (k - 1) * mp.log(tau), *own, -k * total]


def relaxed(temperature, probs, x):
    return concrete(temperature, [mp.log(p) for p in probs], x)


def relaxed_logits(temperature, logits, x):
    total = mp.log(mp.fsum(mp.exp(l) for l in logits))
    return concrete(temperature, [l - total for l in logits], x)


COVARIANCES = [[[2, 1], [1, 2]], [[0.5, -0.2], [-0.2, 1.5]], [[1, 0.9], [0.9, 1]]]
POINTS = [[0.5, -1], [2, 3]]
WIDE = [([0, 0], [[1e8, 0], [0, 1e-8]], [1e4, 2e-4]), ([0, 0], [[1, 0.999], [0.999, 1]], [1, 1]),
        ([1e4, -1e4], [[2, 1], [1, 2]], [10001, -10002]), ([0, 0], [[1, 0], [0, 1]], [1e3, -1e4])]


def gaussian_rows(terms, name, matrices, extreme):
    names = ("loc", name, "value")
    made = [entry("ordinary", terms, {"loc": [0.25, -0.5], name: m}, x, names) for m in matrices for x in POINTS]
    return made + [entry("extreme", terms, {"loc": loc, name: m}, x, names) for loc, m, x in extreme]


def three_dimensions():
    matrix = [[2, 0.5, -0.25], [0.5, 1, 0.125], [-0.25, 0.125, 0.75]]
    return [entry("ordinary", of_covariance, {"loc": [0, 1, 2], "covariance": matrix}, x, ("loc", "covariance", "value"))
            for x in ([0, 0, 0], [1, 2, 1.5])]


SCALES = [[[1, 0], [0.5, 2]], [[0.25, 0], [-1, 0.5]]]
WIDE_SCALES = [([0, 0], [[1e4, 0], [0, 1e-4]], [1e4, 2e-4]), ([0, 0], [[1, 0], [1e3, 1]], [1, 1001])]


def low_rank_rows():
    names = ["loc", "covFactor", "covDiag"]
    sets = [([0, 0, 0], [[1], [1], [0.5]], [1, 2, 0.5]), ([1, -1, 0.5], [[0.5], [-1], [2]], [0.25, 1, 1])]
    far = [([0, 0, 0], [[100], [100], [50]], [1e-2, 1e-2, 1e-2], [100, 100.5, 50]),
           ([0, 0, 0], [[1], [1], [0.5]], [1e4, 1e-4, 1], [30, 1, 2])]
    made = [entry("ordinary", low_rank, dict(zip(names, s)), x, (*names, "value"))
            for s in sets for x in ([0, 0, 0], [1, 2, -0.5])]
    return made + [entry("extreme", low_rank, dict(zip(names, s)), x, (*names, "value")) for *s, x in far]


def student_rows():
    names = ("df", "loc", "scaleTril", "value")
    made = [entry("ordinary", student_t, {"df": df, "loc": [0.25, -0.5], "scaleTril": s}, x, names)
            for df in (1, 4.5, 30) for s in SCALES for x in POINTS]
    far = [(1e6, [1, 2]), (0.1, [1, 2]), (3, [1e4, -1e5])]
    return made + [entry("extreme", student_t, {"df": df, "loc": [0, 0], "scaleTril": SCALES[0]}, x, names) for df, x in far]


def dirichlet_rows():
    names = ("concentration", "value")
    inner = [[0.2, 0.3, 0.5], [0.01, 0.09, 0.9]]
    sets = [[1, 1, 1], [0.5, 2, 3.5], [10, 20, 5], [0.3, 0.3, 0.3]]
    made = [entry("ordinary", dirichlet, {"concentration": a}, x, names) for a in sets for x in inner]
    far = [([1e4, 2e4, 3e4], [0.17, 0.33, 0.5]), ([1e-3, 1e-3, 1e-3], [1e-20, 0.5, 0.5]), ([1e-6, 1, 2], [1e-30, 0.25, 0.75]),
           ([100, 1, 1], [0.999999, 5e-7, 5e-7])]
    made += [entry("extreme", dirichlet, {"concentration": a}, x, names) for a, x in far]
    edge = [[0, 0.25, 0.75], [1, 0, 0]]
    made += [entry("boundary", dirichlet, {"concentration": [1, 1, 1]}, x) for x in edge]
    made += [entry("boundary", dirichlet, {"concentration": [1, 2, 1]}, edge[0])]
    pole = lambda value: lambda concentration, x: [mp.mpf(value)]
    made += [entry("boundary", pole("+inf"), {"concentration": [0.5, 2, 1]}, edge[0]),
             entry("boundary", pole("-inf"), {"concentration": [2, 2, 1]}, edge[0])]
    bad = [[0.5, 0.5, 0.5], [-0.1, 0.6, 0.5], [0, 0, 0]]
    return made + [entry("outside", None, {"concentration": [1, 2, 3]}, x, names) for x in bad]



def lkj_rows():
    points = [[[1, 0, 0], [0.6, 0.8, 0], [0, 0.28, 0.96]], [[1, 0, 0], [-0.28, 0.96, 0], [0.48, 0.64, 0.6]],
              [[1, 0, 0], [0, 1, 0], [0, 0, 1]]]
    made = [entry("ordinary", lkj, {"concentration": eta}, x, ("concentration",)) for eta in (1, 0.5, 4) for x in points]
    near = [[1, 0, 0], [0.99999, 0.004472125, 0], [0, 0, 1]]
    made += [entry("extreme", lkj, {"concentration": eta}, x, ("concentration",)) for eta, x in
             ((1e5, points[1]), (1e-3, points[0]), (2, near))]
    bad = [[[1, 0, 0], [0.6, 0.7, 0], [0, 0.28, 0.96]], [[1, 0, 0], [0.6, -0.8, 0], [0, 0.28, 0.96]],
           [[1, 0.1, 0], [0.6, 0.8, 0], [0, 0.28, 0.96]]]
    return made + [entry("outside", None, {"concentration": 2}, x) for x in bad]


def relaxed_rows(terms, name, sets):
    names = ("temperature", name, "value")
    inner = [[0.2, 0.3, 0.5], [0.01, 0.09, 0.9]]
    made = [entry("ordinary", terms, {"temperature": t, name: p}, x, names) for t in (0.5, 1, 2) for p in sets for x in inner]
    far = [(0.1, [1e-20, 0.25, 0.75]), (10, [0.3, 0.3, 0.4]), (0.01, [1e-6, 1e-6, 0.999998])]
    made += [entry("extreme", terms, {"temperature": t, name: sets[0]}, x, names) for t, x in far]
    return made + [entry("outside", None, {"temperature": 1, name: sets[0]}, x, names) for x in ([0.5, 0.6, 0.2], [-0.1, 0.6, 0.5])]


if __name__ == "__main__":
    write("multivariate-normal", gaussian_rows(of_covariance, "covariance", COVARIANCES, WIDE) + three_dimensions())
    write("multivariate-normal-scale", gaussian_rows(of_scale, "scaleTril", SCALES, WIDE_SCALES))
    write("multivariate-normal-precision", gaussian_rows(of_precision, "precision", COVARIANCES, WIDE[1:]))
    write("low-rank-multivariate-normal", low_rank_rows())
    write("multivariate-student-t", student_rows())
    write("dirichlet", dirichlet_rows())
    write("lkj-cholesky", lkj_rows())
    write("relaxed-one-hot-categorical", relaxed_rows(relaxed, "probs", [[0.25, 0.25, 0.5], [0.7, 0.1, 0.2]]))
    write("relaxed-one-hot-categorical-logits", relaxed_rows(relaxed_logits, "logits", [[0, 1, -1], [2, 0, 0.5]]))
