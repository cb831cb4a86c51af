"""Whether the challenger's own forecast is broken: far from the champion's on the same days, and from what the new sales themselves say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from forecasting.analysis.champion.figures import Check
from forecasting.analysis.champion.pair import Pair
from forecasting.core import formatting, schema
from forecasting.core.arrays import FloatArray
from forecasting.core.period import DAY

FILE_LIMIT: Final = 0.15
"""|ln(challenger / champion)| of the file's total, and the distance of that from what the sales say, beyond which both speak of a fault."""
GROUP_LIMIT: Final = 0.30
"""The same of a store, a region, a category; good pairs came up to 0.2."""
LEAST_SHARE: Final = 0.01
"""Share of the sales from which a group is looked at, and from which dead series count."""
WEEKDAY_LIMIT: Final = 0.035
"""Half the sum of differences of the weekdays' shares; good pairs came up to 0.007."""
DEAD_SHARE: Final = 0.02
"""Share of the champion's forecast up to which a series that still sells counts as dead."""
MOST_NAMED: Final = 5
MOST: Final = 10.0
"""What a value is at most: the logarithm of a ratio to nothing has no number."""
GROUPS: Final = (schema.STORE, schema.REGION, schema.CATEGORY)


def checks(pair: Pair) -> tuple[Check, ...]:
    """What the first common days say: the total of the file and of each group, the shape of the week, series that died. None without such days."""
    if not pair.ahead[0].shape[1]:
        return ()
    return (_total(pair), *(check for column in GROUPS for check in _groups(pair, column)), *_weekdays(pair), _dead(pair))


def _total(pair: Pair) -> Check:
    (theirs, ours), (before, now) = ((float(of.sum()) for of in both) for both in (pair.ahead, pair.recent))
    return _moved(pair, "total", "", (theirs, ours), (before, now))


def _groups(pair: Pair, column: str) -> Iterator[Check]:
    """The check of the worst group of a column if none is held, else of those that are, the worst first."""
    if not all(column in of.labels for of in (pair.champion, pair.challenger)):
        return
    labels = pair.champion.labels[column], pair.challenger.labels[column]
    forecast = [_by(names, values.sum(axis=1)) for names, values in zip(labels, pair.ahead, strict=True)]
    recent = [_by(names, values) for names, values in zip(labels, pair.recent, strict=True)]
    whole = sum(forecast[0].values())
    large = [name for name, units in forecast[0].items() if name and units >= LEAST_SHARE * whole > 0]
    if len(forecast[0]) < 2:
        return
    gone = recent[0] if not pair.is_explained else {}  # what is not known any more, and nobody took out, still sells
    found = [
        _moved(pair, column, name, (forecast[0][name], forecast[1].get(name, 0.0)), (recent[0][name], recent[1].get(name, gone.get(name, 0.0))))
        for name in large
    ]
    found.sort(key=lambda check: (check.held, check.value), reverse=True)
    held = [check for check in found if check.held]
    yield from held[:MOST_NAMED] or found[:1]


def _by(labels: np.ndarray, values: FloatArray) -> dict[str, float]:
    """Values added up by label."""
    names, codes = np.unique(labels.astype(str), return_inverse=True)
    return dict(zip(names.tolist(), np.bincount(codes, values, minlength=len(names)).tolist(), strict=True))


def _moved(pair: Pair, check: str, name: str, forecast: tuple[float, float], recent: tuple[float, float]) -> Check:
    """A total beside the champion's, and beside what the last sales say of it."""
    limit = GROUP_LIMIT if name else FILE_LIMIT
    moved, explained = _log_ratio(*forecast), _log_ratio(*recent)
    value = 0.0 if moved == explained else min(abs(moved), abs(moved - explained), MOST)
    held = value > limit
    return Check(check, name, value, limit, held, _moved_text(pair, check, name, moved, explained) if held else "")


def _log_ratio(champion: float, challenger: float) -> float:
    """ln(challenger / champion); 0 where both are 0, and infinite where one is."""
    if champion <= 0 or challenger <= 0:
        return 0.0 if champion <= 0 and challenger <= 0 else float("-inf") if champion > 0 else float("inf")
    return float(np.log(challenger / champion))


def _moved_text(pair: Pair, check: str, name: str, moved: float, explained: float) -> str:
    what = f"{check} {name} is" if name else "all products together are"
    said = f", while the latest sales are {_change(explained)}" if np.isfinite(explained) and explained else ", while the latest sales say the same"
    if np.isneginf(moved):
        return f"{what} forecast to sell nothing on {pair.days} of which version {pair.number} expects sales{said}"
    return f"{what} forecast {_change(moved)} than by version {pair.number} on {pair.days}{said}"


def _change(log_ratio: float) -> str:
    """ "35 % lower"."""
    share = np.expm1(log_ratio)
    return f"{formatting.percent(abs(float(share)), 0)} {'lower' if share < 0 else 'higher'}"


def _weekdays(pair: Pair) -> Iterator[Check]:
    """The shape of the week, in files of days."""
    panel, steps = pair.challenger.panel, pair.ahead[0].shape[1]
    if panel.period != DAY or steps % schema.SEASON_LENGTH or not all(of.sum() > 0 for of in pair.ahead):
        return
    theirs, ours = (of.sum(axis=0).reshape(-1, schema.SEASON_LENGTH).sum(axis=0) for of in pair.ahead)
    apart = ours / ours.sum() - theirs / theirs.sum()
    value, most = float(np.abs(apart).sum() / 2), int(np.abs(apart).argmax())
    first = max(panel.last, pair.champion.panel.last)
    day = panel.period.ahead(first, schema.SEASON_LENGTH)[most]
    share = [formatting.percent(float(of[most] / of.sum()), 0) for of in (ours, theirs)]
    text = f"the week has another shape: {day:%A}s are forecast to have {share[0]} of a week's sales, and version {pair.number} expects {share[1]}"
    held = value > WEEKDAY_LIMIT
    yield Check("weekdays", f"{day:%A}" if held else "", value, WEEKDAY_LIMIT, held, text if held else "")


def _dead(pair: Pair) -> Check:
    """Series that sold until now and that the champion expects to sell on, of which the challenger forecasts next to nothing, or that it lacks."""
    theirs, ours = (of.sum(axis=1) for of in pair.ahead)
    here = np.zeros(len(theirs))
    here[pair.shared.champion] = ours[pair.shared.challenger]
    sold = np.zeros(len(theirs)) if pair.is_explained else pair.recent[0].copy()  # what is gone sold what the champion knew
    sold[pair.shared.champion] = pair.recent[1][pair.shared.challenger]
    dead = (sold > 0) & (theirs > 0) & (here <= DEAD_SHARE * theirs)
    whole = max(float(sold.sum()), np.finfo(float).tiny)
    value = float(sold[dead].sum() / whole)
    held = value > LEAST_SHARE
    names = [pair.champion.panel.unique_ids[row] for row in np.flatnonzero(dead)[np.argsort(-sold[dead], kind="stable")]]
    are = "is" if len(names) == 1 else "are"
    text = f"{formatting.listing(names)}, with {formatting.percent(value, 0)} of the latest sales, {are} forecast to sell next to nothing"
    return Check("dead series", names[0] if held else "", value, LEAST_SHARE, held, text if held else "")
