"""The programs of the bench in NumPyro, site for site those in ../ours. Next: numpyro_tasks.py, which opens them."""
import jax, jax.numpy as jnp
import numpyro, numpyro.distributions as dist
from jax.example_libraries import stax
from numpyro.contrib.funsor import config_enumerate


def heads(width):
    return stax.FanOut(2), stax.parallel(stax.Dense(width), stax.serial(stax.Dense(width), stax.Exp))


def autoencoder(batch, encoder_layers, decoder_layers, latents, pixels=784):
    def model(x):
        decode = numpyro.module("decoder", stax.serial(*decoder_layers, stax.Dense(pixels)), (batch, latents))
        with numpyro.plate("images", batch):
            z = numpyro.sample("z", dist.Normal(jnp.zeros(latents), 1.0).to_event(1))
            numpyro.sample("x", dist.Bernoulli(logits=decode(z)).to_event(1), obs=x)

    def guide(x):
        encode = numpyro.module("encoder", stax.serial(*encoder_layers, *heads(latents)), (batch, pixels))
        loc, scale = encode(x)
        with numpyro.plate("images", batch):
            numpyro.sample("z", dist.Normal(loc, scale).to_event(1))
    return model, guide


def vae(batch, hidden):
    layers = [stax.Dense(hidden), stax.Relu]
    return autoencoder(batch, layers, layers, 20)


def deep(batch, hidden, latents):
    layers = [stax.Dense(hidden), stax.Tanh, stax.Dense(hidden), stax.Tanh]
    return autoencoder(batch, layers, layers, latents)


def ppca(rows, batch, d, q):
    def model(x):
        loadings = numpyro.param("loadings", lambda key: 0.1 * jax.random.normal(key, (q, d)))
        mean = numpyro.param("mean", jnp.zeros(d))
        log_scale = numpyro.param("logScale", jnp.float32(0))
        with numpyro.plate("rows", rows, subsample_size=batch):
            z = numpyro.sample("z", dist.Normal(jnp.zeros(q), 1.0).to_event(1))
            numpyro.sample("x", dist.Normal(z @ loadings + mean, jnp.exp(log_scale)).to_event(1), obs=x)

    def guide(x):
        weights = numpyro.param("weights", lambda key: 0.1 * jax.random.normal(key, (d, q)))
        bias = numpyro.param("bias", jnp.zeros(q))
        log_deviation = numpyro.param("logDeviation", jnp.zeros(q))
        with numpyro.plate("rows", rows, subsample_size=batch):
            numpyro.sample("z", dist.Normal(x @ weights + bias, jnp.exp(log_deviation)).to_event(1))
    return model, guide


def mixture(rows, d, k):
    @config_enumerate
    def model(x):
        weights = numpyro.sample("weights", dist.Dirichlet(jnp.ones(k)))
        with numpyro.plate("components", k):
            loc = numpyro.sample("loc", dist.Normal(0.0, 10.0).expand([d]).to_event(1))
            scale = numpyro.sample("scale", dist.LogNormal(0.0, 1.0).expand([d]).to_event(1))
        with numpyro.plate("points", rows):
            z = numpyro.sample("z", dist.Categorical(weights))
            numpyro.sample("x", dist.Normal(loc[z], scale[z]).to_event(1), obs=x)
    hidden = numpyro.handlers.block(numpyro.handlers.seed(model, 0), hide_fn=lambda site: site["name"] == "z")
    return model, numpyro.infer.autoguide.AutoNormal(hidden)


def belief_net(batch, latents, pixels=784):
    def model(x):
        decode = numpyro.module("decoder", stax.Dense(pixels), (batch, latents))
        prior = numpyro.param("prior", jnp.zeros(latents))
        with numpyro.plate("images", batch):
            z = numpyro.sample("z", dist.Bernoulli(logits=prior).to_event(1))
            numpyro.sample("x", dist.Bernoulli(logits=decode(z.astype(jnp.float32))).to_event(1), obs=x)

    def guide(x):
        encode = numpyro.module("encoder", stax.Dense(latents), (batch, pixels))
        with numpyro.plate("images", batch):
            numpyro.sample("z", dist.Bernoulli(logits=encode(x)).to_event(1))
    return model, guide
