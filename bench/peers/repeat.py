"""Timing inside one process: how often to call so that a block lasts as long as it is meant to. Next: svi.py."""
import time
import numpy as np

WARM_UPS = 3


def repeated(call, sync=lambda result: None, per_call=1):
    """A mode: calls `call`, which does `per_call` units, for about so many milliseconds, and waits for the last one."""
    state = {"ms": 0.0}

    def spend(calls):
        start = time.perf_counter()
        for _ in range(calls):
            result = call()
        sync(result)
        return (time.perf_counter() - start) * 1e3 / calls

    def run(milliseconds):
        if state["ms"] == 0.0:
            spend(WARM_UPS)
            state["ms"] = spend(1)
        state["ms"] = spend(max(1, round(milliseconds / state["ms"])))
        return state["ms"] / per_call
    return run


def read(file):
    """The numbers of a data file as an array."""
    return np.fromfile(file["path"], dtype=file["dtype"]).reshape(file["shape"])
