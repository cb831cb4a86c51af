"""The change of products, shared out among their factors exactly: Shapley's split in closed form.

It is the mean over all orders in which the factors could have changed: the only split that adds up, depends on no order, gives equal roles equal
amounts and nothing to what did not change (Shapley 1953; for products of economics Sun 1998). It is linear, so the split of a total is the sum of
the splits of its series and days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import factorial
from typing import NamedTuple

import numpy as np

from forecasting.core.arrays import FloatArray


class Factor(NamedTuple):
    """A factor of a product, before and after.

    Args:
        before: Shape (n, h), or what broadcasts to it.
        after: The same.
        portions: Name -> its part of after - before; they add up to it.
    """

    before: FloatArray
    after: FloatArray
    portions: Mapping[str, FloatArray]


def named(name: str, before: FloatArray, after: FloatArray) -> Factor:
    """A factor whose whole change has one name."""
    return Factor(before, after, {name: after - before})


def split(factors: Sequence[Factor]) -> dict[str, FloatArray]:
    """Name -> its amount of the change of the factors' product, shape (n, h); they add up to that change.

    Example:
        >>> two, three = np.array([[2.0]]), np.array([[3.0]])
        >>> {name: float(units[0, 0]) for name, units in split([named("price", two, three), named("units", 5 * two, 4 * two)]).items()}
        {'price': 9.0, 'units': -5.0}
    """
    amounts: dict[str, FloatArray] = {}
    for place, factor in enumerate(factors):
        others = mean_of_others([*factors[:place], *factors[place + 1 :]])
        for name, portion in factor.portions.items():
            amounts[name] = amounts.get(name, 0.0) + portion * others
    return amounts


def mean_of_others(others: Sequence[Factor]) -> FloatArray:
    """The product of the other k - 1 factors, each before or after, meant over all orders in which the k could change.

    A subset of s of them that have changed already weighs s! (k - 1 - s)! / k!.
    """
    k = len(others) + 1
    mean: FloatArray = np.zeros(())
    for changed in product((False, True), repeat=k - 1):
        s = sum(changed)
        weight = factorial(s) * factorial(k - 1 - s) / factorial(k)
        term: FloatArray = np.asarray(weight)
        for factor, after in zip(others, changed, strict=True):
            term = term * (factor.after if after else factor.before)
        mean = mean + term
    return mean
