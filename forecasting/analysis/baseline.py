"""Some series as their forecast stands, asked what if: the same models answer, without TensorFlow and at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from forecasting.analysis import what_if
from forecasting.analysis.what_if import WhatIf
from forecasting.core import calendar, formatting, numerals, schema
from forecasting.core.arrays import FloatArray
from forecasting.core.errors import InputError
from forecasting.core.panel import Panel
from forecasting.models import registry
from forecasting.models.base import Model
from forecasting.training import blend
from forecasting.training.bands.days import day_bands
from forecasting.training.ensemble import Ensemble

MOST_EXPECTED = 5.0
"""Units by which the expected moves with a unit of the line, at most: a line near 0 says little of the mean."""
LEAST_SHARE = 0.05
"""A model with less of a series' blend than this is not asked: the backtest does not trust it."""
_NOUNS: Final = {schema.PRICE: "Price", schema.PROMO: "Promotions"}


@dataclass(frozen=True, eq=False)
class Effect:
    """What a what-if does to the total of some series over some days.

    Args:
        before: Units as the forecast stands.
        after: Units with the what-if.
        models: Model that was asked -> relative change of its own forecast; NaN where that is not defined.
        notes: What a person should know about the answer, a sentence each.
    """

    before: float
    after: float
    models: Mapping[str, float]
    notes: tuple[str, ...]

    @property
    def change(self) -> float:
        """Relative change; NaN from nothing."""
        return self.after / self.before - 1 if self.before > 0 else float("nan")


@dataclass(frozen=True, eq=False)
class Baseline:
    """Some series as their forecast stands, ready to be asked what if.

    Args:
        ensemble: What is served.
        rows: Positions of the series in it, shape (r,).
    """

    ensemble: Ensemble
    rows: np.ndarray

    @cached_property
    def panel(self) -> Panel:
        """Their sales as the models read them."""
        return self.ensemble.cleaned.select(self.rows)

    @cached_property
    def yhat(self) -> Mapping[str, FloatArray]:
        """Model name -> shape (r, h), units a day: what the models answer to no change."""
        return {name: model.predict(self.panel, self.ensemble.horizon) for name, model in self._models.items()}

    @property
    def story(self) -> tuple[str, ...]:
        """Of one series: why its models have the shares that they have, and what was changed in its sales; nothing of several."""
        if len(self.rows) != 1:
            return ()
        row = self.ensemble.health.iloc[int(self.rows[0])]
        return tuple(str(row[name]) for name in (schema.WHY, schema.NOTES) if row.get(name))

    def knows(self, name: str) -> dict[str, np.ndarray]:
        """Model name -> of which series it knows the effect of a driver, shape (r,) of bool."""
        if name not in self.ensemble.panel.drivers or not _varied(self.ensemble.panel, name).any():
            return {model: np.zeros(len(self.rows), dtype=bool) for model in self._models}
        return {model: fitted.knows(self.panel, name) & self._takes_part(model) for model, fitted in self._models.items()}

    def refusal(self, name: str) -> str:
        """Why a change of this driver cannot be answered, for a person; empty if it can."""
        noun = _NOUNS[name]
        if name not in self.panel.drivers:
            return f"These sales have no {formatting.LABELS[name].lower()} column. Upload sales with one to ask what it does."
        if any(rows.any() for rows in self.knows(name).values()):
            return ""
        if not _varied(self.panel, name).any():
            return f"{noun} never changed in these sales, so {'their' if name == schema.PROMO else 'its'} effect is not known."
        return f"{noun} changed in these sales, but no model knows the effect yet: Prophet learns it from a year of sales on."

    def apply(self, change: WhatIf) -> Ensemble:
        """What is served, with other forecasts and bands of these series; `ensemble` itself where nothing changes.

        The blend moves by what the models that know the effect say, in proportion to their shares, and the expected with it. Bands are those of
        such a forecast.

        Raises:
            InputError: A driver whose effect is not known, or a day that is not forecast.
        """
        if not change:
            return self.ensemble
        self._check(change)
        changed, moved = self._moved(change)
        closed = calendar.closed_ahead(changed, self.ensemble.horizon)
        yhat = {name: values.copy() for name, values in self.ensemble.yhat.items()}
        for name, values in yhat.items():
            asked = np.maximum(values[self.rows] + moved.get(name, 0.0), 0.0)
            values[self.rows] = np.where(closed & np.isfinite(asked), 0.0, asked)
        if schema.EXPECTED in yhat:
            yhat[schema.EXPECTED][self.rows] = np.where(closed, 0.0, self._expected(yhat[schema.BLEND][self.rows]))
        return replace(self.ensemble, panel=self._whole(changed), yhat=yhat, bands=self._bands(yhat[schema.BLEND], closed))

    def effect(self, after: Ensemble, change: WhatIf, steps: int) -> Effect:
        """What `apply` did to the total of these series over the next `steps` days."""
        asked = [name for name, rows in self._asked(change).items() if rows.any()]
        totals = {name: [float(np.nansum(one.yhat[name][self.rows, :steps])) for one in (self.ensemble, after)] for name in asked}
        before, units = (float(one.expected[self.rows, :steps].sum()) for one in (self.ensemble, after))
        models = {name: new / old - 1 if old > 0 else float("nan") for name, (old, new) in totals.items()}
        notes = [*self._not_asked(change), *what_if.unseen(self.panel, change, steps)]
        if change == WhatIf(price_change=change.price_change) and (units - before) * (change.price_change or 0.0) > 0:
            notes.append("In these sales higher prices went with higher sales; something else may stand behind both.")
        return Effect(before, units, models, tuple(notes))

    @property
    def _models(self) -> dict[str, Model]:
        """The models of the blend, which can be asked."""
        return {name: self.ensemble.models[name] for name in self.ensemble.blended if name in self.ensemble.models}

    def _takes_part(self, model: str) -> np.ndarray:
        """The series of which a model has a forecast and a share of the blend, shape (r,) of bool."""
        share = self.ensemble.share[self.rows, self.ensemble.names.index(model)]
        return (share >= LEAST_SHARE) & np.isfinite(self.ensemble.yhat[model][self.rows]).all(axis=1)

    def _check(self, change: WhatIf) -> None:
        ahead = self.panel.ahead(self.ensemble.horizon)
        unknown = sorted(change.days - set(ahead.date))
        if unknown:
            raise InputError(f"{unknown[0]} is not forecast. Choose days from {ahead[0]:%Y-%m-%d} to {ahead[-1]:%Y-%m-%d}.")
        for name in change.drivers:
            if reason := self.refusal(name):
                raise InputError(reason)

    def _asked(self, change: WhatIf) -> dict[str, np.ndarray]:
        """Model name -> the series of which it knows what is asked, shape (r,) of bool."""
        known = [self.knows(name) for name in change.drivers]
        return {model: np.any([each[model] for each in known], axis=0) for model in self._models} if known else {}

    def _moved(self, change: WhatIf) -> tuple[Panel, dict[str, FloatArray]]:
        """The changed panel, and by how much each model and the blend move, shape (r, h): one driver after the other, as not all know all."""
        panel, yhat = self.panel, self.yhat if change.drivers else {}
        moved: dict[str, FloatArray] = {name: np.zeros((len(self.rows), self.ensemble.horizon)) for name in (*self._models, schema.BLEND)}
        for name in change.drivers:
            panel = what_if.changed(panel, change, name, self.ensemble.horizon)
            asked = {model: fitted.predict(panel, self.ensemble.horizon) for model, fitted in self._models.items()}
            moves = {model: asked[model] - yhat[model] for model in self._models}
            for model, move in {**moves, schema.BLEND: self._blend_move(moves, name)}.items():
                moved[model] += move
            yhat = asked
        return what_if.with_closed(panel, change.closed, self.ensemble.horizon), moved

    def _blend_move(self, moves: Mapping[str, FloatArray], name: str) -> FloatArray:
        """By how much the blend moves with a driver, shape (r, h): the mean of the models that know it, weighted by their shares."""
        share = np.zeros((len(self.rows), self.ensemble.share.shape[1]))
        for model, rows in self.knows(name).items():
            column = self.ensemble.names.index(model)
            share[:, column] = self.ensemble.share[self.rows, column] * rows
        total = share.sum(axis=1, keepdims=True)
        np.divide(share, total, out=share, where=total > 0)
        nothing = np.zeros((len(self.rows), self.ensemble.horizon))
        return np.nan_to_num(blend.combine([moves.get(model, nothing) for model in self.ensemble.names], share), nan=0.0)

    def _expected(self, after: FloatArray) -> FloatArray:
        """What is expected with another line, shape (r, h): it moves in proportion, by as many units where the line was 0, alike where both agree."""
        line, expected = self.ensemble.line[self.rows], self.ensemble.expected[self.rows]
        ratio = np.ones(line.shape)
        np.divide(expected, line, out=ratio, where=line > 0)
        moved = np.maximum(expected + (after - line) * np.minimum(ratio, MOST_EXPECTED), 0.0)
        return np.where(expected == line, after, moved)

    def _bands(self, forecast: FloatArray, closed: np.ndarray) -> FloatArray:
        """All series' bands, those of series whose forecast moved made for the new one."""
        moved = self.rows[(forecast != self.ensemble.line)[self.rows].any(axis=1)]
        bands = self.ensemble.bands.copy()
        bands[moved] = day_bands(self.ensemble.errors, forecast, silent=self.ensemble.silent, occasions=self.ensemble.occasions)[moved]
        bands[self.rows] = np.where(closed[:, None], 0.0, bands[self.rows])
        return bands

    def _whole(self, changed: Panel) -> Panel:
        """All series, with the changed drivers of these."""
        panel = self.ensemble.panel
        width = len(panel.dates) + self.ensemble.horizon
        drivers = {}
        for name, values in changed.drivers.items():
            drivers[name] = np.full((len(panel), width), np.nan)
            if name in panel.drivers:
                drivers[name][:, : panel.drivers[name].shape[1]] = panel.drivers[name][:, :width]
            drivers[name][self.rows] = np.nan
            drivers[name][self.rows, : values.shape[1]] = values[:, :width]
        return replace(panel, drivers=drivers)

    def _not_asked(self, change: WhatIf) -> list[str]:
        """Models that take part in the forecast but do not know an effect, and series of which none does."""
        notes = []
        for name in change.drivers:
            known, noun = self.knows(name), _NOUNS[name].lower()
            others = "model answers" if len(known) == 2 else "models answer"
            blind = [registry.label(model) for model, rows in known.items() if self._takes_part(model).any() and not rows.any()]
            notes += [f"{model} does not know the effect of {noun} here; the other {others} alone." for model in blind]
            missing = int((~np.any(list(known.values()), axis=0)).sum())
            if missing:
                those = f"{numerals.write(missing)} of {numerals.write(len(self.rows))} series"
                notes.append(f"{those} stay as they are, as the effect of {noun} there is not known.")
        return notes


def _varied(panel: Panel, name: str) -> np.ndarray:
    """Whether a driver ever changed in the past of each series, shape (n,) of bool."""
    past = panel.drivers[name][:, : len(panel.dates)]
    known = np.isfinite(past)
    high, low = np.where(known, past, -np.inf).max(axis=1), np.where(known, past, np.inf).min(axis=1)
    return high > low
