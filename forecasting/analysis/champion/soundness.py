"""Whether the challenger is sound in itself: its numbers, its bands, its backtest beside the naive's, and the sales that it learned from.

Where the champion has the same weakness nothing is held: to keep it would be no better.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from forecasting.analysis.champion.figures import Check
from forecasting.analysis.champion.pair import Pair
from forecasting.analysis.champion.paired import FEWEST_CUTOFFS
from forecasting.core import formatting, schema
from forecasting.core.arrays import FloatArray, known_sum, nanmean
from forecasting.training import metrics
from forecasting.training.bands import quantiles
from forecasting.training.ensemble import Ensemble

LEAST_COVERAGE: Final = 0.85
"""Of the 95 % band, by the errors of the other cutoffs."""
LOST_COVERAGE: Final = 0.05
"""By how much it must have fallen as well."""
LEAST_WIDTH: Final = 0.5
"""Of the 95 % band, beside the champion's and by as much as the errors say."""
LEAST_SHARE: Final = 0.01
"""Share of sales, of rows or of series up to which nothing is held."""
MOST_TIMES_LARGEST: Final = 10.0
"""Times the largest day that a series ever had, up to which a day is believed."""


def checks(pair: Pair) -> tuple[Check, ...]:
    """Everything that needs no common days."""
    return (*_naive(pair), *_coverage(pair), *_width(pair), _lost_bands(pair), _sales(pair), *_numbers(pair))


def _naive(pair: Pair) -> Iterator[Check]:
    """Cutoffs at which the naive was better: all of them, and not so in the champion."""
    ours, count = _worse_than_naive(pair.challenger), len(pair.challenger.past.cutoffs)
    if count < FEWEST_CUTOFFS or not np.isfinite(ours):
        return
    held = ours >= 1 and not _worse_than_naive(pair.champion) >= 1
    text = f"at all of {count} past forecasts it was further off than repeating earlier sales"
    yield Check("naive", "", ours, 1.0, held, text if held else "")


def _worse_than_naive(ensemble: Ensemble) -> float:
    """The share of cutoffs at which the seasonal naive was closer; NaN without a naive or a cutoff."""
    past = ensemble.past
    if schema.SEASONAL_NAIVE not in past.yhat or not len(past.cutoffs):
        return float("nan")
    line, naive = (metrics.wape(past.y, past.yhat[name], axis=(1, 2)) for name in (schema.BLEND, schema.SEASONAL_NAIVE))
    return float((line > naive).mean())


def _coverage(pair: Pair) -> Iterator[Check]:
    """The share of past days within the 95 % band, learned from the other cutoffs."""
    ours = _covered(pair.challenger)
    if not np.isfinite(ours):
        return
    held = ours < LEAST_COVERAGE and not _covered(pair.champion) - ours <= LOST_COVERAGE
    text = f"only {formatting.percent(ours, 0)} of past days lie within the 95{formatting.NBSP}% range"
    yield Check("bands", "", ours, LEAST_COVERAGE, held, text if held else "")


def _covered(ensemble: Ensemble) -> float:
    """Of the 95 % band; NaN with fewer than two cutoffs."""
    if len(ensemble.past.cutoffs) < 2:
        return float("nan")
    limits = quantiles.past_quantiles(ensemble.errors, schema.QUANTILES, occasions=ensemble.occasions)
    return float(metrics.coverage(ensemble.past.y, *limits[-2:]))


def _width(pair: Pair) -> Iterator[Check]:
    """The width of the 95 % band beside the champion's, of the series that both have one for, by as much as the errors became smaller."""
    theirs, ours = _widths(pair.champion)[pair.shared.champion], _widths(pair.challenger)[pair.shared.challenger]
    both = np.isfinite(theirs) & np.isfinite(ours)
    if not theirs[both].sum() > 0:
        return
    errors = _wape(pair.challenger) / max(_wape(pair.champion), np.finfo(float).tiny)
    value = float(ours[both].sum() / theirs[both].sum())
    limit = LEAST_WIDTH * (min(errors, 1.0) if np.isfinite(errors) else 1.0)
    held = value < limit
    text = f"the 95{formatting.NBSP}% range is {formatting.percent(1 - value, 0)} narrower than that of version {pair.number}"
    yield Check("bands", "", value, limit, held, text if held else "")


def _widths(ensemble: Ensemble) -> FloatArray:
    """The mean width of each series' 95 % band, shape (n,); NaN without one."""
    bands = np.where(np.isfinite(ensemble.bands), ensemble.bands, np.nan)
    return nanmean(bands[:, 3] - bands[:, 2], axis=1)


def _wape(ensemble: Ensemble) -> float:
    return float(metrics.wape(ensemble.past.y, ensemble.errors.f)) if len(ensemble.past.cutoffs) else float("nan")


def _lost_bands(pair: Pair) -> Check:
    """Series without bands that had some in the champion."""
    theirs, ours = (np.asarray(np.isfinite(of.bands).any(axis=(1, 2))) for of in (pair.champion, pair.challenger))
    lost = theirs[pair.shared.champion] & ~ours[pair.shared.challenger]
    sold = pair.recent[1][pair.shared.challenger]
    value = float(sold[lost].sum() / max(pair.recent[1].sum(), np.finfo(float).tiny))
    held = value > LEAST_SHARE
    names = [pair.challenger.panel.unique_ids[row] for row in pair.shared.challenger[lost]]
    text = f"{formatting.listing(names)}, with {formatting.percent(value, 0)} of the latest sales, no longer {_have(names)} a range"
    return Check("bands", names[0] if held else "", value, LEAST_SHARE, held, text if held else "")


def _have(names: list[str]) -> str:
    return "has" if len(names) == 1 else "have"


def _sales(pair: Pair) -> Check:
    """Rows or series that the champion knew and the challenger does not, without anybody having taken them out."""
    before, now = pair.rows
    series = len(pair.champion.panel), len(pair.challenger.panel)
    rows_lost, series_lost = (1 - now / before if before else 0.0), 1 - series[1] / series[0]
    value = max(rows_lost, series_lost)
    held = value > LEAST_SHARE and not pair.is_explained
    known = f"it knows {now:,} rows of {formatting.count(series[1], 'series', 'series')}, and version {pair.number} knew {before:,} of {series[0]:,}"
    text = f"{known}, though nobody took any out"
    return Check("sales", "", max(value, 0.0), LEAST_SHARE, held, text if held else "")


def _numbers(pair: Pair) -> Iterator[Check]:
    """Numbers that no forecast has, and days far above any that a series ever had."""
    ensemble = pair.challenger
    here = np.minimum(np.nan_to_num(ensemble.line, nan=-1.0, posinf=-1.0), np.nan_to_num(ensemble.expected, nan=-1.0, posinf=-1.0))
    wrong = (here < 0).any(axis=1)
    names = [ensemble.panel.unique_ids[row] for row in np.flatnonzero(wrong)]
    text = f"the forecast of {formatting.listing(names)} has days that are below 0 or no number"
    yield Check("numbers", names[0] if names else "", float(wrong.sum()), 0.0, bool(names), text if names else "")
    largest = known_sum(np.fmax.reduce(ensemble.panel.sales, axis=1)[:, None], 1)
    total = np.where(wrong, 0.0, np.nan_to_num(ensemble.line).sum(axis=1))
    high = (ensemble.line.max(axis=1, initial=0.0) > MOST_TIMES_LARGEST * largest) & ~wrong
    value = float(total[high].sum() / max(total.sum(), np.finfo(float).tiny))
    held = value > LEAST_SHARE
    names = [ensemble.panel.unique_ids[row] for row in np.flatnonzero(high)]
    text = f"{formatting.listing(names)} {_are(names)} forecast to sell more than {MOST_TIMES_LARGEST:.0f} times {_its(names)} largest day ever"
    yield Check("numbers", names[0] if held else "", value, LEAST_SHARE, held, text if held else "")


def _are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _its(names: list[str]) -> str:
    return "its" if len(names) == 1 else "their"
