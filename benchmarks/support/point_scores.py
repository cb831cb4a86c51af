"""How near forecasts come, by the definitions that forecast competitions use: of days, and of sums over a week and a fortnight.

A day without a forecast counts as a forecast of 0, and is told apart as `missing`.
"""

from __future__ import annotations

import numpy as np

from forecasting.core import schema
from forecasting.core.arrays import FloatArray, known_sum, nanmean
from forecasting.training import metrics

COLUMNS = ("wape", "mase", "rmsse", "bias", "total_wape", "wape_7", "wape_14", "missing")
SEASON = schema.SEASON_LENGTH
FEWEST_ROWS = 15


def scores(past: FloatArray, y: FloatArray, yhat: FloatArray) -> dict[str, float]:
    """Errors by the names of `COLUMNS`.

    WAPE, bias, and the WAPE of the daily total and of each series' sums over 7 and 14 days, in percent; MASE and RMSSE, means over series; the share
    of days without a forecast. Sums do not overlap and add up the days that have a row; NaN where the days ahead are fewer.

    Args:
        past: Shape (n, d), units sold before; NaN where there is no row.
        y: Shape (n, h), units sold; NaN where there is no row.
        yhat: Shape (n, h), units forecast; NaN where there is none.
    """
    known = np.isfinite(y)
    made = np.where(known, np.maximum(np.nan_to_num(yhat), 0.0), np.nan)
    changes = [_changes(row[np.isfinite(row)]) for row in past]
    scaled = [_ratio(nanmean(np.abs(made - y), axis=1), changes, 1), np.sqrt(_ratio(nanmean((made - y) ** 2, axis=1), changes, 2))]
    totals = [np.nansum(values, axis=0)[known.any(axis=0)] for values in (y, made)]
    return {
        "wape": 100 * float(metrics.wape(y, made)),
        "mase": float(nanmean(scaled[0], axis=0)),
        "rmsse": float(nanmean(scaled[1], axis=0)),
        "bias": 100 * float(metrics.bias_share(y, made)),
        "total_wape": 100 * float(metrics.wape(*totals)),
        "wape_7": 100 * _wape_of_sums(y, made, 7),
        "wape_14": 100 * _wape_of_sums(y, made, 14),
        "missing": float(np.isnan(yhat[known]).mean()),
    }


def _wape_of_sums(y: FloatArray, yhat: FloatArray, days: int) -> float:
    """WAPE of the sums over every `days` days from the first one ahead, as a share; what is left over at the end does not count."""
    count = y.shape[1] // days
    if not count:
        return float("nan")
    return float(metrics.wape(*(known_sum(values[:, : count * days].reshape(len(values), count, days), 2) for values in (y, yhat))))


def _changes(sold: FloatArray) -> FloatArray:
    """From each row to the one a season later; none where there are too few rows to tell."""
    return sold[SEASON:] - sold[:-SEASON] if len(sold) >= FEWEST_ROWS else np.array([])


def _ratio(error: FloatArray, changes: list[FloatArray], power: int) -> FloatArray:
    """Mean errors of the series relative to the mean change to that power; NaN where a series never changed or has too few rows."""
    scale = np.array([(np.abs(change) ** power).mean() if change.any() else np.nan for change in changes])
    return error / scale
