"""How far a few days are to be believed: a level from them, drawn towards what is usual, as earlier series went on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray

_STRENGTHS: Final = np.array([1e-9, *np.geomspace(0.002, 50.0, 20)])
"""What the usual may count for, in multiples of what the group's mean sells on the first days."""
_USUAL: Final = np.array([1.0, 0.6, 0.35, 0.2, 0.1, 0.05, 0.0])
"""What the usual level may be, as a share of the mean one: most series sell less than the mean, which a few large ones make."""

_CLOSEST: Final = 0.25
"""Where the curve lies between the one that makes the total of all series right (0) and the one that is closest to each (1)."""


@dataclass(frozen=True, eq=False)
class Beginnings:
    """The first days of m earlier series, and the weeks after these.

    Args:
        own: Units sold on the first days, shape (m,).
        expected: Units that the mean of its group sold on the same days, shape (m,).
        later: Units sold in the weeks after, shape (m,).
        later_expected: Units that the mean of its group sold in them, shape (m,).
        noise: Root mean squared change of each from day to day, in units, shape (m,), above 0.
        weight: What each counts for, shape (m,), above 0.
    """

    own: FloatArray
    expected: FloatArray
    later: FloatArray
    later_expected: FloatArray
    noise: FloatArray
    weight: FloatArray

    def __len__(self) -> int:
        return len(self.own)

    def select(self, which: np.ndarray) -> Beginnings:
        """Those at these positions, or under this mask."""
        return Beginnings(*(values[which] for values in self._columns()))

    def and_others(self, others: Beginnings) -> Beginnings:
        """These and others."""
        return Beginnings(*(np.concatenate(pair) for pair in zip(self._columns(), others._columns(), strict=True)))

    def weighing_at_most(self, total: float) -> Beginnings:
        """The same, weighing no more than so much together."""
        return replace(self, weight=self.weight * min(1.0, total / max(float(self.weight.sum()), 1e-12)))

    def _columns(self) -> tuple[FloatArray, ...]:
        return self.own, self.expected, self.later, self.later_expected, self.noise, self.weight


@dataclass(frozen=True)
class Credibility:
    """What first days say of the weeks after them.

    Sales of a series on its first days are Poisson with mean lambda E, where E is what the group's mean sold on them, and lambda is gamma among
    series, with mean `usual`. The mean of lambda after S units were sold is (S + usual strength) / (E + strength): the gamma-Poisson form of
    Buehlmann & Straub 1970, Glaubwuerdigkeit fuer Schadensaetze. The weeks after are `curve` times that: first days of a launch are better than
    its weeks after, and a series that is seen from its first sale on was seen on a good day.

    Args:
        usual: Level on the first days that a series has before it sold, over the group's mean, at least 0.
        strength: Units of the group's mean that the usual counts for, at least 0; infinite: first days say nothing.
        curve: Level of the weeks after over that of the first days.
    """

    usual: float
    strength: float
    curve: float

    def level(self, own: float, expected: float) -> float:
        """Level over the group's mean in the weeks to come of a series that sold `own` units where the group's mean sold `expected`.

        Example:
            >>> Credibility(usual=1.0, strength=10.0, curve=0.5).level(own=20.0, expected=10.0)
            0.75
        """
        if not np.isfinite(self.strength) or expected + self.strength <= 0:
            return self.curve * self.usual
        return self.curve * (own + self.usual * self.strength) / (expected + self.strength)


def learn_credibility(earlier: Beginnings) -> Credibility | None:
    """What earlier first days said of the weeks after them; None where there are none to learn from.

    Usual level and strength are those that would have forecast the weeks after best, by squared error over each series' own noise; the curve lies
    halfway between the one that is best in the same way and the one that makes the total right, since orders need both. Weights make some series
    count for less than one launch: a power prior (Ibrahim & Chen 2000, Power prior distributions for regression models).
    """
    seen = earlier.select((earlier.expected > 0) & (earlier.later_expected > 0))
    w = seen.weight
    if not len(seen) or not seen.own.any() or not seen.later.any():
        return None
    sizes = _STRENGTHS * float((w * seen.expected).sum() / w.sum())
    levels = _USUAL * float((w * seen.own).sum() / (w * seen.expected).sum())
    exact = w / seen.noise**2
    before, square, total = _sums(seen, exact, sizes, levels)
    closest = before / square
    right = (w * seen.later).sum() / total
    curve = closest**_CLOSEST * right ** (1.0 - _CLOSEST)
    losses = curve * (curve * square - 2.0 * before)
    best = np.unravel_index(int(np.argmin(losses)), losses.shape)
    return Credibility(float(levels[best[1]]), float(sizes[best[0]]), float(curve[best]))


def _sums(seen: Beginnings, exact: FloatArray, sizes: FloatArray, levels: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Of what each usual level and strength forecasts, a curve of 1: its products with what was sold and with itself, and its sum.

    The forecast of a series is a straight line of the usual level: so these are sums over series for each strength, put together for each level.

    Args:
        seen: The first days and the weeks after.
        exact: What each series counts for in products, shape (m,).
        sizes: Strengths, shape (s,).
        levels: Usual levels, shape (u,).

    Returns:
        Shape (s, u) each, the first two weighted by `exact`, the last one by the weights.
    """
    usual = seen.later_expected / (seen.expected + sizes[:, None])
    own, usual = seen.own * usual, sizes[:, None] * usual

    def line(values: FloatArray, of_usual: FloatArray) -> FloatArray:
        return values[:, None] + levels * of_usual[:, None]

    before = line(own @ (exact * seen.later), usual @ (exact * seen.later))
    square = line(own**2 @ exact, 2.0 * ((own * usual) @ exact)) + levels**2 * (usual**2 @ exact)[:, None]
    return before, square, line(own @ seen.weight, usual @ seen.weight)
