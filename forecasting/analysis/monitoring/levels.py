"""Findings on the level: of groups against all others, of the file, and of series after what is above them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecasting.analysis.monitoring import common_factor, e_detector, watch_list, weekly
from forecasting.analysis.monitoring.calibration import Calibration
from forecasting.analysis.monitoring.findings import Finding, how_rare, moved
from forecasting.analysis.monitoring.grading import LOOK, Graded
from forecasting.analysis.monitoring.spreads import Spreads
from forecasting.analysis.monitoring.subject import SeriesKeys
from forecasting.analysis.monitoring.weekly import ALPHA
from forecasting.core import formatting
from forecasting.core.arrays import BoolArray, FloatArray, share

MIN_STEPS = 3
"""Steps, at least, over which the size of a change is told."""
MAX_ALARMS = 20
MAX_SHARE_ALONE = 0.1
"""Share of the series up to which those that are alarms by themselves are left out of the file and its groups: one is no shift of everything."""
LOOKS_A_YEAR = 13
"""Looks of a year that do not see the same weeks."""
_GROUP_ADVICE = "Is something different there? If it stays, train again: the forecast follows within two weeks."
_SERIES_ADVICE = "Look at its price, its place and its competition. If it stays, train again."


@dataclass(frozen=True, eq=False)
class LevelFindings:
    """Findings; the series of groups that moved, shape (n,); whether the whole file moved."""

    findings: list[Finding]
    moved: BoolArray
    whole_file: bool


def find(graded: Graded, calibration: Calibration, usable: BoolArray, keys: SeriesKeys) -> LevelFindings:
    """What moved, each level after the one above it.

    Args:
        graded: The newest steps.
        calibration: What is usual; it was judged.
        usable: Series that count, shape (n,).
        keys: What each series is.
    """
    spreads, groups = calibration.spreads, calibration.groups
    if spreads is None:
        return LevelFindings([], np.zeros_like(usable), whole_file=False)
    levels = weekly.find_levels(graded, groups, spreads, usable)
    series = _watched(graded, calibration, usable, levels)
    if 0 < series.alarm.sum() <= MAX_SHARE_ALONE * usable.sum():
        levels = weekly.find_levels(graded, groups, spreads, usable & ~series.alarm)
    findings, whole_file = list[Finding](), levels.file < ALPHA
    left = usable & ~levels.moved & ~series.alarm
    if whole_file:
        findings += _moved_set(graded, _Set(left, None, spreads[0], 0, {}, levels.file, ALPHA))
    for place, p in levels.groups:
        member = usable & ~series.alarm & groups.member(place)
        findings += _moved_set(graded, _Set(member, left & ~member, spreads[1], place, groups.keys[place], p, ALPHA / len(groups)))
    findings += _series(graded, calibration, series, keys)
    return LevelFindings(findings, levels.moved | series.alarm, whole_file)


class _Set(NamedTuple):
    """A set of series that moved: which, which others it is held against, what is usual for it, and how likely chance does so."""

    rows: BoolArray
    others: BoolArray | None
    spreads: Spreads
    place: int
    key: Mapping[str, str]
    p: float
    alpha: float


def _moved_set(graded: Graded, of: _Set) -> Iterator[Finding]:
    """The finding on a set of series, with its likeliest beginning."""
    rows, others, spreads, place, key, p, alpha = of
    sold, planned, factor = _daily(graded, rows, others)
    start = _beginning(sold, planned)
    total, asked = float(sold[start:].sum()), float(planned[start:].sum())
    if asked <= 0:
        return
    size = total / asked - 1
    weeks = max((len(sold) - start) / LOOK[graded.period.name], 1.0)
    reach = float(spreads.reach(0.05, weeks)[place] / np.sqrt(max(asked / weeks, 1.0)))
    known = graded.known[rows, start:] & graded.ordinary[start:]
    sums = (np.where(known, values, 0.0).sum(axis=1) for values in (graded.y[rows, start:], graded.expected[rows, start:] * factor[start:]))
    ratios = np.nan_to_num(share(*sums), nan=1.0) - 1
    follows = int((np.sign(size) * ratios >= abs(size) / 2).sum())
    years = min(alpha / (ALPHA * LOOKS_A_YEAR * max(p, 1e-12)), 1e6)
    since = graded.dates[start]
    yield Finding(
        level="group" if key else "file",
        what="level",
        key=key,
        since=since,
        size=size,
        lower=size - reach,
        upper=size + reach,
        loudness="alarm",
        years=years,
        fact=moved(key, size, since),
        detail=f"{formatting.headline(total)} sold instead of {formatting.headline(asked)} in {graded.period.count(len(sold) - start)}"
        f" ({formatting.signed_percent(size - reach)} to {formatting.signed_percent(size + reach)})."
        f" {follows:,} of its {int(rows.sum()):,} series follow it. {how_rare(years)}",
        advice=_GROUP_ADVICE if key else "If it stays, train again: the forecast follows within two weeks.",
        follows=(follows, int(rows.sum())),
    )


def _daily(graded: Graded, rows: BoolArray, others: BoolArray | None) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sold and forecast of a set on each ordinary step, with what all others did taken in, and that factor, shape (t,) each."""
    known = graded.known & graded.ordinary
    sold, planned = (np.where(known[rows], values[rows], 0.0).sum(axis=0) for values in (graded.y, graded.expected))
    factor = np.ones(len(graded.dates))
    if others is not None and others.any():
        blocks = np.where(others, 0, -1)
        factor = common_factor.factors(graded.y, np.where(graded.ordinary, graded.expected, np.nan), blocks, others)[others][0]
    return sold, planned * factor, factor


def _beginning(sold: FloatArray, planned: FloatArray) -> int:
    """The step from which on the sum of misses is the least likely."""
    steps = len(sold)
    missed, size = ((values[::-1].cumsum())[::-1] for values in (sold - planned, planned))
    strength = np.abs(missed) / np.sqrt(np.maximum(size, 1.0))
    return int(strength[: max(steps - MIN_STEPS + 1, 1)].argmax())


class _Watched(NamedTuple):
    """Every series by itself: what is common to it and others, shape (n, t); its statistic and the likeliest beginning, and alarms, shape (n,)."""

    factor: FloatArray
    statistic: FloatArray
    since: np.ndarray
    alarm: BoolArray


def _watched(graded: Graded, calibration: Calibration, usable: BoolArray, levels: weekly.Levels) -> _Watched:
    """Single series after what is above them."""
    factor, alone = _factor(graded, calibration, usable, levels)
    judged = usable & alone
    statistic, since = np.full(len(usable), -np.inf), np.zeros(len(usable), dtype=int)
    if judged.any():
        statistic[judged], since[judged] = e_detector.statistics(graded.normal_scores(factor)[judged], calibration.spread)
    return _Watched(factor, statistic, since, statistic >= calibration.threshold.value)


def _series(graded: Graded, calibration: Calibration, of: _Watched, keys: SeriesKeys) -> Iterator[Finding]:
    """Single series that moved although what is above them did not, or moved otherwise."""
    listed = [int(row) for row in watch_list.watched(of.statistic) if not of.alarm[row]]
    loud = sorted(np.flatnonzero(of.alarm).tolist(), key=lambda row: -float(of.statistic[row]))[:MAX_ALARMS]
    years = calibration.threshold.years(of.statistic)
    for row in [*loud, *listed[:MAX_ALARMS]]:
        change = _Change(row, int(of.since[row]), float(years[row]), bool(of.alarm[row]))
        finding = _moved_series(graded, change, of.factor[row], keys[row])
        if finding is not None:
            yield finding


def _factor(graded: Graded, calibration: Calibration, usable: BoolArray, levels: weekly.Levels) -> tuple[FloatArray, BoolArray]:
    """What is common to each series and those beside it, shape (n, t), and which series can be judged by it, shape (n,)."""
    blocks, alone = calibration.blocks.copy(), np.ones(len(usable), dtype=bool)
    if levels.file < ALPHA:
        blocks = np.maximum(blocks, 0)
    for number, (place, _) in enumerate(levels.groups, start=1):
        member = usable & calibration.groups.member(place)
        if member.sum() >= common_factor.MIN_SERIES:
            blocks[member] = 1_000_000 + number
        else:
            alone &= ~member
    expected = np.where(usable[:, None], graded.expected, np.nan)
    return common_factor.factors(graded.y, expected, blocks, usable & ~levels.moved), alone


class _Change(NamedTuple):
    """A series that moved from a step on, in how many years chance does so, and whether that is an alarm."""

    row: int
    start: int
    years: float
    loud: bool


def _moved_series(graded: Graded, of: _Change, factor: FloatArray, key: Mapping[str, str]) -> Finding | None:
    row, start, years, loud = of
    known = graded.known[row, start:] & graded.ordinary[start:]
    sold, planned = (float(np.where(known, values[row, start:], 0.0).sum()) for values in (graded.y, graded.expected * factor))
    if planned <= 0:
        return None
    size, since = sold / planned - 1, graded.dates[start]
    scale = np.where(graded.bins[row, start:] < 0, np.sqrt(np.maximum(graded.expected[row, start:], 0.1)), graded.scale[row, start:])
    reach = 1.645 * float(np.sqrt(np.where(known, scale**2, 0.0).sum())) / planned
    return Finding(
        level="series",
        what="level",
        key=key,
        since=since,
        size=size,
        lower=size - reach,
        upper=size + reach,
        loudness="alarm" if loud else "watch",
        years=years,
        fact=moved(key, size, since),
        detail=f"{formatting.headline(sold)} sold instead of {formatting.headline(planned)} in {graded.period.count(int(known.sum()))}"
        f" ({formatting.signed_percent(size - reach)} to {formatting.signed_percent(size + reach)}), after what all others did. {how_rare(years)}",
        advice=_SERIES_ADVICE if loud else "Nothing to do yet.",
    )
