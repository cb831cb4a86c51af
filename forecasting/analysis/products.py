"""All products at once: what each sold, what it will sell, what that is worth, and how far its forecast is usually off."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.analysis import by_span, last_graded
from forecasting.analysis.product_groups import ProductGroups
from forecasting.core import formatting, schema
from forecasting.core.arrays import FloatArray, share
from forecasting.core.panel import Panel
from forecasting.core.prices import prices_ahead
from forecasting.core.spans import Spans
from forecasting.training import reasons
from forecasting.training.ensemble import Ensemble

PRODUCT, LAST, NEXT, CHANGE, REVENUE, VALUE, MISS, SPARK = "product", "last", "next", "change", "revenue", "value", "miss", "spark"
GONE, YOUNG, NEW, PROMOTED = "gone", "young", "new", "promoted"
BELOW, ABOVE = "below_forecast", "above_forecast"
GRADED: Final = ("graded_sold", "graded_forecast", "graded_lower_80", "graded_upper_80")
"""What the newest days that a past cutoff forecast sold, what it forecast, and the 80 % range of that."""
NEW_DAYS: Final = 56
"""Days since its first sales up to which a product counts as new."""
YOUNG_MODELS: Final = tuple(name for name in formatting.WITHOUT_MODEL if name not in (reasons.STOPPED, reasons.NO_SALES))
"""What stands behind a series that is too young for a model of its own."""
SPARKS: Final = {"day": (7, 8, 4), "week": (1, 8, 4), "month": (1, 12, 3)}
"""Steps of a point of the small curve, points of the past and points ahead, by the period's name."""


def products(ensemble: Ensemble, of: ProductGroups, steps: int, prices: FloatArray) -> pd.DataFrame:
    """A row a product.

    Args:
        ensemble: What is served.
        of: The products.
        steps: Days (weeks, months) ahead, and back.
        prices: What a unit costs where the sales say nothing, shape (r,) in the order of `of.rows`; NaN where that is not known either.

    Returns:
        `product`; `category`, where there is one; units of the `last` steps, of the `next` ones, their difference as `change`, and of the same
        steps `last_year` (NaN before its first sales); `revenue` of the next steps and `value` of a year's sales in money (units where no
        price is known at all; NaN where only its own is not known); `miss`, how far forecasts of its steps were off in the past, as a share of
        sales; `spark`, units of the last weeks and the next as a list; what the newest steps that a past cutoff forecast sold, `graded_sold`,
        and the `graded_forecast` with its 80 % range; and whether it is `gone` (no longer sold), `young` (too young for a model), `new`,
        `promoted` (a promotion is planned), `below_forecast` or `above_forecast` (sold less or more than that range).
    """
    panel, rows = ensemble.panel, of.rows
    sold, ahead = np.nan_to_num(panel.sales[rows]), ensemble.expected[rows, :steps]
    before, after = of.sums(sold[:, -steps:].sum(axis=1)), of.sums(ahead.sum(axis=1))
    price = prices_ahead(panel, rows, steps)
    price = np.where(np.isnan(price), prices[:, None], price)
    columns: dict[str, Any] = {PRODUCT: of.names} | _categories(panel, of)
    columns |= {LAST: before, NEXT: after, CHANGE: after - before, by_span.LAST_YEAR: _last_year(ensemble, of, steps)}
    columns |= {REVENUE: of.sums((ahead * price).sum(axis=1)), VALUE: _value(of, sold[:, -panel.period.year :].sum(axis=1), price[:, 0])}
    columns |= {MISS: _miss(ensemble, of), SPARK: list(_spark(ensemble, of, sold))}
    graded, states = last_graded.last_graded(ensemble, of, steps), _states(ensemble, of, steps)
    usual = ~states[GONE] & ~states[YOUNG]
    states |= {BELOW: graded.below & usual, ABOVE: graded.above & usual}
    return pd.DataFrame(columns | dict(zip(GRADED, graded, strict=True)) | states)


def _categories(panel: Panel, of: ProductGroups) -> dict[str, np.ndarray]:
    """The category of each product's first series, where there are categories."""
    if schema.CATEGORY not in panel.series:
        return {}
    return {schema.CATEGORY: panel.series[schema.CATEGORY].to_numpy(dtype=object)[of.rows[of.first]]}


def _last_year(ensemble: Ensemble, of: ProductGroups, steps: int) -> FloatArray:
    """Units of the next steps a year ago; a store that had not begun yet counts as nothing where another one had."""
    known = len(ensemble.panel.dates)
    ahead = Spans(ensemble.panel.ahead(1), np.array([known]), np.array([known + steps]))
    each = by_span.last_year_each(ensemble, of.rows, ahead)[:, 0]
    return np.where(of.any(np.isfinite(each)), of.sums(np.nan_to_num(each)), np.nan)


def _value(of: ProductGroups, units: FloatArray, price: FloatArray) -> FloatArray:
    """Money of so many units, series by series; series without a price count at the mean one, and as units where nothing has a price."""
    known = np.isfinite(price)
    return of.sums(units * np.where(known, price, float(price[known].mean()) if known.any() else 1.0))


def _miss(ensemble: Ensemble, of: ProductGroups) -> FloatArray:
    """WAPE by step at all past cutoffs, of the line of a product's only series, or of what was expected of several together.

    NaN where nothing was judged or sold.
    """
    y, line, expected = (values[:, of.rows].swapaxes(0, 1) for values in (*ensemble.errors, ensemble.expected_errors.f))
    several = np.repeat(of.sizes > 1, of.sizes)
    f = np.where(several[:, None, None], expected, line)
    both = np.isfinite(y) & np.isfinite(f)
    missed, units = (np.where(both, y, 0.0) for _ in range(2))
    missed = missed - np.where(both, f, 0.0)
    if len(of) < len(of.rows):
        missed, units = of.sums(missed), of.sums(units)
    return share(np.abs(missed).sum(axis=(1, 2)), units.sum(axis=(1, 2)))


def _spark(ensemble: Ensemble, of: ProductGroups, sold: FloatArray) -> FloatArray:
    """Units of the last weeks (months) and the next, shape (p, points), as far as both reach."""
    length, back, on = SPARKS[ensemble.panel.period.name]
    back, on = min(back, sold.shape[1] // length), min(on, ensemble.horizon // length)
    both = np.hstack([sold[:, sold.shape[1] - back * length :], np.nan_to_num(ensemble.expected[of.rows, : on * length])])
    return of.sums(both.reshape(len(of.rows), back + on, length).sum(axis=2))


def _states(ensemble: Ensemble, of: ProductGroups, steps: int) -> dict[str, np.ndarray]:
    """What there is to know of each product beside its numbers, of bool."""
    panel, rows = ensemble.panel, of.rows
    started = of.least(np.where(np.isfinite(panel.sales[rows]).any(axis=1), panel.started[rows], len(panel.dates)))
    recent = started >= max(len(panel.dates) - panel.period.steps(NEW_DAYS), 1)
    gone = of.all(ensemble.silent[rows])
    young = of.all(np.isin(ensemble.behind[rows], YOUNG_MODELS) | ensemble.silent[rows]) & ~gone
    return {GONE: gone, YOUNG: young, NEW: recent & ~young & ~gone, PROMOTED: of.any(_promoted(panel, rows, steps)) & ~gone}


def _promoted(panel: Panel, rows: np.ndarray, steps: int) -> np.ndarray:
    if schema.PROMO not in panel.drivers:
        return np.zeros(len(rows), dtype=bool)
    planned = panel.drivers[schema.PROMO][rows, len(panel.dates) : len(panel.dates) + steps]
    return np.asarray((np.nan_to_num(planned) > 0).any(axis=1))
