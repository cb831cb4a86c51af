"""What is wrong with the rows, from the top: groups without any, groups that report zeros, series without any, and rows missing in the whole file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from forecasting.analysis.monitoring import rows
from forecasting.analysis.monitoring.calibration import Calibration
from forecasting.analysis.monitoring.findings import Finding, Level, named
from forecasting.analysis.monitoring.grading import Graded
from forecasting.analysis.monitoring.groups import Groups
from forecasting.analysis.monitoring.rows import History
from forecasting.analysis.monitoring.subject import Subject
from forecasting.core import formatting
from forecasting.core.arrays import BoolArray

MAX_SERIES_FINDINGS = 12
"""Series without rows that are told one by one; more are one finding: a part of the file is missing."""


def find(subject: Subject, calibration: Calibration) -> tuple[list[Finding], BoolArray]:
    """What is wrong with the rows, and the series that are not concerned, shape (n,)."""
    usable = subject.active.copy()
    silent = list(_silent_groups(subject.history, calibration.groups, usable))
    zeros = list(_zero_groups(subject.graded, calibration, usable))
    series = list(_silent_series(subject, usable))
    return [*_highest(silent), *zeros, *series, *_thin_file(subject.history, usable)], usable


def _silent_groups(history: History, groups: Groups, usable: BoolArray) -> Iterator[Finding]:
    """Groups of which no row comes any more; their series are not `usable` from then on."""
    if not len(groups):
        return
    silent = rows.silent(rows.group_rows(history, groups), history)
    usable &= ~groups.any_of(silent.stopped)
    for place in np.flatnonzero(silent.stopped):
        yield _no_rows("group", groups.keys[place], history, silent, int(place))


def _zero_groups(graded: Graded, calibration: Calibration, usable: BoolArray) -> Iterator[Finding]:
    """Groups that report nothing but zeros; their series are not `usable` from then on."""
    groups, chance = calibration.groups, calibration.zero_chance
    if not len(groups) or not graded.days or chance is None:
        return
    both = graded.known & usable[:, None] & graded.ordinary
    sold, expected = (groups.sums(np.where(both, values, 0.0)) for values in (graded.y, graded.expected))
    known = groups.some(both)
    zeros = rows.only_zeros(np.where(known, sold, np.nan), np.where(known, expected, 0.0), chance)
    usable &= ~groups.any_of(zeros.stopped)
    for place in np.flatnonzero(zeros.stopped):
        yield _only_zeros(groups.keys[place], graded.dates[int(zeros.since[place])], int(zeros.steps[place]))


def _silent_series(subject: Subject, usable: BoolArray) -> Iterator[Finding]:
    """Single series of which no row comes any more; they are not `usable` from then on."""
    judged = np.flatnonzero(usable)
    silent = rows.silent(subject.history.rows[judged], subject.history)
    stopped = np.flatnonzero(silent.stopped)
    usable[judged[stopped]] = False
    if len(stopped) > MAX_SERIES_FINDINGS:
        yield _many_silent(len(stopped))
        return
    for place in stopped:
        yield _no_rows("series", subject.keys[judged[place]], subject.history, silent, int(place))


def _thin_file(history: History, usable: BoolArray) -> Iterator[Finding]:
    """That the newest week has fewer rows than usual."""
    check = rows.check_rows(history, usable)
    if check is not None and check.is_off:
        yield _fewer_rows(check, history)


def _highest(findings: list[Finding]) -> Iterator[Finding]:
    """Without groups that are silent only because others are: a region of one store that is closed."""
    seen: set[pd.Timestamp | None] = set()
    for each in findings:
        if each.since not in seen:
            yield each
        seen.add(each.since)


def _no_rows(level: Level, key: Mapping[str, str], history: History, silent: rows.Silent, place: int) -> Finding:
    since, count = history.dates[min(int(silent.since[place]), len(history.dates) - 1)], int(silent.steps[place])
    return Finding(
        level=level,
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


def _many_silent(count: int) -> Finding:
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


def _fewer_rows(check: rows.RowsCheck, history: History) -> Finding:
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
