"""Exact EM for Gaussian mixtures in scikit-learn and, where it is installed, JAX (float64): answers bench/em.ts.

Each line on standard input is a JSON request, each line on standard output the answer:
{"do": "data", "n", "d", "k", "path"}   writes n rows of d float64 numbers to path
{"do": "sklearn" | "jax", "few", "many"} milliseconds per iteration, as the difference of two fits of fixed length
{"do": "peers"}                          what can be asked for here, with versions
"""
import json, sys, time, warnings
import numpy as np
import sklearn
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")
rows = start = None


def make_rows(n, d, k, path, seed=0):
    global rows, start
    rng = np.random.default_rng(seed)
    means = rng.normal(size=(k, d)) * 5
    factors = rng.normal(size=(k, d, d)) * 0.5 + np.eye(d)
    labels = rng.integers(k, size=n)
    rows = means[labels] + np.einsum("nij,nj->ni", factors[labels], rng.normal(size=(n, d)))
    start = rows[:k].copy()
    rows.tofile(path)
    return {}


def sklearn_fit(iterations):
    k, d = start.shape
    precision = np.linalg.inv(np.cov(rows.T, bias=True).reshape(d, d))
    return GaussianMixture(k, max_iter=iterations, tol=0.0, reg_covar=0.0, weights_init=np.ones(k) / k, means_init=start,
                           precisions_init=np.tile(precision, (k, 1, 1)), init_params="random_from_data",
                           random_state=0).fit(rows)


def per_iteration(run, few, many):
    times = []
    for iterations in (few, many):
        begin = time.perf_counter()
        run(iterations)
        times.append(time.perf_counter() - begin)
    return {"ms": (times[1] - times[0]) * 1e3 / (many - few)}


jitted = {}


def jax_fit(iterations):
    import jax, jax.numpy as jnp
    jax.config.update("jax_enable_x64", True)
    k, d = start.shape

    def step(state, _, x):
        weights, means, covariances = state
        factor = jnp.linalg.cholesky(covariances)
        inverse = jax.vmap(lambda f: jax.scipy.linalg.solve_triangular(f, jnp.eye(d), lower=True))(factor)
        y = jnp.einsum("nd,ked->nke", x, inverse) - jnp.einsum("kd,ked->ke", means, inverse)
        log = (jnp.log(weights) - 0.5 * (y * y).sum(-1) - jnp.log(jnp.diagonal(factor, axis1=1, axis2=2)).sum(-1)
               - 0.5 * d * jnp.log(2 * jnp.pi))
        total = jax.scipy.special.logsumexp(log, axis=1)
        share = jnp.exp(log - total[:, None])
        size = share.sum(0)
        means = share.T @ x / size[:, None]
        covariances = jnp.einsum("nk,nd,ne->kde", share, x, x) / size[:, None, None] - means[:, :, None] * means[:, None, :]
        return (size / x.shape[0], means, covariances), total.sum()

    key = (rows.shape, start.shape, iterations)
    if key not in jitted:
        jitted[key] = jax.jit(lambda s, x: jax.lax.scan(lambda a, b: step(a, b, x), s, None, length=iterations))
    covariance = jnp.tile(jnp.asarray(np.cov(rows.T, bias=True).reshape(d, d)), (k, 1, 1))
    begin = (jnp.ones(k) / k, jnp.asarray(start), covariance)
    return float(jax.block_until_ready(jitted[key](begin, jnp.asarray(rows)))[1][-1])


def peers():
    found = {"sklearn": sklearn.__version__}
    try:
        import jax
        found["jax"] = jax.__version__
    except ImportError:
        pass
    return found


def answer(request):
    do = request.pop("do")
    if do == "data":
        return make_rows(**request)
    if do == "peers":
        return peers()
    if do == "sklearn":
        return {**per_iteration(sklearn_fit, **request), "logLikelihood": float(sklearn_fit(19).score(rows) * len(rows))}
    jax_fit(request["few"]), jax_fit(request["many"])  # compiled before the clock starts
    return {**per_iteration(jax_fit, **request), "logLikelihood": jax_fit(20)}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
