"""A new process that fits a VAE in NumPyro and prints marks as it goes: imported, begin, stepped, memory. See ../cold.ts."""
import itertools, resource, sys
import numpy as np
import jax, jax.numpy as jnp, numpyro
from numpyro.infer import SVI, Trace_ELBO
import programs

mark = lambda text: print(text, flush=True)
mark("imported")
images = np.fromfile(sys.argv[1], np.float32).reshape(-1, 128, 784)
batches = itertools.cycle([jnp.asarray(x) for x in images])
model, guide = programs.vae(128, 400)
mark("begin")
svi = SVI(model, guide, numpyro.optim.Adam(1e-3), Trace_ELBO())
state = svi.init(jax.random.key(0), next(batches))
update = jax.jit(svi.update)
state, loss = update(state, next(batches))
jax.block_until_ready(loss)
mark("stepped")
for _ in range(200):
    state, loss = update(state, next(batches))
jax.block_until_ready(loss)
mark(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}")
