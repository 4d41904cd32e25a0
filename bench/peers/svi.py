"""Steps of NumPyro's SVI in the two forms that its users write: a jitted update a call, and an epoch in lax.scan.

Batches are cut and on the device beforehand, and a block of single calls waits for its last step alone: what suits JAX.
Next: numpyro_tasks.py.
"""
import itertools, time
import jax, jax.numpy as jnp, numpy as np
import numpyro
from numpyro.infer import SVI
from repeat import repeated

CHECKED_STEPS = 100


def open_svi(model, guide, elbo, batches, rate, loop, scale, gather=None):
    """`batches`: list of arrays, cycled. With `gather`, batches are index arrays into that resident array instead."""
    svi = SVI(model, guide, numpyro.optim.Adam(rate), elbo)
    if gather is None:
        update, first = (lambda state, x, _: svi.update(state, x)), batches[0]
    else:
        update, first = (lambda state, index, rows: svi.update(state, rows[index])), gather[batches[0]]
    start = time.perf_counter()
    state = {"one": svi.init(jax.random.key(0), first)}
    jitted = jax.jit(update)
    cycle = itertools.cycle(batches)

    def step():
        state["one"], loss = jitted(state["one"], next(cycle), gather)
        return loss
    losses = [float(step())]
    first_seconds = time.perf_counter() - start
    losses += [float(step()) for _ in range(CHECKED_STEPS - 1)]
    some = jnp.stack(list(itertools.islice(itertools.cycle(batches), loop)))
    scan = jax.jit(lambda s, xs, rows: jax.lax.scan(lambda a, x: update(a, x, rows), s, xs), donate_argnums=0)
    state["loop"] = jax.tree.map(jnp.copy, state["one"])

    def epoch():
        state["loop"], result = scan(state["loop"], some, gather)
        return result
    facts = {"loss": float(np.mean(losses[-10:])) / scale, "firstSeconds": first_seconds}
    modes = {"call": repeated(step, jax.block_until_ready), "loop": repeated(epoch, jax.block_until_ready, loop)}
    return {"facts": facts, "modes": modes}
