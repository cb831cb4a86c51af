"""One look at a file: rows first, then the level from the top, then ranges, weekdays and prices; each after what explains it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.analysis.monitoring import coverage, levels, price_round, rows, weekday_profile
from forecasting.analysis.monitoring.calibration import Calibration
from forecasting.analysis.monitoring.coverage import CoverageCheck
from forecasting.analysis.monitoring.findings import Finding, named, ordered
from forecasting.analysis.monitoring.grading import Graded
from forecasting.analysis.monitoring.rows import History
from forecasting.core import formatting
from forecasting.core.arrays import BoolArray, FloatArray

MAX_SERIES_FINDINGS = 20


@dataclass(frozen=True, eq=False)
class Look:
    """What one look found.

    Args:
        findings: In order, the most important first.
        coverage: How the ranges hold; None where that is not judged.
        is_judged: Whether levels and ranges were judged; if not, only rows were.
    """

    findings: tuple[Finding, ...]
    coverage: CoverageCheck | None
    is_judged: bool


@dataclass(frozen=True, eq=False)
class Subject:
    """What is looked at.

    Args:
        graded: The newest steps, graded.
        history: Which rows came.
        keys: What each series is, {"product_id": "Bread", "store": "North"}, shape (n,).
        active: Series that are forecast to sell, shape (n,).
        prices: Prices of the newest days, shape (n, t); None where the file has none.
    """

    graded: Graded
    history: History
    keys: tuple[Mapping[str, str], ...]
    active: BoolArray
    prices: FloatArray | None = None


def look(subject: Subject, calibration: Calibration) -> Look:
    """Looks at everything, from the top."""
    findings, usable = _missing(subject, calibration)
    check = None
    if calibration.spreads is not None and subject.graded.days:
        found = levels.find(subject.graded, calibration, usable, subject.keys)
        findings += found.findings
        check = coverage.check_coverage(calibration.past, subject.graded, usable & ~found.moved)
        findings += [] if found.whole_file else _coverage(check)
        findings += _weekdays(calibration, subject.graded, usable & ~found.moved)
    findings += _prices(subject.prices)
    return Look(tuple(ordered(findings)), check, calibration.is_judged)


def _missing(subject: Subject, calibration: Calibration) -> tuple[list[Finding], BoolArray]:
    """What is wrong with the rows, and the series that are not concerned, shape (n,)."""
    history, groups, graded = subject.history, calibration.groups, subject.graded
    usable, findings = subject.active.copy(), list[Finding]()
    if len(groups):
        stopped = rows.silent(rows.group_rows(history, groups), history)
        findings += [_no_rows("group", groups.keys[place], history, stopped, int(place)) for place in np.flatnonzero(stopped.stopped)]
        usable &= ~(groups.member[stopped.stopped] > 0).any(axis=0)
    zeros = _zeros(graded, calibration, usable) if graded.days else None
    if zeros is not None:
        for place in np.flatnonzero(zeros.stopped):
            findings.append(_only_zeros(groups.keys[place], graded.dates[int(zeros.since[place])], int(zeros.steps[place])))
        usable &= ~(groups.member[zeros.stopped] > 0).any(axis=0)
    findings = _highest(findings)
    alone = rows.silent(history.rows[usable], history)
    places = np.flatnonzero(usable)
    gone = [(int(places[place]), int(place)) for place in np.flatnonzero(alone.stopped)]
    findings += [_no_rows("series", subject.keys[row], history, alone, place) for row, place in gone[:MAX_SERIES_FINDINGS]]
    if len(gone) > MAX_SERIES_FINDINGS:
        findings.append(_many_gone(len(gone)))
    usable[[row for row, _ in gone]] = False
    check = rows.check_rows(history, usable)
    if check is not None and check.is_off:
        findings.append(_rows(check, history))
    return findings, usable


def _zeros(graded: Graded, calibration: Calibration, usable: BoolArray) -> rows.Zeros | None:
    if not len(calibration.groups) or not calibration.past.cutoffs:
        return None
    both = graded.known & usable[:, None] & graded.ordinary
    sold, expected = (calibration.groups.sums(np.where(both, values, 0.0)) for values in (graded.y, graded.expected))
    known = calibration.groups.sums(both.astype(float)) > 0
    past = calibration.past
    both = np.isfinite(past.y) & np.isfinite(past.expected)
    before = [calibration.groups.sums(np.where(both, values, 0.0)) for values in (past.y, past.expected)]
    return rows.only_zeros(np.where(known, sold, np.nan), np.where(known, expected, 0.0), before[0], before[1])


def _highest(findings: list[Finding]) -> list[Finding]:
    """Without groups that are silent only because others are: a region of one store that is closed."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for each in findings:
        if (each.what, str(each.since)) not in seen or each.what == "zeros":
            kept.append(each)
        seen.add((each.what, str(each.since)))
    return kept


def _no_rows(level: str, key: Mapping[str, str], history: History, silent: rows.Silent, place: int) -> Finding:
    since, count = history.dates[min(int(silent.since[place]), len(history.dates) - 1)], int(silent.steps[place])
    return Finding(
        level="group" if level == "group" else "series",
        what="rows",
        key=key,
        since=since,
        size=float(count),
        loudness="alarm",
        fact=f"{named(key)} has had no row since {formatting.near_date(since)}",
        detail=f"{history.period.count(count).capitalize()} on which one usually came: missing in the file, not sold 0.",
        advice="If rows are missing, upload them. If it is no longer sold, or closed, nothing is to be done: the next training knows.",
    )


def _only_zeros(key: Mapping[str, str], since: pd.Timestamp, count: int) -> Finding:
    return Finding(
        level="group",
        what="zeros",
        key=key,
        since=since,
        size=float(count),
        loudness="alarm",
        fact=f"{named(key)} has sold nothing since {formatting.near_date(since)}",
        detail="All of its rows say 0, although sales were forecast.",
        advice="If it was closed, say so in the file. If the till did not report, upload the right sales.",
    )


def _many_gone(count: int) -> Finding:
    return Finding(
        level="file",
        what="rows",
        key={},
        since=None,
        size=float(count),
        loudness="alarm",
        fact=f"{count:,} products have had no row lately",
        detail="Each sold on most days before.",
        advice="Look whether a part of the file is missing, and upload it again.",
    )


def _rows(check: rows.RowsCheck, history: History) -> Finding:
    share = check.ratio / check.usual - 1 if check.usual else float("nan")
    return Finding(
        level="file",
        what="rows",
        key={},
        since=history.dates[-1],
        size=share,
        loudness="alarm",
        fact=f"The newest week has {formatting.percent(abs(share), 0)} fewer rows than usual",
        detail="Products or days that usually have rows are missing.",
        advice="Look whether the whole file was uploaded, and upload it again.",
    )


def _coverage(check: CoverageCheck | None) -> Iterator[Finding]:
    if check is None or not (check.is_broken or check.is_wide):
        return
    held, usual = formatting.percent(1 - check.outside, 0), formatting.percent(1 - check.usual, 0)
    yield Finding(
        level="file",
        what="coverage",
        key={},
        since=None,
        size=check.usual - check.outside,
        loudness="alarm" if check.is_broken else "note",
        fact=f"The 80{formatting.NBSP}% ranges held {held} of the newest weeks' days",
        detail=f"In the past checks they held {usual}.",
        advice="Train again: ranges are learned from the newest misses." if check.is_broken else "The ranges are wider than they need to be.",
    )


def _weekdays(calibration: Calibration, graded: Graded, usable: BoolArray) -> Iterator[Finding]:
    check = weekday_profile.check_profile(calibration.past, graded, usable)
    if check is not None and check.is_off:
        yield Finding(
            level="file",
            what="weekdays",
            key={},
            since=None,
            size=check.moved,
            loudness="alarm",
            fact=f"{formatting.percent(check.moved, 0)} of the newest week's units sold on other weekdays than forecast",
            detail=f"In no week of the past checks were it more than {formatting.percent(check.limit / weekday_profile.TIMES_LARGEST, 0)}.",
            advice="Look whether the dates in the file are right: dates that are off by a day look like this.",
        )


def _prices(prices: FloatArray | None) -> Iterator[Finding]:
    check = None if prices is None else price_round.check_prices(prices)
    if check is not None and check.is_off:
        yield Finding(
            level="file",
            what="prices",
            key={},
            since=None,
            size=check.moved,
            loudness="watch",
            fact=f"{formatting.percent(check.moved, 0)} of the prices moved by more than 5{formatting.NBSP}% in the newest week",
            advice="If prices were changed, nothing is to be done. If not, look at the price column of the last file.",
        )
