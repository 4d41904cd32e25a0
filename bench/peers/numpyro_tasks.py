"""What NumPyro is asked for: steps of SVI, log-densities, and the products of a step in JAX. Next: programs.py, svi.py."""
import jax, jax.numpy as jnp, numpy as np
import numpyro, numpyro.distributions as dist
from numpyro.infer import RenyiELBO, Trace_ELBO, TraceEnum_ELBO, TraceGraph_ELBO
import programs
from repeat import read, repeated
from svi import open_svi


def cut(x, batch):
    return [jnp.asarray(part) for part in x[:len(x) // batch * batch].reshape(-1, batch, x.shape[1])]


def epochs(rows, batch, count=4):
    """Index batches of some epochs, every row once an epoch."""
    rng = np.random.default_rng(0)
    return [jnp.asarray(part) for _ in range(count) for part in rng.permutation(rows).reshape(-1, batch)]


def vae(data, batch, hidden, loop, gather=0):
    x = read(data["x"])
    model, guide = programs.vae(batch, hidden)
    batches, resident = (epochs(len(x), batch), jnp.asarray(x)) if gather else (cut(x, batch), None)
    return open_svi(model, guide, Trace_ELBO(), batches, 1e-3, loop, batch, resident)


def ppca(data, batch, latents, loop):
    x = read(data["x"])
    model, guide = programs.ppca(len(x), batch, x.shape[1], latents)
    return open_svi(model, guide, Trace_ELBO(), cut(x, batch), 1e-2, loop, len(x))


def mixture(data, components, loop):
    x = read(data["x"])
    model, guide = programs.mixture(*x.shape, components)
    return open_svi(model, guide, TraceEnum_ELBO(), [jnp.asarray(x)], 1e-2, loop, len(x))


def belief_net(data, batch, latents, loop):
    model, guide = programs.belief_net(batch, latents)
    return open_svi(model, guide, TraceGraph_ELBO(), cut(read(data["x"]), batch), 1e-3, loop, batch)


def iwae(data, batch, hidden, latents, particles, loop):
    model, guide = programs.deep(batch, hidden, latents)
    elbo = RenyiELBO(alpha=0, num_particles=particles)
    return open_svi(model, guide, elbo, cut(read(data["x"]), batch), 1e-3, loop, batch)


FAMILIES = {
    "normal": lambda x, loc, scale: dist.Normal(loc, scale).log_prob(x),
    "gamma": lambda x, concentration, rate: dist.Gamma(concentration, rate).log_prob(x),
    "categorical": lambda x, logits: dist.Categorical(logits=logits).log_prob(x),
}


def log_prob(data, family):
    inputs = [jax.device_put(read(file)) for file in data.values()]
    score = jax.jit(FAMILIES[family])
    return {"facts": {"mean": float(score(*inputs).mean())},
            "modes": {"call": repeated(lambda: score(*inputs), jax.block_until_ready)}}


def products(data, batch, hidden):
    layers = [(784, hidden), (hidden, 20), (hidden, 20), (20, hidden), (hidden, 784)]
    keys = iter(jax.random.split(jax.random.key(0), 3 * len(layers)))
    normal = lambda *shape: jax.random.normal(next(keys), shape)
    inputs = [(normal(batch, i), normal(i, o), normal(batch, o)) for i, o in layers]

    @jax.jit
    def step(inputs):
        backward = [dy @ w.T for _, w, dy in inputs[1:]]
        return [x @ w for x, w, _ in inputs], [x.T @ dy for x, _, dy in inputs], backward
    return {"facts": {}, "modes": {"call": repeated(lambda: step(inputs), jax.block_until_ready)}}


def versions():
    return {"numpyro": numpyro.__version__, "jax": jax.__version__, "numpy": np.__version__}


TASKS = {"vae": vae, "ppca": ppca, "mixture": mixture, "beliefNet": belief_net, "iwae": iwae, "logProb": log_prob,
         "products": products}
