"""Golden values of families of classes: Bernoulli, categorical, one-hot, ordered. Run: python classes.py"""

import mpmath as mp

from golden import entry, write

INF = float("inf")


def times_log(x, p):
    return mp.mpf(0) if x == 0 else x * mp.log(p)


def softplus(x):
    return mp.log1p(mp.exp(x)) if x < 0 else x + mp.log1p(mp.exp(-x))


def bernoulli_probs(probs, x):
    return [times_log(x, probs), times_log(1 - x, 1 - probs)]


def bernoulli_logits(logits, x):
    return [x * logits, -softplus(logits)]


def log_sum_exp(values):
    top = max(values)
    return top + mp.log(mp.fsum(mp.exp(v - top) for v in values))


def at(values, index):
    return values[int(index)]


def categorical_probs(probs, x):
    return [mp.log(at(probs, x))]


def categorical_logits(logits, x):
    return [at(logits, x), -log_sum_exp(logits)]


def one_hot_probs(probs, x):
    return [times_log(a, p) for a, p in zip(x, probs)]


def one_hot_logits(logits, x):
    return [mp.fsum(a * l for a, l in zip(x, logits)), -log_sum_exp(logits)]


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def ordered_logistic(predictor, cutpoints, x):
    k = int(x)
    high = sigmoid(cutpoints[k] - predictor) if k < len(cutpoints) else mp.mpf(1)
    low = sigmoid(cutpoints[k - 1] - predictor) if k > 0 else mp.mpf(0)
    return [mp.log(high - low)]


def bernoulli_rows():
    probs = [0.5, 0.3, 0.02, 0.97, 0.75, 1e-3]
    rows = [("ordinary", p, x) for p in probs for x in (0, 1)]
    extreme = [("extreme", p, x) for p in (1e-9, 1e-30, 1 - 2**-24, 1 - 2**-20) for x in (0, 1)]
    made = [entry(k, bernoulli_probs, {"probs": p}, x, ("probs",)) for k, p, x in rows + extreme]
    made += [entry("boundary", bernoulli_probs, {"probs": 0}, 0, ("probs",), {"probs": 1}),
             entry("boundary", bernoulli_probs, {"probs": 1}, 1, ("probs",), {"probs": -1})]
    made += [entry("outside", None, {"probs": 0}, 1), entry("outside", None, {"probs": 1}, 0)]
    return made + [entry("outside", None, {"probs": 0.3}, x, ("probs",)) for x in (-1, 2, 0.5, INF)]


def bernoulli_logit_rows():
    logits = [0.4, -1.3, 2.5, -5, 7, 1e-3]
    rows = [("ordinary", l, x) for l in logits for x in (0, 1)] + [("boundary", 0, x) for x in (0, 1)]
    rows += [("extreme", l, x) for l in (30, -30, 80, -80, 1e4, -1e4, 1e-20) for x in (0, 1)]
    made = [entry(k, bernoulli_logits, {"logits": l}, x, ("logits",)) for k, l, x in rows]
    sure = [(INF, 1), (-INF, 0)]
    made += [entry("boundary", lambda logits, x: [mp.mpf(0)], {"logits": l}, x) for l, x in sure]
    made += [entry("outside", None, {"logits": -l}, x) for l, x in sure]
    return made + [entry("outside", None, {"logits": 0.3}, x, ("logits",)) for x in (-1, 2, 0.5)]


PROBS = [[0.2, 0.3, 0.5], [0.05, 0.9, 0.05], [0.6, 0.1, 0.3]]
LOGITS = [[0.5, -1, 2], [0, 0, 0], [-3, 4, 1]]
FAR_LOGITS = [[100, 0, 0], [20, 0, -20], [-1e4, 1e4, 0], [1e6, 1e6, 0], [1e-10, 0, 1e-10]]


def class_rows(terms, name, ordinary, extreme, to_value):
    made = [entry("ordinary", terms, {name: p}, to_value(k), (name,)) for p in ordinary for k in range(3)]
    return made + [entry("extreme", terms, {name: p}, to_value(k), (name,)) for p in extreme for k in range(3)]


def categorical_rows():
    made = class_rows(categorical_probs, "probs", PROBS, [[1e-8, 0.5, 0.5], [1e-30, 1e-9, 1]], lambda k: k)
    made += [entry("boundary", categorical_probs, {"probs": [0, 0.25, 0.75]}, k) for k in (1, 2)]
    made += [entry("outside", None, {"probs": [0, 0.25, 0.75]}, 0)]
    return made + [entry("outside", None, {"probs": PROBS[0]}, x, ("probs",)) for x in (-1, 3, 0.5, INF)]


def categorical_logit_rows():
    made = class_rows(categorical_logits, "logits", LOGITS, FAR_LOGITS, lambda k: k)
    reduced = lambda logits, x: [at(logits, x), -log_sum_exp([l for l in logits if l != -mp.inf])]
    made += [entry("boundary", reduced, {"logits": [-INF, 1, 2]}, k) for k in (1, 2)]
    made += [entry("outside", None, {"logits": [-INF, 1, 2]}, 0)]
    return made + [entry("outside", None, {"logits": LOGITS[0]}, x, ("logits",)) for x in (-1, 3, 1.5)]


def hot(k):
    return [1 if i == k else 0 for i in range(3)]


def one_hot_rows():
    made = class_rows(one_hot_probs, "probs", PROBS, [[1e-8, 0.5, 0.5]], hot)
    bad = [[1, 1, 0], [0, 0, 0], [0.5, 0.5, 0], [2, -1, 0]]
    return made + [entry("outside", None, {"probs": PROBS[0]}, x, ("probs",)) for x in bad]


def one_hot_logit_rows():
    return class_rows(one_hot_logits, "logits", LOGITS, FAR_LOGITS[:3], hot)


def ordered_rows():
    sets = [(0, [-1, 1]), (0.7, [-0.5, 2.5]), (-3, [-1, 0.25])]
    far = [(0, [-20, 20]), (30, [-1, 1]), (-30, [0, 1e-3]), (0, [1, 1.000001])]
    made = [entry("ordinary", ordered_logistic, {"predictor": p, "cutpoints": c}, k, ("predictor", "cutpoints"))
            for p, c in sets for k in range(3)]
    made += [entry("extreme", ordered_logistic, {"predictor": p, "cutpoints": c}, k, ("predictor", "cutpoints"))
             for p, c in far for k in range(3)]
    return made + [entry("outside", None, {"predictor": 0, "cutpoints": [-1, 1]}, x) for x in (-1, 3, 0.5)]


if __name__ == "__main__":
    write("bernoulli", bernoulli_rows())
    write("bernoulli-logits", bernoulli_logit_rows())
    write("categorical", categorical_rows())
    write("categorical-logits", categorical_logit_rows())
    write("one-hot-categorical", one_hot_rows())
    write("one-hot-categorical-logits", one_hot_logit_rows())
    write("ordered-logistic", ordered_rows())
