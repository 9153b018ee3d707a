"""Whether two kinds of measurements can be told apart: a classifier, its AUC, and Kolmogorov-Smirnov.

Standard library only. Methods: logistic regression with an L2 penalty by gradient descent on standardised
features, judged by cross-validation; AUC as the Mann-Whitney statistic, its confidence interval after Hanley
and McNeil (Radiology 143, 1982); the two-sample Kolmogorov-Smirnov test with the asymptotic distribution.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

Row = Sequence[float]


def auc_of(scores: Sequence[float], labels: Sequence[int]) -> float:
    """The chance that a positive one has a higher score than a negative one; equal scores count half."""
    ordered = sorted(range(len(scores)), key=lambda n: scores[n])
    ranks = [0.0] * len(scores)
    start = 0
    while start < len(ordered):
        end = start
        while end + 1 < len(ordered) and scores[ordered[end + 1]] == scores[ordered[start]]:
            end += 1
        for place in range(start, end + 1):
            ranks[ordered[place]] = (start + end) / 2 + 1
        start = end + 1
    positive = sum(labels)
    negative = len(labels) - positive
    total = sum(rank for rank, label in zip(ranks, labels, strict=True) if label)
    return (total - positive * (positive + 1) / 2) / (positive * negative)


def auc_interval(auc: float, positive: int, negative: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % confidence interval of an AUC."""
    q1, q2 = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    variance = (auc * (1 - auc) + (positive - 1) * (q1 - auc**2) + (negative - 1) * (q2 - auc**2)) / (
        positive * negative
    )
    half = z * math.sqrt(max(0.0, variance))
    return auc - half, auc + half


def cross_validated_auc(
    rows: Sequence[Row], labels: Sequence[int], *, folds: int = 5, seed: int = 1
) -> float:
    """The AUC of a classifier on samples that it was not trained on; the folds' scores ranked within each.

    Mean over the folds, so that the scores of different classifiers are never compared.
    """
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)
    found = []
    for fold in range(folds):
        tested = order[fold::folds]
        outside = set(tested)
        trained = [n for n in order if n not in outside]
        model = _train([rows[n] for n in trained], [labels[n] for n in trained])
        found.append(auc_of([model(rows[n]) for n in tested], [labels[n] for n in tested]))
    return sum(found) / folds


class _Model:
    def __init__(self, means: list[float], scales: list[float], weights: list[float], bias: float) -> None:
        self._means, self._scales, self._weights, self._bias = means, scales, weights, bias

    def __call__(self, row: Row) -> float:
        return self._bias + sum(
            weight * max(-6.0, min(6.0, (value - mean) / scale))
            for weight, value, mean, scale in zip(self._weights, row, self._means, self._scales, strict=True)
        )


def _train(rows: Sequence[Row], labels: Sequence[int], steps: int = 120, penalty: float = 0.01) -> _Model:
    count, width = len(rows), len(rows[0])
    means = [sum(row[k] for row in rows) / count for k in range(width)]
    scales = [math.sqrt(sum((row[k] - means[k]) ** 2 for row in rows) / count) or 1.0 for k in range(width)]
    points = [[max(-6.0, min(6.0, (row[k] - means[k]) / scales[k])) for k in range(width)] for row in rows]
    weights, bias = [0.0] * width, 0.0
    rate = 4.0 / width
    for _ in range(steps):
        slope, slope_bias = [0.0] * width, 0.0
        for point, label in zip(points, labels, strict=True):
            score = bias + sum(map(float.__mul__, weights, point))
            error = 1 / (1 + math.exp(-max(-30.0, min(30.0, score)))) - label
            slope_bias += error
            slope = [held + error * value for held, value in zip(slope, point, strict=True)]
        weights = [w - rate * (s / count + penalty * w) for w, s in zip(weights, slope, strict=True)]
        bias -= rate * slope_bias / count
    return _Model(means, scales, weights, bias)


def best_single_auc(rows: Sequence[Row], labels: Sequence[int]) -> tuple[float, int]:
    """The feature that separates best by itself, in either direction, and its AUC (0.5 to 1)."""
    found = [auc_of([row[k] for row in rows], labels) for k in range(len(rows[0]))]
    best = max(range(len(found)), key=lambda k: abs(found[k] - 0.5))
    return max(found[best], 1 - found[best]), best


def ks_p_value(left: Sequence[float], right: Sequence[float]) -> float:
    """The chance of so large a difference between two samples of the same distribution."""
    a, b = sorted(left), sorted(right)
    distance, i, j = 0.0, 0, 0
    while i < len(a) and j < len(b):
        value = min(a[i], b[j])
        while i < len(a) and a[i] == value:
            i += 1
        while j < len(b) and b[j] == value:
            j += 1
        distance = max(distance, abs(i / len(a) - j / len(b)))
    size = math.sqrt(len(a) * len(b) / (len(a) + len(b)))
    x = (size + 0.12 + 0.11 / size) * distance
    if x < 0.2:
        return 1.0
    total = sum((-1) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 101))
    return max(0.0, min(1.0, 2 * total))
