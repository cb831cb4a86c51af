"""Demand summed over the days that an order must cover: its distribution now, and as it would have been seen in the past.

Distributions come from errors of sums over as many days (`SeriesBands`), never from one day's error and a square root. For a lead time that
varies, the sums over its lengths are mixed by their chances: Silver, Pyke & Thomas 2017, ch. 6, without their normal distribution.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from forecasting.core.arrays import FloatArray, added_up, midpoints
from forecasting.inventory import arithmetic
from forecasting.training.bands.quantiles import SeriesBands
from forecasting.training.ensemble import Ensemble

N_VALUES = 300
"""Equally likely values by which a distribution is represented."""
N_VALUES_PAST = 100
"""Equally likely values of a distribution at each review of the past, where the lead time varies."""
MAX_MIXED_VALUES = 4_000_000
"""Values of mixtures that are computed at a time, to save memory."""


@dataclass(frozen=True, eq=False)
class Demand:
    """Demand of r series over a span of steps.

    Args:
        expected: Shape (r,), units: the mean, NaN where the span reaches beyond it.
        values: Shape (r, m): equally likely sums, ascending, units; NaN where no error of such a sum was seen, and of series that are too new.
    """

    expected: FloatArray
    values: FloatArray


def unknown(n: int) -> Demand:
    """Demand of n series of which nothing is said."""
    return Demand(np.full(n, np.nan), np.full((n, 1), np.nan))


def demand_over(ensemble: Ensemble, rows: np.ndarray, lead: FloatArray, extra: np.ndarray, *, start: int = 0) -> Demand:
    """Demand from the day of the stock count on, over the lead time and `extra` more steps.

    Args:
        ensemble: The ensemble that forecasts.
        rows: Positions of r series.
        lead: Shape (r, m): chances of a lead time of 0, 1, ... steps.
        extra: Shape (r,), steps beyond the lead time, at least 0.
        start: Steps after the last sales that went by before the counting.
    """
    expected: FloatArray = np.full(len(rows), np.nan)
    values: FloatArray = np.full((len(rows), N_VALUES), np.nan)
    ahead = _forecast(ensemble, rows)
    for members, lengths, chances, more in _groups(lead, extra):
        spans = lengths + more
        if start + spans.max() >= ahead.shape[1]:
            continue
        parts = []
        learned = ensemble.calibrated_each([int(span) for span in spans])
        for span, bands, count in zip(spans, learned, _shared(chances, N_VALUES), strict=True):
            f = (ahead[members, start + span] - ahead[members, start])[:, None]
            expected[members] = np.nan_to_num(expected[members]) + chances[spans == span] * f[:, 0]
            parts.append(_sums(bands, rows[members], f, count, start=start, span=int(span)))
        sums = parts[0] if len(parts) == 1 else np.sort(np.concatenate(parts, axis=1), axis=1)
        if len(members) == len(rows):
            values = sums
        else:
            values[members] = sums
    values[ensemble.silent[rows]] = 0.0
    values[ensemble.untested[rows]] = np.nan
    return Demand(expected, values)


def _sums(learned: SeriesBands | None, rows: np.ndarray, f: FloatArray, count: int, *, start: int, span: int) -> FloatArray:
    """`count` equally likely sums over a span, shape (r, count)."""
    if not span:
        return np.zeros((len(rows), count))
    if learned is None:
        return np.full((len(rows), count), np.nan)
    return learned.of(rows).quantiles(f, tuple(midpoints(count)), steps=np.array([start]))[:, :, 0]


def ahead_levels(ensemble: Ensemble, rows: np.ndarray, lead: FloatArray, review: np.ndarray, p: FloatArray, *, start: int = 0) -> FloatArray:
    """The levels to order up to at the reviews ahead.

    Args:
        ensemble: The ensemble that forecasts.
        rows: Positions of r series.
        lead: Shape (r, m): chances of a lead time of 0, 1, ... steps.
        review: Shape (r,), steps from one review to the next, at least 1.
        p: Shape (r,): the chance with which the level covers the demand of lead time and review period, in (0, 1).
        start: Steps after the last sales that went by before the counting.

    Returns:
        Shape (r, horizon), units: place t is the review after t steps; NaN between reviews, and where an order would have to cover days that
        are not forecast, or sums of which no error was seen.
    """
    levels = np.full((len(rows), ensemble.horizon), np.nan)
    f = _forecast(ensemble, rows)
    for members, lengths, chances, more in _groups(lead, review):
        mix = _Mix(lengths + more, chances, rows[members], p[members])
        levels[members, : ensemble.horizon - start] = mix.levels(ensemble, f[members], int(more), start, without=None)
    levels[ensemble.silent[rows]] *= 0.0
    levels[ensemble.untested[rows]] = np.nan
    return levels


def past_levels(ensemble: Ensemble, rows: np.ndarray, lead: FloatArray, review: np.ndarray, p: FloatArray) -> FloatArray:
    """The levels to order up to at the reviews after each past cutoff, from its forecast and the errors of the other cutoffs.

    The arguments are those of `ahead_levels`. Returns shape (K, r, steps judged), units; NaN between reviews and where unknown.
    """
    errors = ensemble.expected_errors
    count, _, judged = errors.f.shape
    levels = np.full((count, len(rows), judged), np.nan)
    groups = list(_groups(lead, review))
    for cut in range(count):
        f = added_up(errors.f[cut, rows])
        for members, lengths, chances, more in groups:
            mix = _Mix(lengths + more, chances, rows[members], p[members])
            levels[cut, members] = mix.levels(ensemble, f[members], int(more), 0, without=cut)
    return levels


def cumulative(ensemble: Ensemble, row: int, steps: int, probabilities: tuple[float, ...], *, start: int = 0) -> FloatArray:
    """Quantiles of one series' sales in the first 1, 2, ... `steps` steps after the count; shape (q, steps), units, NaN where unknown."""
    rows, quantiles = np.array([row]), np.full((len(probabilities), steps), np.nan)
    f = _forecast(ensemble, rows)
    for span in range(1, min(steps, f.shape[1] - 1 - start) + 1):
        learned = ensemble.calibrated(span)
        if learned is not None:
            total = (f[:, start + span] - f[:, start])[:, None]
            quantiles[:, span - 1] = learned.of(rows).quantiles(total, probabilities, steps=np.array([start]))[0, :, 0]
    if ensemble.silent[row]:
        quantiles[:] = 0.0
    return np.maximum.accumulate(quantiles, axis=1)


@dataclass(frozen=True, eq=False)
class _Mix:
    """Series whose orders cover the same spans with the same chances, and the chance with which each series is to be covered."""

    spans: np.ndarray
    chances: FloatArray
    rows: np.ndarray
    p: FloatArray

    def levels(self, ensemble: Ensemble, f: FloatArray, every: int, start: int, *, without: int | None) -> FloatArray:
        """Levels at each review, shape (r, t - 1), for running sums `f` of the forecast, shape (r, t); NaN between reviews and where unknown."""
        levels = np.full((len(f), f.shape[1] - 1 - start), np.nan)
        reviews = np.arange(0, levels.shape[1] - self.spans.max() + 1, every)
        learned = [
            None if not span else ensemble.calibrated(int(span)) if without is None else ensemble.calibrated_past(int(span))[without]
            for span in self.spans
        ]
        if not len(reviews) or any(bands is None and span for bands, span in zip(learned, self.spans, strict=True)):
            return levels
        from_ = start + reviews
        if len(self.spans) == 1:
            total = f[:, from_ + self.spans[0]] - f[:, from_]
            levels[:, reviews] = learned[0].of(self.rows).levels_at(total, self.p, steps=from_) if learned[0] else 0.0
        else:
            rows = max(1, MAX_MIXED_VALUES // (N_VALUES_PAST * len(from_)))
            for part in range(0, len(f), rows):
                some = slice(part, part + rows)
                levels[some, reviews] = self._mixed(learned, f[some], from_, some)
        return levels

    def _mixed(self, learned: list[SeriesBands | None], f: FloatArray, from_: np.ndarray, some: slice) -> FloatArray:
        """Quantiles of the mixture over the spans, shape (r, reviews)."""
        parts = []
        for span, bands, count in zip(self.spans, learned, _shared(self.chances, N_VALUES_PAST), strict=True):
            total = f[:, from_ + span] - f[:, from_]
            drawn = (
                bands.of(self.rows[some]).quantiles(total, tuple(midpoints(count)), steps=from_) if bands else np.zeros((len(f), count, len(from_)))
            )
            parts.append(drawn)
        values = np.sort(np.moveaxis(np.concatenate(parts, axis=1), 1, 2).reshape(-1, N_VALUES_PAST), axis=1)
        return arithmetic.quantile(values, np.repeat(self.p[some], len(from_))).reshape(len(f), len(from_))


def _forecast(ensemble: Ensemble, rows: np.ndarray) -> FloatArray:
    return added_up(np.nan_to_num(ensemble.expected[rows]))


def _groups(lead: FloatArray, extra: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, FloatArray, int]]:
    """Series with the same chances of lead times and the same further steps: positions, lead times that occur, their chances, the steps."""
    if not len(lead):
        return
    terms = np.column_stack([lead, extra])
    kinds, which = (terms[:1], np.zeros(len(terms), dtype=int)) if (terms == terms[0]).all() else np.unique(terms, axis=0, return_inverse=True)
    for kind, of_kind in enumerate(kinds):
        lengths = np.flatnonzero(of_kind[:-1] > 0)
        yield np.flatnonzero(which == kind), lengths, of_kind[:-1][lengths], int(of_kind[-1])


def _shared(chances: FloatArray, places: int) -> list[int]:
    """`places` divided in proportion to chances, the largest remainders rounded up first."""
    exact = chances / chances.sum() * places
    counts = np.floor(exact).astype(int)
    counts[np.argsort(counts - exact, kind="stable")[: places - counts.sum()]] += 1
    return [int(count) for count in counts]
