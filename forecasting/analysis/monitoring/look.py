"""One look at a file: rows first, then the level from the top, then ranges, weekdays and prices; each after what explains it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forecasting.analysis.monitoring import coverage, levels, missing_rows, price_round, weekday_profile
from forecasting.analysis.monitoring.calibration import Calibration
from forecasting.analysis.monitoring.coverage import CoverageCheck
from forecasting.analysis.monitoring.findings import Finding, ordered
from forecasting.analysis.monitoring.grading import Graded
from forecasting.analysis.monitoring.subject import Subject
from forecasting.core import formatting
from forecasting.core.arrays import BoolArray, FloatArray


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


def look(subject: Subject, calibration: Calibration) -> Look:
    """Looks at everything, from the top."""
    findings, usable = missing_rows.find(subject, calibration)
    check = None
    if calibration.spreads is not None and subject.graded.days:
        found = levels.find(subject.graded, calibration, usable, subject.keys)
        findings += found.findings
        check = coverage.check_coverage(calibration.ranges, subject.graded, usable & ~found.moved)
        findings += [] if found.whole_file else _coverage(check)
        findings += _weekdays(calibration, subject.graded, usable & ~found.moved)
    findings += _prices(subject.prices)
    return Look(tuple(ordered(findings)), check, calibration.is_judged)


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
    check = weekday_profile.check_profile(calibration.weekday_limit, graded, usable)
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
