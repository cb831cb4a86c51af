"""What makes a forecast what it is, in parts that add up to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.analysis.baseline import Baseline
from forecasting.analysis.contributions import LABELS, MAX_SPLIT, contributions, whole_parts
from forecasting.analysis.what_if import WhatIf
from forecasting.core import schema
from forecasting.services import versions


@pytest.fixture(scope="module")
def ensemble(published):
    return versions.load(published, 1)


def rows_of(ensemble, count):
    return np.arange(len(ensemble.panel) if count == "all" else count)


@pytest.mark.parametrize("count", [1, 3, "all"])
def test_the_parts_of_every_day_add_up_to_the_forecast_that_is_shown(ensemble, count):
    rows = rows_of(ensemble, count)
    told = contributions(ensemble, ensemble.cleaned, rows)
    np.testing.assert_allclose(told.average + sum(told.parts.values()), ensemble.yhat[schema.BLEND][rows].sum(axis=0), rtol=1e-9)
    assert {source for _, source in told.parts} >= {"prophet", "lstm", "trees"}


def test_a_day_and_the_mean_of_all_days_are_tables_of_the_same_parts(ensemble):
    told = contributions(ensemble, ensemble.cleaned, rows_of(ensemble, "all"))
    for start, end in ((0, 1), (3, 4), (0, ensemble.horizon)):
        table = told.between(start, end)
        assert told.average + table["units"].sum() == pytest.approx(told.forecast[start:end].mean())
        np.testing.assert_allclose(table[["prophet", "lstm", "trees"]].sum(axis=1) + table.get("", 0.0), table["units"])
        assert [part for part in LABELS if part in set(table["part"])] == table["part"].tolist()
        assert {"level", "weekly"} <= set(table["part"])


def test_a_what_if_is_told_in_its_own_parts(ensemble):
    baseline = Baseline(ensemble, rows_of(ensemble, "all"))
    day = ensemble.panel.ahead(1)[0].date()
    shown = baseline.apply(WhatIf(closed=frozenset([day])))
    told = contributions(shown, ensemble.cleaned, baseline.rows)
    np.testing.assert_allclose(told.average + sum(told.parts.values()), shown.yhat[schema.BLEND].sum(axis=0), atol=1e-8)
    assert told.forecast[0] == 0
    assert sum(values[0] for (part, _), values in told.parts.items() if part == "closed") < 0


def test_beyond_the_largest_series_a_model_has_one_part(ensemble, monkeypatch):
    monkeypatch.setattr("forecasting.analysis.contributions.MAX_SPLIT", 2)
    assert MAX_SPLIT == 100
    told = contributions(ensemble, ensemble.cleaned, rows_of(ensemble, "all"))
    assert "smaller" in {part for part, _ in told.parts}
    np.testing.assert_allclose(told.average + sum(told.parts.values()), told.forecast)


def test_a_part_that_only_a_model_has_a_name_for_is_not_lost(ensemble):
    told = contributions(ensemble, ensemble.cleaned, rows_of(ensemble, 1))
    more = replace(told, parts={**told.parts, ("lstm", "lstm"): np.full(ensemble.horizon, 2.0)})
    assert more.between(0, 1)["units"].sum() == pytest.approx(told.between(0, 1)["units"].sum() + 2)
    assert more.between(0, 1)["label"].tolist()[-1] == "LSTM"


@given(st.floats(0, 1e4), st.lists(st.floats(-1e3, 1e3), max_size=8), st.integers(0, 1))
def test_rounded_parts_add_up_to_the_rounded_forecast(average, units, digits):
    forecast = average + sum(units)
    first, parts = whole_parts(average, np.array(units), forecast, digits)
    assert first + parts.sum() == pytest.approx(round(forecast, digits), abs=1e-6)
    np.testing.assert_allclose([first, *parts], [average, *units], atol=1.001 / 10**digits)
