"""A Python side of the bench: opens tasks and times blocks of them, one JSON line each way (../task.ts).

    python serve.py numpyro | jax | sklearn

The tasks of a peer are the functions of its TASKS; each gives facts and modes. Next: svi.py.
"""
import importlib, json, os, sys, time

MODULES = {"numpyro": "numpyro_tasks", "jax": "jax_tasks", "sklearn": "sklearn_tasks"}
opened = None


def hello():
    tasks = importlib.import_module(MODULES[sys.argv[1]])
    return {"versions": tasks.versions(), "tasks": sorted(tasks.TASKS)}


def open_task(task, data, sizes, family=None):
    global opened
    tasks = importlib.import_module(MODULES[sys.argv[1]]).TASKS
    extra = {} if family is None else {"family": family}
    opened = tasks[task](data, **sizes, **extra)
    return {"facts": opened["facts"], "modes": sorted(opened["modes"])}


def block(mode, ms):
    cpu = time.process_time()
    per_unit = opened["modes"][mode](ms)
    return {"ms": per_unit, "cpuMs": (time.process_time() - cpu) * 1e3}


def close():
    global opened
    opened = None
    return {}


ANSWERS = {"hello": hello, "open": open_task, "block": block, "close": close}


def main():
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no reply
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = ANSWERS[request.pop("do")](**request)
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main()
