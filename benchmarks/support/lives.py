"""Shelves that live on, ordered for by the forecast and by the textbook, and held against each other at the same service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import numpy as np
from scipy.special import ndtri

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.inventory.levels import demand, lost_sales, order_levels, textbook
from forecasting.inventory.simulation.shelf import KnownDemand, replay, review_cycles
from forecasting.training.bands.residuals import OBSERVED_SHARE
from forecasting.training.ensemble import Ensemble

HALVINGS = 30
FURTHEST_Z = 12.0


class Terms(NamedTuple):
    """The promised chance of no stockout in a cycle, lead time and review period in steps."""

    p: float
    lead: int
    review: int = 1

    @property
    def cover(self) -> int:
        """Steps that an order covers."""
        return self.lead + self.review


@dataclass(frozen=True, eq=False)
class Life:
    """What m shelves were asked for over h steps, and what either policy would order up to.

    Args:
        wanted: Shape (m, h), units.
        seen: What is known of that.
        ours: Shape (m, h), units, before each step's sales; NaN where no order is placed.
        mean: Same shape: the textbook's level for z = 0.
        spread: Same shape: by how much it grows with z.
        series: Shape (m,), which of them are the same series at other times.
        whole: Whether levels are whole units.
        terms: Of all of them.
        orders: Shape (c + 1,), steps on which orders are placed, the last of which only ends the cycle before it; None for one each review period.
        lead: Shape (h,), steps that an order of each step takes; None for the lead time of the terms.
    """

    wanted: FloatArray
    seen: KnownDemand
    ours: FloatArray
    mean: FloatArray
    spread: FloatArray
    series: np.ndarray
    whole: bool
    terms: Terms
    orders: np.ndarray | None = None
    lead: np.ndarray | None = None

    def textbook(self, z: float) -> FloatArray:
        """The textbook's levels for a standard normal quantile."""
        level = np.maximum(self.mean + z * self.spread, 0.0)
        return np.round(level) if self.whole else level


class Outcome(NamedTuple):
    """Of m shelves, shape (m,) each: cycles judged and kept, units sold and lost, mean units on hand after sales."""

    judged: FloatArray
    kept: FloatArray
    sold: FloatArray
    lost: FloatArray
    stock: FloatArray

    @property
    def service(self) -> float:
        """Share of all cycles that were kept."""
        return float(self.kept.sum() / self.judged.sum())

    @property
    def fill_rate(self) -> float:
        """Share of all demand that was sold."""
        return float(self.sold.sum() / (self.sold.sum() + self.lost.sum()))


def outcome(life: Life, levels: FloatArray) -> Outcome:
    """What comes of ordering up to these levels; counted from when an order placed at the start arrives until the last one's cycle ends."""
    (m, h), (_, usual, review) = life.wanted.shape, life.terms
    lead = np.broadcast_to(np.full(h, usual) if life.lead is None else life.lead, (m, h))
    reviews = np.arange(0, h + 1, review) if life.orders is None else life.orders
    reviewed, level = np.isfinite(levels), np.nan_to_num(levels)
    lived = replay(
        life.wanted,
        lambda step, at: np.where(reviewed[:, step], np.maximum(level[:, step] - at, 0.0), 0.0),
        lead=lead,
        start=level[:, 0],
    )
    cycles = review_cycles(lived.lost, life.seen, lead, reviews, share=OBSERVED_SHARE).where(reviewed[:, reviews[:-1]])
    last = h - np.argmax(reviewed[:, ::-1], axis=1) - 1 + life.terms.cover if life.orders is None else np.full(m, h)
    steps = np.arange(h)
    here = (steps >= lead[:, :1]) & (steps < last[:, None]) & life.seen.known & reviewed[:, :1]
    sums = [np.where(here, values, 0.0).sum(axis=1) for values in (lived.sold, lived.lost, lived.on_hand)]
    return Outcome(cycles.judged.sum(axis=1), cycles.kept.sum(axis=1), sums[0], sums[1], sums[2] / np.maximum(here.sum(axis=1), 1))


class Compared(NamedTuple):
    """Ours, the textbook with the z of the promise, with the z that gives it our service, that z; its stock to ours, and a standard error."""

    ours: Outcome
    nominal: Outcome
    tuned: Outcome
    z: float
    ratio: float
    error: float


def compared(life: Life) -> Compared:
    """Both policies on the same demand. The textbook's z is tuned in hindsight, which nobody could have done."""
    ours = outcome(life, life.ours)
    nominal = outcome(life, _same_reviews(life, float(ndtri(life.terms.p))))
    low, high = -FURTHEST_Z, FURTHEST_Z
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if outcome(life, _same_reviews(life, middle)).service >= ours.service else (middle, high)
    tuned = outcome(life, _same_reviews(life, high))
    return Compared(ours, nominal, tuned, high, *ratio(ours.stock, tuned.stock, life.series))


def _same_reviews(life: Life, z: float) -> FloatArray:
    return np.where(np.isnan(life.ours), np.nan, life.textbook(z))


def ratio(a: FloatArray, b: FloatArray, series: np.ndarray) -> tuple[float, float]:
    """Sum of a by sum of b, and its standard error over series (linearised; Cochran 1977, 6.4).

    Example:
        >>> ratio(np.array([1.0, 3.0]), np.array([2.0, 2.0]), np.array([0, 1]))
        (1.0, 0.5)
    """
    a, b = (np.bincount(series, values) for values in (a, b))
    share = a.sum() / b.sum()
    n = len(a)
    return float(share), float(np.sqrt(n / (n - 1) * np.sum((a - share * b) ** 2)) / b.sum())


def levels_ahead(made: Ensemble, terms: Terms) -> FloatArray:
    """Ours at each review to come, shape (n, horizon), as orders take them."""
    n = len(made.panel)
    lead, review = np.tile((np.arange(terms.lead + 1) == terms.lead).astype(float), (n, 1)), np.full(n, terms.review)
    quantile = lost_sales.covering_quantiles(np.full(n, terms.p), lead, review, lost_sales.idle_share(made, np.arange(n)))
    return order_levels.rounded(made.whole_units[:, None], demand.ahead_levels(made, np.arange(n), lead, review, quantile))


def textbook_parts(whole: Panel, days: Sequence[int], terms: Terms) -> tuple[FloatArray, FloatArray]:
    """The textbook's level for z = 0 and its growth with z when so many days were known, shape (n, len(days)) each."""
    return textbook_at(whole, [(known, terms.cover) for known in days])


def textbook_at(whole: Panel, orders: Sequence[tuple[int, int]]) -> tuple[FloatArray, FloatArray]:
    """The same for orders by how many days were known, and how many they cover, shape (n, len(orders)) each."""
    rows, made = np.arange(len(whole)), []
    for known, cover in orders:
        then = cast(Any, SimpleNamespace(panel=whole.cut(known)))
        made.append(textbook.level_now(then, rows, np.array([[0.0], [1.0]]), np.full(len(whole), float(cover))))
    mean, one = np.array(made).transpose(1, 2, 0)
    return mean, one - mean


def life_of(whole: Panel, made: Sequence[Ensemble], terms: Terms) -> Life:
    """The days from the first of these ensembles on, each of which serves until the next one, the last one as long as its levels are known.

    Args:
        whole: All sales, none unknown, as many days as the last order covers.
        made: What was served, by the days it knew.
        terms: Of every series.
    """
    starts = [len(one.panel.dates) for one in made]
    parts = [levels_ahead(one, terms) for one in made]
    served = [until - since for since, until in pairwise(starts)]
    served.append(served[-1] if served else parts[-1].shape[1] - terms.cover + 1)
    ours = np.concatenate([part[:, :days] for part, days in zip(parts, served, strict=True)], axis=1)
    end = starts[0] + ours.shape[1] + terms.cover - 1
    wanted = whole.sales[:, starts[0] : end]
    blank = np.full((len(whole), wanted.shape[1] - ours.shape[1]), np.nan)
    mean, spread = textbook_parts(whole, range(starts[0], starts[0] + ours.shape[1]), terms)
    ours, mean, spread = (np.concatenate([values, blank], axis=1) for values in (ours, mean, spread))
    always = np.ones(wanted.shape, dtype=bool)
    return Life(wanted, KnownDemand(always, always), ours, mean, spread, np.arange(len(whole)), made[0].whole, terms)


def lives_after(whole: Panel, made: Sequence[Ensemble], terms: Terms) -> list[Life]:
    """The horizon after each of these ensembles, of which nothing was known, one life each."""
    lives = []
    for one in made:
        days, h, f = len(one.panel.dates), one.horizon, one.yhat[schema.BLEND]
        y, ours = whole.sales[:, days : days + h], levels_ahead(one, terms)
        closed = (f == 0) & ~one.silent[:, None]
        wanted = np.where(np.isfinite(y), y, np.nan_to_num(np.round(f) if one.whole else f))
        mean, spread = textbook_parts(whole, range(days, days + h), terms)
        seen = KnownDemand((np.isfinite(y) | closed) & np.isfinite(ours[:, :1]), (y > 0) | ~closed)
        lives.append(Life(wanted, seen, ours, mean, spread, np.arange(len(whole)), one.whole, terms))
    return lives


def together(lives: Sequence[Life]) -> Life:
    """Lives of the same terms and length as one."""
    names = ("wanted", "ours", "mean", "spread", "series")
    seen = KnownDemand(*(np.concatenate([getattr(life.seen, name) for life in lives]) for name in ("known", "open")))
    return replace(lives[0], seen=seen, **{name: np.concatenate([getattr(life, name) for life in lives]) for name in names})
