"""Why a forecast changed as a person sees it: few bars, one sentence and a table, in units that add up as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from forecasting.analysis.change_explanation import names, noise
from forecasting.analysis.change_explanation.explanation import AFTER, BEFORE, CHANGE, Explanation
from forecasting.analysis.change_explanation.whole_units import rounded
from forecasting.core import formatting, numerals, schema
from forecasting.core.arrays import FloatArray

MOST_BARS: Final = 7
"""Parts with a bar of their own; the rest are one more, which opens."""
MOST_ROWS: Final = 50
"""Products in the table; the rest are one row."""
NAMED: Final = 4
"""Parts that the sentence names."""
OTHER: Final = "other"
_BELOW: Final = 0.5
"""How far below the lowest bar a cut scale starts, as a share of the height of all parts."""
_FROM_ZERO: Final = 0.4
"""A scale that would start below this share of the highest bar starts at 0."""


@dataclass(frozen=True, eq=False)
class Picture:
    """What is shown of an explanation; all numbers are rounded so that they add up.

    Args:
        before, after: Units of both versions.
        bars: Name -> units, in the order of the bars: other days, then from the largest gain to the largest loss, then the rest.
        rest: The same of the parts that the rest is made of.
        table: A row a product (or series), most changed first, then perhaps the others together and all: `name`, `before`, `after`, `change` and a
            column a bar.
        digits: Decimals that are shown.
    """

    before: float
    after: float
    bars: dict[str, float]
    rest: dict[str, float]
    table: pd.DataFrame
    digits: int

    @property
    def change(self) -> float:
        """Units that came or left, as shown."""
        return self.after - self.before

    def levels(self) -> list[float]:
        """Where each bar ends but the last: the total before, and after each part."""
        return [self.before, *(self.before + np.cumsum(list(self.bars.values()))).tolist()]

    def ends(self) -> list[tuple[float, float]]:
        """The lower and the upper end of each bar, from the total before to that after."""
        levels = self.levels()
        steps = [(min(two), max(two)) for two in pairwise(levels)]
        return [(self.start, self.before), *steps, (self.start, self.after)]

    @property
    def start(self) -> float:
        """Where the scale starts: at 0, or, where the parts would be too small to see, at a round number below all bars."""
        low, high = min(self.levels()), max(self.levels())
        wanted = low - _BELOW * (high - low)
        if wanted <= _FROM_ZERO * high or high - low <= 0:
            return 0.0
        unit = 10.0 ** np.floor(np.log10(high - low))
        return float(np.floor(wanted / unit) * unit)


def picture(told: Explanation) -> Picture:
    """The bars and the table of an explanation."""
    digits = _digits(told)
    large, small = _bars(told.parts)
    by_name = _by_product(told)
    shown, others = by_name.iloc[:MOST_ROWS], by_name.iloc[MOST_ROWS:]
    labels = [str(name) for name in shown.index]
    if len(others):
        shown = pd.concat([shown, others.sum().to_frame(f"{numerals.write(len(others))} others").T])
        labels.append(f"{numerals.write(len(others))} others")
    before, amounts, after = rounded(shown[BEFORE].to_numpy(dtype=float), shown[[*large, *small]].to_numpy(dtype=float), digits)
    table = pd.DataFrame(amounts[:, : len(large)], columns=large)
    if small:
        table[OTHER] = amounts[:, len(large) :].sum(axis=1)
    table = table.loc[:, (table != 0).any()]
    table.insert(0, "name", [*labels, f"All {numerals.write(len(by_name))}"])
    for place, (name, values) in enumerate(((BEFORE, before), (AFTER, after), (CHANGE, after - before)), start=1):
        table.insert(place, name, values)
    total = table.iloc[-1]
    bars = {name: float(total[name]) for name in (*large, OTHER) if name in table}
    rest = dict(zip(small, amounts[-1, len(large) :].tolist(), strict=True))
    if len(by_name) == 1:
        table = table.iloc[:1]
    return Picture(float(before[-1]), float(after[-1]), bars, rest, table, digits)


def sentence(told: Explanation, shown: Picture) -> str:
    """The change and its largest parts: "12,480 instead of 11,920 (+560): level +310, days that left and came +190."."""
    before, after = (_amount(units, shown.digits) for units in (shown.before, shown.after))
    if not shown.change and not any(shown.bars.values()):
        return f"Nothing changed: {after} both times."
    largest = sorted((name for name in shown.bars if name != OTHER and shown.bars[name]), key=lambda name: -abs(shown.bars[name]))[:NAMED]
    parts = ", ".join(f"{_within(name)} {signed(shown.bars[name], shown.digits)}" for name in largest)
    change = f"{signed(shown.change, shown.digits)}" if shown.change else "no more and no less"
    days = _days(told, shown)
    return f"{after} instead of {before} ({change}){f': {parts}' if parts else ''}.{f' {days}' if days else ''}"


def chance(told: Explanation, shown: Picture, wape: float | None) -> str:
    """What training alone moves, and which bars are no more than that; empty where no model was trained anew, or nobody knows.

    Args:
        told: What was asked.
        shown: What is shown of it.
        wape: Of the version after, at past cutoffs.
    """
    units = noise.spread(told, wape)
    if not units or not any(map(names.is_learned, told.parts)):
        return ""
    small = [f"\u201c{label(name)}\u201d" for name in noise.within(told.parts, units) if name in shown.bars]
    moved = f"Training alone moves such a total by about \u00b1{_amount(units, shown.digits)}"
    if not small:
        return f"{moved}."
    return f"{moved}: {formatting.listing(small, most=len(small))} {'is' if len(small) == 1 else 'are'} no more than that."


def signed(units: float, digits: int = 0) -> str:
    """A difference as it is shown, with its sign; 0 has none."""
    if not units:
        return "0"
    return f"{'+' if units > 0 else formatting.MINUS}{abs(units):,.{digits}f}"


def label(name: str) -> str:
    """What people read above a bar or a column."""
    return "Other" if name == OTHER else names.label(name)


def short(name: str) -> str:
    """What people read above a narrow column."""
    return "Other" if name == OTHER else names.short(name)


def _within(name: str) -> str:
    text = label(name)
    return text[:1].lower() + text[1:]


def _amount(units: float, digits: int) -> str:
    return f"{units:,.{digits}f}"


def _days(told: Explanation, shown: Picture) -> str:
    """ "7 days left (-412) and 7 came (+438)."; empty where both versions forecast the same days."""
    window = told.window
    if not (window.left or window.came):
        return ""
    both, left = {**shown.bars, **shown.rest}.get(names.DAYS, 0.0), round(told.left, shown.digits)
    units = [signed(each, shown.digits) for each in (left, both - left)]
    return f"{window.period.count(window.left).capitalize()} left ({units[0]}) and {numerals.write(window.came)} came ({units[1]})."


def _bars(parts: dict[str, float]) -> tuple[list[str], list[str]]:
    """The parts with a bar of their own, and the smallest, which share one; a single one left over has its own."""
    by_size = sorted(parts, key=lambda name: -abs(parts[name]))
    large, small = (by_size[:MOST_BARS], by_size[MOST_BARS:]) if len(by_size) > MOST_BARS + 1 else (by_size, [])
    return sorted(large, key=lambda name: (name != names.DAYS, -parts[name])), small


def _by_product(told: Explanation) -> pd.DataFrame:
    """Before, after and all amounts of each product, or of each series where one product is asked for, most changed first."""
    every = pd.concat([told.units, told.amounts], axis=1)
    table = every.groupby(_labels(told.series), sort=False).sum()
    order: FloatArray = np.abs((table[AFTER] - table[BEFORE]).to_numpy(dtype=float))
    return table.iloc[np.argsort(-order, kind="stable")]


def _labels(series: pd.DataFrame) -> pd.Series[str]:
    """By what the rows of the table are told apart: products; the other keys of a single product; nothing but its series where it has no key."""
    keys = [name for name in schema.KEYS if name in series]
    if schema.PRODUCT in keys and len(series[schema.PRODUCT].unique()) > 1:
        return series[schema.PRODUCT].astype(str)
    others = [name for name in keys if name != schema.PRODUCT] or keys or [schema.UNIQUE_ID]
    return series[others].astype(str).agg(", ".join, axis=1)


def _digits(told: Explanation) -> int:
    """Decimals with which the change can be read: none of many units, two of parts of one."""
    size = max(abs(told.before), abs(told.after))
    return 0 if size >= formatting.WHOLE_FROM and (abs(told.change) >= 1 or not told.change) else 1 if size >= 1 else 2
