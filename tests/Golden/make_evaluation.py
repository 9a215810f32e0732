"""Metrics, bootstrap intervals, probes and embeddings by scikit-learn, SciPy and PyTorch.

Needs Debian 12's python3-sklearn 1.2.1 (with numpy 1.24 and scipy 1.10) beside python3-torch.
"""

import numpy as np
import torch
from scipy.special import log_softmax, softmax
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score, confusion_matrix, log_loss, precision_recall_curve, recall_score, top_k_accuracy_score)
from torch.nn import functional as F

from golden import uniform, write
from make_randomness import GAMMA, MASK, add, fold, mix

BINS = 15
golden = {}


def put(name, value):
    golden[name] = torch.as_tensor(np.asarray(value, dtype=np.float64)).clone()


def key(seed, path):
    state = mix(add(seed & MASK, GAMMA))
    for coordinate in path:
        state = fold(state, coordinate)
    return state


def below(state, draw, count):
    return mix(add(state, (draw + 1) * GAMMA & MASK)) * count >> 64


def permutation(state, count):
    order = list(range(count))
    for i in range(count - 1, 0, -1):
        j = below(state, i, i + 1)
        order[i], order[j] = order[j], order[i]
    return order


def calibration_error(confidence, right):
    # scikit-learn does not have this error. report compares it with scikit-learn's reliability curve of the same bins.
    bins = np.ceil(confidence * BINS).astype(int)
    return sum(abs(right[bins == b].sum() - confidence[bins == b].sum()) for b in range(1, BINS + 1)) / len(right)


def eleven_points(scores, relevant):
    precision, recall, _ = precision_recall_curve(relevant, scores)
    precision, recall = precision[:-1], recall[:-1]  # The last point, precision 1 at recall 0, is not a threshold of the data.
    return np.mean([precision[recall >= level / 10 - 1e-12].max() for level in range(11)])


def report(case, logits, labels, classes):
    probabilities = softmax(logits, axis=1)
    guesses, confidence = logits.argmax(1), probabilities.max(1)
    right = (guesses == labels).astype(float)
    present = np.unique(labels)
    put(f"{case}/top1", 100 * accuracy_score(labels, guesses))
    if classes > 5:
        put(f"{case}/top5", 100 * top_k_accuracy_score(labels, logits, k=5, labels=range(classes)))
    put(f"{case}/meanPerClass", 100 * recall_score(labels, guesses, labels=present, average="macro"))
    put(f"{case}/map", 100 * np.mean([eleven_points(probabilities[:, k], labels == k) for k in present]))
    put(f"{case}/nll", log_loss(labels, probabilities, labels=range(classes)))
    put(f"{case}/ece", calibration_error(confidence, right))
    accuracy, mean_confidence = calibration_curve(right, confidence, n_bins=BINS)
    put(f"{case}/bins", np.stack([accuracy, mean_confidence]))
    put(f"{case}/confusion", confusion_matrix(labels, guesses, labels=range(classes)))


def bootstrap(case, logits, labels, resamples):
    confidence, guesses = softmax(logits, axis=1).max(1), logits.argmax(1)
    top = np.argsort(-logits, axis=1)[:, :5]
    rows = []
    for r in range(resamples):
        state = key(3, ["bootstrap", r])
        drawn = np.array([below(state, i, len(labels)) for i in range(len(labels))])
        y, g = labels[drawn], guesses[drawn]
        rows.append([
            100 * accuracy_score(y, g), 100 * (top[drawn] == y[:, None]).any(1).mean(),
            100 * recall_score(y, g, labels=np.unique(y), average="macro"), calibration_error(confidence[drawn], y == g)])
    put(f"{case}/bootstrap", np.percentile(np.array(rows), [2.5, 97.5], axis=0).T)


def cases():
    for case, images, classes, present in (("seven", 400, 7, 7), ("absent", 90, 9, 5), ("three", 50, 3, 3)):
        logits = (4 * uniform(f"{case}/logits", [images, classes])).double().numpy()
        labels = np.arange(images) * 7 % 11 % present
        # True classes get a bonus; otherwise the accuracy would be that of chance.
        logits[np.arange(images), labels] += 1.5
        report(case, logits, labels, classes)
        if classes > 5:
            bootstrap(case, logits, labels, 100)


def probes():
    z = uniform("probe/features", [150, 6]).double().numpy() * np.array([1, 2, 0.5, 1, 3, 1]) + 0.5
    labels = (z @ uniform("probe/truth", [6, 4]).double().numpy() + uniform("probe/noise", [150, 4]).double().numpy()).argmax(1)
    golden["probe/labels"] = torch.from_numpy(labels)
    for strength in (1e-2, 1.0, 30.0, 1e4):
        fit = LogisticRegression(C=1 / strength, solver="newton-cg", tol=1e-8, max_iter=1000, multi_class="multinomial").fit(z, labels)
        loss = -log_softmax(z @ fit.coef_.T + fit.intercept_, axis=1)[np.arange(150), labels].sum()
        put(f"probe/{strength:g}/weight", fit.coef_)
        put(f"probe/{strength:g}/bias", fit.intercept_ - fit.intercept_.mean())
        put(f"probe/{strength:g}/objective", (loss + strength / 2 * (fit.coef_ ** 2).sum()) / 150)
    z, y = torch.from_numpy(z).float(), torch.from_numpy(labels)
    linear = torch.nn.Linear(6, 4)
    torch.nn.init.zeros_(linear.weight)
    torch.nn.init.zeros_(linear.bias)
    optimizer = torch.optim.SGD(linear.parameters(), lr=0.3, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 5 * 4)
    for epoch in range(5):
        order = torch.tensor(permutation(key(3, ["probe", epoch]), 150))
        for batch in order.split(40):
            optimizer.zero_grad()
            F.cross_entropy(linear(z[batch]), y[batch]).backward()
            optimizer.step()
            schedule.step()
    golden.update({"probe/sgd/weight": linear.weight, "probe/sgd/bias": linear.bias})


def embeddings():
    z = uniform("embeddings", [60, 8]) * torch.tensor([3, 2, 1, 1, 0.5, 0.2, 0.1, 0.01]) + 0.3
    other = z + 0.2 * uniform("embeddings/other", [60, 8])
    unit, pair = F.normalize(z.double()), F.normalize(other.double())
    put("embeddings/spread", unit.numpy().std(0).mean() * np.sqrt(8))
    share = np.linalg.svd(z.double().numpy(), compute_uv=False)
    share /= share.sum()
    put("embeddings/rank", np.exp(-(share * np.log(share)).sum()))
    put("embeddings/uniformity", torch.pdist(unit).pow(2).mul(-2).exp().mean().log())
    put("embeddings/alignment", (unit - pair).norm(dim=1).pow(2).mean())


def neighbors():
    bank, queries = F.normalize(uniform("bank", [90, 5]).double()), F.normalize(uniform("queries", [40, 5]).double())
    labels = torch.arange(90) * 7 % 11 % 6
    for k, temperature in ((20, 0.07), (200, 0.1)):
        cosine, index = (queries @ bank.T).topk(min(k, 90), dim=1)
        votes = (F.one_hot(labels[index], 6) * ((cosine - 1) / temperature).exp()[..., None]).sum(1)
        put(f"neighbors/{k}", votes)


cases()
probes()
embeddings()
neighbors()
write("evaluation.safetensors", golden)
