"""Fits of boosted trees by scikit-learn, loaded when trees are first fitted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from sklearn._loss.loss import AbsoluteError, BaseLoss, HalfPoissonLoss
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from forecasting.core.arrays import FloatArray
from forecasting.models.features.inputs import Float32Array
from forecasting.models.gradient_boosting.forest import MOST_LEAVES, Forest, Lesson

_AT_ONCE: Final = 100
"""Trees between two calls of the listener."""
_LEAVES: Final = 16
_FEWEST_IN_LEAF: Final = 60
_BINS: Final = 127


class Median(AbsoluteError):  # type: ignore[misc]
    """Absolute errors, with the library's median in a tenth of its time, which was that of half a forest."""

    def fit_intercept_only(self, y_true: FloatArray, sample_weight: FloatArray) -> np.float64:
        """The weighted median: the least value up to which lies half the weight."""
        order = np.argsort(y_true)
        weight = np.cumsum(sample_weight[order])
        return y_true[order[np.searchsorted(weight, weight[-1] / 2)]]


_LOSSES: Final[dict[str, type[BaseLoss]]] = {"absolute_error": Median, "poisson": HalfPoissonLoss}


def fit(lesson: Lesson, loss: str, trees: int, seed: int, heard: Callable[[int], None]) -> Forest:
    """Trees that forecast the target.

    Args:
        lesson: What they learn from.
        loss: What they make small: "absolute_error", or the deviance of "poisson".
        trees: How many, at least 1.
        seed: Of the inputs that each question may be about.
        heard: Told how many trees there are, every few trees; what it raises ends the fit.
    """
    codes, numbers, target, weight = lesson
    dense = [np.unique(column, return_inverse=True) for column in codes.T]
    edges = [_edges(column) for column in numbers.T]
    binned = [np.searchsorted(limits, column) for limits, column in zip(edges, numbers.T, strict=True)]
    table = np.column_stack([*(numbered for _, numbered in dense), *binned]).astype(np.float32)
    model = HistGradientBoostingRegressor(
        loss=_LOSSES[loss](sample_weight=weight),
        learning_rate=0.1,
        max_iter=1,
        max_leaf_nodes=_LEAVES,
        min_samples_leaf=max(5, min(_FEWEST_IN_LEAF, len(target) // 50)),
        max_features=0.7,
        l2_regularization=1.0,
        categorical_features=np.arange(table.shape[1]) < codes.shape[1] if codes.shape[1] else None,
        early_stopping=False,
        warm_start=True,
        random_state=seed,
    )
    with threadpool_limits(1, user_api="openmp"):
        for grown in (*range(_AT_ONCE, trees, _AT_ONCE), trees):
            model.set_params(max_iter=grown).fit(table, target, sample_weight=weight)
            heard(grown)
    return _forest(model, [known for known, _ in dense], edges)


def _edges(column: Float32Array) -> Float32Array:
    """Where the bins of an input end, ascending, below its largest value: every value where there are few, else quantiles of them.

    Bins of our own: those of the library take longer to find than all its trees where rows have weights.
    """
    values = np.unique(column)
    if len(values) > _BINS:
        values = np.unique(np.quantile(column, np.linspace(0, 1, _BINS + 1)[1:], method="inverted_cdf"))
    return values[:-1]


def _forest(model: Any, known: list[np.ndarray], edges: list[Float32Array]) -> Forest:
    trees = [trees[0] for trees in model._predictors]
    shape = (len(trees), MOST_LEAVES - 1)
    column, threshold = np.full(shape, -1, dtype=np.int16), np.zeros(shape, dtype=np.float32)
    strikes, leaves = np.zeros(shape, dtype=np.uint32), np.zeros((len(trees), MOST_LEAVES))
    yes: list[np.ndarray] = []
    width = 2 + max((int(codes.max()) for codes in known), default=0)
    for tree, predictor in enumerate(trees):
        nodes = predictor.nodes
        for place, (node, first, mid) in enumerate(_splits(nodes, leaves[tree])):
            question = nodes[node]
            column[tree, place] = question["feature_idx"]
            if question["is_categorical"]:
                threshold[tree, place] = len(yes)
                yes.append(_categories(predictor.raw_left_cat_bitsets[question["bitset_idx"]], known[question["feature_idx"]], question, width))
            else:
                threshold[tree, place] = edges[question["feature_idx"] - len(known)][int(question["num_threshold"])]
            strikes[tree, place] = 0xFFFFFFFF ^ (((1 << mid) - 1) ^ ((1 << first) - 1))
    table = np.array(yes, dtype=bool).reshape(len(yes), width)
    exponential = isinstance(model.loss, HalfPoissonLoss)
    return Forest(column, threshold, strikes, leaves, table, len(known), float(np.ravel(model._baseline_prediction)[0]), exponential)


def _splits(nodes: Any, leaves: FloatArray) -> Iterator[tuple[int, int, int]]:
    """The questions of a tree with the numbers of the first leaf below each and of the first one on its "no" side; fills in the leaves."""
    found: list[tuple[int, int, int]] = []

    def walk(node: int, first: int) -> int:
        if nodes[node]["is_leaf"]:
            leaves[first] = nodes[node]["value"]
            return first + 1
        mid = walk(int(nodes[node]["left"]), first)
        found.append((node, first, mid))
        return walk(int(nodes[node]["right"]), mid)

    walk(0, 0)
    return iter(found)


def _categories(bits: np.ndarray, known: np.ndarray, question: Any, width: int) -> np.ndarray:
    """For which codes the answer is yes; a code that was not learned from counts as 0, any other value, or goes where the library sends it."""
    yes = np.full(width, bool(question["missing_go_to_left"]))
    dense = np.arange(len(known))
    yes[known] = (bits[dense // 32] >> (dense % 32)) & 1
    if known[0] == 0:
        yes[np.setdiff1d(np.arange(width), known)] = yes[0]
    return yes
