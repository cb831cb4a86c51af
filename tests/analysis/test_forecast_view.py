"""What stands behind a forecast, as a person sees it: only what took part."""

from __future__ import annotations

import numpy as np
import past_ensembles as pasts
import pytest

from forecasting.analysis import forecast_view
from forecasting.core import schema
from forecasting.models import registry
from pages.components.forecast import parts

N = 4
WHY = "Only 5 days of sales: follows the pattern of category Bread (3 series) at 2 times its mean; a model needs 42 days."


@pytest.fixture(scope="module")
def made():
    """Two series of Prophet and LSTM, one that follows its group, and one that is no longer sold."""
    y, blend = pasts.noisy(n=N)
    shares = {"prophet_share": [0.6, 1.0, 0.0, 0.0], "lstm_share": [0.4, 0.0, 0.0, 0.0], "trees_share": [0.0] * N, "seasonal_naive_share": [0.0] * N}
    health = {"model": ["blend", "prophet", "category_pattern", "stopped"], "reason": ["", "Short.", WHY, "No rows since 1 Jan 2026."], **shares}
    ensemble = pasts.ensemble(y, blend, health=health)
    ensemble.yhat[schema.BLEND][3] = 0.0
    return ensemble


def view(made, *names):
    return forecast_view.view(made, dict(zip([schema.PRODUCT], names, strict=False)), 7)


def test_what_stands_behind_the_units_adds_up(made):
    weights = view(made).weights
    assert weights == pytest.approx({"prophet": 1.6 / 3, "lstm": 0.4 / 3, "category_pattern": 1 / 3})


@pytest.mark.parametrize(
    ("name", "columns", "caption"),
    [
        ("s0", ["prophet", "lstm", "seasonal_naive"], "One forecast, 60\u00a0% Prophet and 40\u00a0% LSTM."),
        ("s1", ["prophet", "seasonal_naive"], "One forecast, 100\u00a0% Prophet."),
        ("s2", ["seasonal_naive"], "One forecast, 100\u00a0% its group's pattern."),
        ("s3", ["seasonal_naive"], "One forecast, no sales expected."),
    ],
)
def test_only_models_that_take_part_have_a_curve_and_a_column(made, name, columns, caption):
    shown = view(made, name)
    assert [model.name for model in registry.registered() if model.name in shown.forecast] == columns
    assert parts.caption(shown).startswith(caption)


def test_what_is_no_longer_sold_is_not_offered_unless_there_is_nothing_else(made):
    assert forecast_view.options(made, {})[schema.PRODUCT] == ["s0", "s1", "s2", "s3"]
    assert forecast_view.options(made, {}, only_sold=True)[schema.PRODUCT] == ["s0", "s1", "s2"]
    assert forecast_view.options(made, {schema.PRODUCT: "s3"}, only_sold=True) == {schema.PRODUCT: ["s0", "s1", "s2"]}


def test_no_sales_are_expected_only_where_none_are(made):
    for name in ("s0", "s1", "s2"):
        assert "no sales expected" not in parts.caption(view(made, name))
        assert np.all(view(made, name).forecast[schema.BLEND] > 0)
