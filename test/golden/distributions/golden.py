"""Exact log-densities and their derivatives, for float32 parameters and values, written as JSON.

A family is a function of its parameters and a value that returns the *terms* of the textbook formula, as mpmath
numbers; their sum is the log-density. The terms say how large a rounding error a plain float32 formula commits:
16 roundings (2^-24) of every term, and 4 of every input. Derivatives are taken numerically at 90 digits.
Used by continuous.py (and by any other maker); run those in an environment that has mpmath.
"""

import json
import os
import struct

import mpmath as mp

mp.mp.dps = 90
ROUNDING = mp.mpf(2) ** -24
TINY = mp.mpf(2) ** -126


def f32(x):
    """The float32 number nearest to x, nested lists included."""
    if isinstance(x, (list, tuple)):
        return [f32(v) for v in x]
    if x in (float("inf"), float("-inf")):
        return x
    return struct.unpack("f", struct.pack("f", x))[0]


def store(x):
    """A number as JSON can hold it, rounded once to double."""
    if isinstance(x, (list, tuple)):
        return [store(v) for v in x]
    x = float(x) if abs(mp.mpf(x)) < mp.mpf("1e300") else (float("inf") if x > 0 else float("-inf"))
    return {float("inf"): "inf", float("-inf"): "-inf"}.get(x, x)


def exact(x):
    return [exact(v) for v in x] if isinstance(x, list) else mp.mpf(x)


def leaves(x):
    return [leaf for v in x for leaf in leaves(v)] if isinstance(x, list) else [x]


def replaced(x, index, leaf):
    """The nested list x with its leaf number `index` replaced."""
    if not isinstance(x, list):
        return leaf
    out, at = [], 0
    for v in x:
        size = len(leaves(v))
        out.append(replaced(v, index - at, leaf) if at <= index < at + size else v)
        at += size
    return out


def shaped(like, flat):
    flat = list(flat)

    def build(x):
        return [build(v) for v in x] if isinstance(x, list) else flat.pop(0)

    return build(like)


def slope(f, x, side):
    """The derivatives of the terms at x: central differences, or one-sided where side is -1 or +1."""
    h = (abs(x) if x != 0 else mp.mpf(1)) * mp.mpf(10) ** -40
    if side == 0:
        up, down = f(x + h), f(x - h)
        return [(u - d) / (2 * h) for u, d in zip(up, down)]
    near, far, here = f(x + side * h), f(x + 2 * side * h), f(x)
    return [side * (4 * n - d - 3 * c) / (2 * h) for n, d, c in zip(near, far, here)]


def gradients(terms, parameters, value, wanted, sides):
    """For each wanted name: exact derivatives, tolerances, and the size of each input's own rounding."""
    inputs = {**parameters, "value": value}
    found = {}
    for name in wanted:
        flat, slack = [], []
        for i, leaf in enumerate(leaves(inputs[name])):

            def moved(x, name=name, i=i):
                new = {**inputs, name: replaced(inputs[name], i, x)}
                return terms(**{k: v for k, v in new.items() if k != "value"}, x=new["value"])

            parts = slope(moved, leaf, sides.get(name, 0))
            flat.append(mp.fsum(parts))
            slack.append(64 * ROUNDING * mp.fsum(abs(p) for p in parts) + 128 * ROUNDING * abs(flat[-1]) + TINY)
        found[name] = {
            "exact": shaped(inputs[name], flat),
            "tolerance": shaped(inputs[name], slack),
        }
    return found


def entry(kind, terms, parameters, value, wanted=(), sides=None):
    """One golden value. `wanted` names the inputs by which derivatives are stored; outside the support they are 0."""
    parameters, value = {k: f32(v) for k, v in parameters.items()}, f32(value)
    stored = {"kind": kind, "parameters": {k: store(v) for k, v in parameters.items()}, "value": store(value)}
    if kind == "outside" or terms is None:
        zeros = {n: shaped(v, [0] * len(leaves(v))) for n, v in {**parameters, "value": value}.items() if n in wanted}
        blocks = {n: {"exact": z, "tolerance": z} for n, z in zeros.items()}
        return {**stored, "logProb": "-inf", "tolerance": 0, "gradients": blocks}
    precise = {k: exact(v) for k, v in parameters.items()}
    parts = terms(**precise, x=exact(value))
    found = gradients(terms, precise, exact(value), wanted, sides or {})
    moved = mp.fsum(
        abs(g * leaf)
        for name, block in found.items()
        for g, leaf in zip(leaves(block["exact"]), leaves({**precise, "value": exact(value)}[name]))
    )
    tolerance = 16 * ROUNDING * mp.fsum(abs(p) for p in parts if mp.isfinite(p)) + 4 * ROUNDING * moved + TINY
    blocks = {n: {k: store(v) for k, v in b.items()} for n, b in found.items()}
    total = mp.fsum(parts) if all(mp.isfinite(p) for p in parts) else sum(parts)
    return {**stored, "logProb": store(total), "tolerance": store(tolerance), "gradients": blocks}


def write(name, entries):
    """Writes distributions-<name>.json, one entry a line."""
    here = os.path.dirname(os.path.abspath(__file__))
    path = os.path.join(here, "..", f"distributions-{name}.json")
    lines = ",\n".join(json.dumps(e, separators=(",", ":")) for e in entries)
    with open(path, "w") as file:
        file.write('{"values":[\n' + lines + "\n]}\n")
    print(f"{name}: {len(entries)} values")
