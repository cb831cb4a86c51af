"""The models and their blend, as a version serves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import BoolArray, FloatArray, are_all, at_rows
from forecasting.core.panel import Panel
from forecasting.models.base import Model
from forecasting.training import metrics, reasons, thinning
from forecasting.training.backtest import Backtest
from forecasting.training.bands import quantiles, residuals
from forecasting.training.bands.occasions import Occasions, occasions_of
from forecasting.training.bands.quantiles import Errors, RunningSums, SeriesBands, TotalErrors
from forecasting.training.cleaned_sales import CleanedSales
from forecasting.training.cleaning.clean import clean
from forecasting.training.expectation import MeanBlend
from forecasting.training.learned_bands import LearnedBands
from forecasting.training.reconciliation import Reconciled

ODD_SHARE = 0.02
"""Share of a series' rows that may have parts of units although it is sold in whole ones."""
FEWEST_ROWS = 7
"""Rows of a series from which one odd row proves nothing."""
SIDE_BY_SIDE = 2
_SHARE = "_share"


@dataclass(frozen=True, eq=False)
class Ensemble:
    """What a version serves; never changes.

    Args:
        panel: The sales it was trained on.
        yhat: Model name, and `blend` -> shape (n, h), units a day; NaN where that model has none. `expected` beside it where that differs.
        bands: Shape (n, 4, h) in the order of `schema.BANDS`, of the blend, units a day; NaN where there are no errors to learn from.
        past: The backtest, with the blend among its models, and what was expected where that differs.
        health: One row a series: what stands behind it and why.
        models: The fitted models by name.
        reconciled: How its series were scaled to forecasts of totals; None where adding up is as good.
        country: ISO 3166 code of the country whose holidays count; None for none.
        means: Of what the expected mean is blended where it differs from the line; None where nothing differs, or an earlier release kept nothing.
        learned: Bands that were learned when it was published; None where an earlier release published it, or nobody did yet.
        tidy: What cleaning changed in its sales, the same way.
    """

    panel: Panel
    yhat: Mapping[str, FloatArray]
    bands: FloatArray
    past: Backtest
    health: pd.DataFrame
    models: Mapping[str, Model]
    reconciled: Reconciled | None = None
    country: str | None = None
    means: MeanBlend | None = None
    learned: LearnedBands | None = None
    tidy: CleanedSales | None = None

    @property
    def horizon(self) -> int:
        """Days ahead that it forecasts."""
        return int(self.bands.shape[2])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The models that it was made of, the benchmark last; one of an older version may no longer be registered."""
        return tuple(str(column).removesuffix(_SHARE) for column in self.health if str(column).endswith(_SHARE))

    @property
    def blended(self) -> tuple[str, ...]:
        """Those of them that share the blend."""
        return tuple(name for name in self.names if name != schema.SEASONAL_NAIVE)

    @cached_property
    def share(self) -> FloatArray:
        """Each model's share in each series' blend, shape (n, n_models) in the order of `names`."""
        return self.health[[f"{name}{_SHARE}" for name in self.names]].to_numpy()

    @cached_property
    def cleaned(self) -> Panel:
        """The sales as the models see them."""
        kept = self.tidy
        return kept.panel if kept is not None and kept.of is self.panel else clean(self.panel).panel

    @cached_property
    def labels(self) -> dict[str, np.ndarray]:
        """The key and category columns that exist -> what they say of each series, shape (n,) of texts."""
        series = self.panel.series
        return {str(name): series[name].to_numpy(dtype=object) for name in series if name != schema.UNIQUE_ID}

    def labelled(self, name: str, text: str) -> BoolArray:
        """Which series have this text in a key or category column that exists, shape (n,): by its number, since there may be very many series."""
        numbers, texts = self._numbered[name]
        return np.asarray(numbers == texts.get(text, -1))

    def texts_of(self, name: str, chosen: BoolArray) -> list[str]:
        """What a key or category column that exists says of the chosen series, shape (n,): each text once, sorted."""
        numbers, texts = self._numbered[name]
        there = np.zeros(len(texts), dtype=bool)
        there[numbers[chosen]] = True
        return sorted(text for text, is_there in zip(texts, there.tolist(), strict=True) if is_there)

    @cached_property
    def _numbered(self) -> dict[str, tuple[np.ndarray, dict[str, int]]]:
        coded = {name: pd.factorize(labels) for name, labels in self.labels.items()}
        return {name: (numbers, {text: number for number, text in enumerate(texts)}) for name, (numbers, texts) in coded.items()}

    @cached_property
    def behind(self) -> np.ndarray:
        """What stands behind each series' forecast, shape (n,) of texts."""
        return self.health[schema.MODEL].to_numpy(dtype=object)

    @cached_property
    def silent(self) -> np.ndarray:
        """Series that are forecast to sell nothing, shape (n,) of bool: no longer sold, or never yet."""
        return self.health[schema.MODEL].isin([reasons.STOPPED, reasons.NO_SALES]).to_numpy(dtype=bool)

    @cached_property
    def untested(self) -> np.ndarray:
        """Series that sold on a day or two and then no more, shape (n,) of bool: nothing is ordered of them until a person has checked them."""
        return (self.health[schema.MODEL] == reasons.TOO_NEW).to_numpy(dtype=bool)

    @cached_property
    def unlaunched(self) -> np.ndarray:
        """Series that are planned and not sold yet, shape (n,) of bool."""
        return self.untested & ~np.isfinite(self.panel.sales).any(axis=1)

    @property
    def line(self) -> FloatArray:
        """The blend, shape (n, h), units a day: close to the median of each day, for single days, charts and their errors."""
        return self.yhat[schema.BLEND]

    @property
    def expected(self) -> FloatArray:
        """The mean of each day, shape (n, h), units: for sums over days and series, orders and money. The line where both agree."""
        return self.yhat.get(schema.EXPECTED, self.line)

    @property
    def apart(self) -> BoolArray:
        """Series whose expected sales differ from the line, shape (n,)."""
        return np.asarray((self.expected != self.line).any(axis=1))

    @cached_property
    def occasions(self) -> Occasions | None:
        """Which of the days after past cutoffs and ahead are holidays or beside one; None where no holidays count."""
        return occasions_of(self.country, self.panel, self.past.cutoffs, self.past.horizon, self.horizon)

    @property
    def errors(self) -> Errors:
        """What the line forecast in the past, and what was sold: for single days."""
        return Errors(self.past.y, self.past.yhat[schema.BLEND])

    @property
    def expected_errors(self) -> Errors:
        """What was expected in the past, and what was sold: for sums over days and series."""
        return Errors(self.past.y, self.past.yhat.get(schema.EXPECTED, self.past.yhat[schema.BLEND]))

    def errors_of(self, rows: np.ndarray) -> Errors:
        """What the line of the series at these positions forecast in the past, and what was sold."""
        return residuals.errors_of_series(self.errors, rows)

    def expected_errors_of(self, rows: np.ndarray) -> Errors:
        """What was expected of the series at these positions in the past, and what was sold."""
        return residuals.errors_of_series(self.expected_errors, rows)

    def total_errors_of(self, rows: np.ndarray) -> Errors:
        """The same for adding up over these series: with `thinning.stand_ins` for those that were left out of a cutoff."""
        errors = self.expected_errors_of(rows)
        return errors if len(rows) == 1 else Errors(errors.y, self.in_sums(errors.f, rows))

    def totals_of(self, rows: np.ndarray) -> TotalErrors:
        """These added up, of all series once for all who ask."""
        return self._totals if are_all(rows, len(self.panel)) else quantiles.totals_of(self.total_errors_of(rows))

    def in_sums(self, f: FloatArray, rows: np.ndarray) -> FloatArray:
        """Past forecasts of the series at these positions, shape (K, r, h), with `thinning.stand_ins` for those that were left out of a cutoff."""
        missing = self.past.left_out
        return f if missing is None else thinning.stand_ins(f, at_rows(missing, rows), at_rows(self._usual_before, rows))

    @property
    def whole(self) -> bool:
        """Whether every series is sold in whole units."""
        return bool(self.whole_units.all())

    @cached_property
    def whole_units(self) -> BoolArray:
        """Which series are sold in whole units, shape (n,): an odd row or a few in a hundred prove nothing; without sales, as most of the others."""
        known = np.isfinite(self.panel.sales)
        odd, rows = (known & (self.panel.sales % 1 != 0)).sum(axis=1), known.sum(axis=1)
        whole: BoolArray = odd <= np.where(rows >= FEWEST_ROWS, np.maximum(ODD_SHARE * rows, 1), 0)
        some = rows > 0
        whole[~some] = whole[some].mean() > 0.5 if some.any() else True
        return whole

    def calibrated(self, window: int) -> SeriesBands | None:
        """What the errors say about single series' sums over `window` days, kept once learned; None where no such sum was seen."""
        if window not in self._learned and self._published and self._published.has(window):
            self._learned[window] = self._published.now(window)
        if window not in self._learned:
            self._learned[window] = quantiles.learn_bands(quantiles.past_sums(self.cumulated, window)) if window <= self.past.horizon else None
        return self._learned[window]

    def calibrated_each(self, windows: Sequence[int]) -> list[SeriesBands | None]:
        """What the errors say about sums over each of several windows, learned side by side; None for one of 0 days."""
        if len(windows) == 1:
            return [self.calibrated(windows[0]) if windows[0] else None]
        with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
            return list(threads.map(lambda window: self.calibrated(window) if window else None, windows))

    def calibrated_past(self, window: int) -> list[SeriesBands | None]:
        """What the errors say at each past cutoff, learned from the errors of the others, side by side: sorting leaves other threads alone."""
        count = len(self.past.cutoffs)
        if window > self.past.horizon:
            return [None] * count
        if window not in self._learned_past and self._published and self._published.has_past(window):
            self._learned_past[window] = self._published.then(window)
        if window not in self._learned_past:
            of = quantiles.past_sums(self.cumulated, window)
            with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
                self._learned_past[window] = list(threads.map(lambda cut: quantiles.learn_bands(of.without(cut)), range(count)))
        return self._learned_past[window]

    @cached_property
    def cumulated(self) -> RunningSums:
        """The errors of what was expected, added up from each cutoff on."""
        return quantiles.cumulate(self.expected_errors)

    @cached_property
    def _totals(self) -> TotalErrors:
        return quantiles.totals_of(self.total_errors_of(np.arange(len(self.panel))))

    @cached_property
    def _usual_before(self) -> FloatArray:
        return thinning.levels(self.panel, self.panel.dates.get_indexer(self.past.cutoffs) + 1)

    @property
    def _published(self) -> LearnedBands | None:
        """The bands that were learned from this very past."""
        return self.learned if self.learned is not None and self.learned.past is self.past else None

    @cached_property
    def _learned(self) -> dict[int, SeriesBands | None]:
        return {}

    @cached_property
    def _learned_past(self) -> dict[int, list[SeriesBands | None]]:
        return {}


def summary(ensemble: Ensemble) -> dict[str, float | None]:
    """How good it was in the backtest, for the manifest; None where not defined. The bias is that of what was expected.

    Coverage is that which each cutoff would have had with bands learned from the other cutoffs.
    """
    y = ensemble.past.y
    f = ensemble.past.yhat[schema.BLEND]
    values = {"wape": metrics.wape(y, f), "bias": metrics.bias_share(*ensemble.expected_errors)}
    values |= {f"wape_{name}": metrics.wape(y, ensemble.past.yhat[name]) for name in ensemble.names}
    limits = quantiles.past_quantiles(ensemble.errors, schema.QUANTILES, occasions=ensemble.occasions)
    for position, level in enumerate(schema.LEVELS):
        values[f"coverage_{level * 100:.0f}"] = metrics.coverage(y, *limits[2 * position : 2 * position + 2])
    return {name: None if np.isnan(value) else float(value) for name, value in values.items()}
