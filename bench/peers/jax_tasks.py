"""Exact EM in JAX, jitted, float64: what a determined user of it would write. Next: sklearn_tasks.py."""
import jax, jax.numpy as jnp, numpy as np
from repeat import read, repeated

jax.config.update("jax_enable_x64", True)
COMPARED = 20


def step(state, _, x):
    weights, means, covariances = state
    d = x.shape[1]
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


def em(data, components, iterations):
    x = jnp.asarray(read(data["x"]))
    k, d = components, x.shape[1]
    covariance = jnp.tile(jnp.asarray(np.cov(np.asarray(x).T, bias=True).reshape(d, d)), (k, 1, 1))
    begin = (jnp.ones(k) / k, x[:k], covariance)
    run = jax.jit(lambda s, x: jax.lax.scan(lambda a, b: step(a, b, x), s, None, length=COMPARED))
    log_likelihood = float(run(begin, x)[1][-1]) / len(x)
    return {"facts": {"logLikelihood": log_likelihood},
            "modes": {"iteration": repeated(lambda: run(begin, x), jax.block_until_ready, COMPARED)}}


def versions():
    return {"jax": jax.__version__, "numpy": np.__version__}


TASKS = {"em": em}
