"""Log-likelihoods of exact mixtures and PPCA, for test/models/exact: writes exact.json beside this file.

Mixtures: scikit-learn 1.9.1, no regularisation, run to the end of double precision from the best of 50 starts that does not
become singular. PPCA: the closed form of Tipping & Bishop (1999) through numpy's eigh, and row densities by scipy.
Run in the repository: python test/golden/exact.py
"""
import csv, json, pathlib, warnings
import numpy as np
from scipy.stats import multivariate_normal
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")
here = pathlib.Path(__file__).parent


def columns(name, count):
    with open(here / "../../data" / name) as f:
        return np.array([[float(v) for v in row[:count]] for row in list(csv.reader(f))[1:]])


faithful, iris, digits = columns("old-faithful.csv", 2), columns("iris.csv", 4), columns("digits.csv", 64)
species = np.repeat([0, 1, 2], 50)
five = np.array([[0.0], [1], [10], [11], [12]])


def fit(rows, k, covariance, seed):
    make = lambda **more: GaussianMixture(k, covariance_type=covariance, reg_covar=0, random_state=seed, **more)
    try:
        g = make(tol=1e-8, max_iter=1000, init_params="k-means++" if seed % 2 else "kmeans").fit(rows)
    except ValueError:
        return None
    smallest = np.linalg.eigvalsh(g.covariances_).min() if covariance in ("full", "tied") else g.covariances_.min()
    return (g.score(rows) * len(rows), g, make) if smallest > 1e-8 else None


def settle(rows, g, make):
    return make(tol=0, max_iter=3000, weights_init=g.weights_, means_init=g.means_, precisions_init=g.precisions_).fit(rows)


def mixture(name, rows, k, covariance, labels=None):
    _, g, make = max((f for f in (fit(rows, k, covariance, s) for s in range(50)) if f), key=lambda f: f[0])
    g = settle(rows, g, make)
    total = g.score(rows) * len(rows)
    order = np.lexsort(g.means_.T[::-1])
    found = dict(name=name, components=k, covariance={"diag": "diagonal"}.get(covariance, covariance), logLikelihood=total,
                 bic=g.bic(rows), weights=g.weights_[order].tolist(), means=g.means_[order].tolist(),
                 perRow=g.score_samples(rows)[:3].tolist())
    if labels is not None:
        found["adjustedRand"] = adjusted_rand_score(labels, g.predict(rows))
    return found


def ppca(name, rows, q):
    n, d = rows.shape
    covariance = np.cov(rows.T, bias=True)
    values, vectors = np.linalg.eigh(covariance)
    values, vectors = values[::-1], vectors[:, ::-1]
    noise = values[q:].mean()
    w = vectors[:, :q] * np.sqrt(values[:q] - noise)
    c = w @ w.T + noise * np.eye(d)
    row = multivariate_normal(rows.mean(0), c).logpdf(rows)
    total = -n / 2 * (d * np.log(2 * np.pi) + np.linalg.slogdet(c)[1] + np.trace(np.linalg.solve(c, covariance)))
    inner = w.T @ w + noise * np.eye(q)
    mean = np.linalg.solve(inner, w.T @ (rows[0] - rows.mean(0)))
    return dict(name=name, components=q, logLikelihood=total, noiseVariance=noise, perRow=row[:3].tolist(),
                eigenvalues=values[:4].tolist(), posteriorLength=float(mean @ mean),
                posteriorCovariance=np.sort(np.diag(noise * np.linalg.inv(inner))).tolist())


golden = dict(
    mixtures=[
        mixture("waiting", faithful[:, 1:], 2, "full"),
        mixture("old-faithful", faithful, 2, "full"),
        mixture("old-faithful", faithful, 3, "tied"),
        mixture("old-faithful", faithful, 2, "diag"),
        mixture("old-faithful", faithful, 2, "tied"),
        mixture("old-faithful", faithful, 2, "spherical"),
        mixture("iris", iris, 3, "full", species),
        mixture("iris", iris, 2, "full", species),
        mixture("iris", iris, 3, "diag", species),
        mixture("iris", iris, 3, "tied", species),
        mixture("five", five, 2, "tied"),
    ],
    ppca=[ppca("iris", iris, 1), ppca("iris", iris, 2), ppca("digits", digits, 2), ppca("digits", digits, 10)],
)
(here / "exact.json").write_text(json.dumps(golden, indent=1) + "\n")
