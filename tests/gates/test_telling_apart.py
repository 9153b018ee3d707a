"""The instruments of the gates find what is there, and nothing where there is nothing."""

from __future__ import annotations

import random

from tests.gates.telling_apart import (
    auc_interval,
    auc_of,
    best_single_auc,
    cross_validated_auc,
    ks_p_value,
)


def _rows(shift: float, count: int = 120, width: int = 8) -> tuple[list[list[float]], list[int]]:
    source = random.Random(7)
    labels = [n % 2 for n in range(count)]
    rows = [[source.gauss(0, 1) + (shift * label if k == 3 else 0) for k in range(width)] for label in labels]
    return rows, labels


def test_a_classifier_finds_a_planted_difference_and_none_in_noise() -> None:
    rows, labels = _rows(2.0)
    assert cross_validated_auc(rows, labels) > 0.85
    assert best_single_auc(rows, labels)[1] == 3
    rows, labels = _rows(0.0)
    assert cross_validated_auc(rows, labels) < 0.62


def test_auc_and_its_interval() -> None:
    assert auc_of([1, 2, 3, 4], [0, 0, 1, 1]) == 1
    assert auc_of([1, 1, 1, 1], [0, 1, 0, 1]) == 0.5
    low, high = auc_interval(0.5, 500, 500)
    assert 0.46 < low < 0.5 < high < 0.54


def test_kolmogorov_and_smirnov() -> None:
    source = random.Random(3)
    left, right = ([source.gauss(0, 1) for _ in range(200)] for _ in range(2))
    assert ks_p_value(left, right) > 0.001
    assert ks_p_value(left, [value + 0.6 for value in right]) < 0.001
    # A published one: D = 0.2 of 100 and 100 gives p = 0.0367 by the asymptotic formula.
    steps = [n / 100 for n in range(100)]
    assert 0.02 < ks_p_value(steps, [value + 0.2 for value in steps]) < 0.05
