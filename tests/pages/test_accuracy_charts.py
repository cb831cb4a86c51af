"""What the charts of the past hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import past_ensembles as pasts
import pytest

from forecasting.analysis import accuracy, backtest_bands
from pages.charts import accuracy as accuracy_charts

LABELS = {"days": "Single days", "sums": "Sums of 7 days", "total": "Their total"}


@pytest.fixture(scope="module")
def found():
    sold, forecast = pasts.noisy(n=3)
    return accuracy.accuracy(backtest_bands.bands_of_past(pasts.ensemble(sold, forecast, prophet=forecast + 2, seasonal_naive=sold + 20)), {})


def names(figure):
    return [trace.name for trace in figure.data]


def texts(figure):
    return [annotation.text for annotation in figure.layout.annotations]


@pytest.mark.parametrize("measure", accuracy_charts.SCALES)
def test_every_model_is_drawn_and_named_beside_its_curve(found, measure):
    figure = accuracy_charts.by_step(found.steps, measure, "day")
    assert set(names(figure)) == {"Prophet", "LSTM", "Trees", "Seasonal naive", "Blend"}
    assert set(texts(figure)) == {"Prophet", "LSTM", "Trees", "Naive", "<b>Blend</b>"}
    low, high = figure.layout.yaxis.range
    assert all((low <= trace.y).all() and (trace.y <= high).all() for trace in figure.data)


def test_shares_are_drawn_as_percentages_and_mase_is_not(found):
    steps = found.steps[found.steps["model"] == "blend"]
    assert accuracy_charts.by_step(steps, "wape", "day").data[0].y == pytest.approx(100 * steps["wape"])
    assert accuracy_charts.by_step(steps, "mase", "day").data[0].y == pytest.approx(steps["mase"])


def test_a_bias_below_zero_has_room_below_zero(found):
    steps = found.steps.assign(bias=-0.2)
    low, high = accuracy_charts.by_step(steps, "bias", "day").layout.yaxis.range
    assert low < -20 < 0 <= high


def test_one_day_ahead_is_a_point(found):
    figure = accuracy_charts.by_step(found.steps[found.steps["step"] == 1], "wape", "week")
    assert {trace.mode for trace in figure.data} == {"markers"}
    assert figure.layout.xaxis.ticktext == ("1 week",)


@pytest.mark.parametrize(("last", "ticks"), [(1, [1]), (7, [1, 2, 3, 4, 5, 6, 7]), (14, [1, 4, 6, 8, 10, 12, 14]), (28, [1, 7, 14, 21, 28])])
def test_days_ahead_are_named_by_weeks_where_there_are_many(last, ticks):
    assert accuracy_charts._ticks(last) == ticks


def test_labels_never_lie_on_each_other():
    placed = accuracy_charts.spread([9.9, 10.0, 9.95, 2.0], 0.0, 10.0)
    assert np.diff(sorted(placed)).min() == pytest.approx(0.75)
    assert max(placed) <= 10
    assert placed[3] == 2.0
    assert np.argsort(placed).tolist() == [3, 0, 2, 1]


def test_what_came_true_is_drawn_against_what_was_promised(found):
    figure = accuracy_charts.promise(found.promise, LABELS)
    assert names(figure) == ["Promised", "Single days", "Sums of 7 days", "Their total"]
    assert figure.data[1].x.tolist() == pytest.approx([50, 60, 70, 80, 90, 95])
    assert figure.data[1].y == pytest.approx(100 * found.promise["days"])


def test_what_is_not_known_is_not_promised(found):
    assert names(accuracy_charts.promise(found.promise.assign(total=np.nan), LABELS)) == ["Promised", "Single days", "Sums of 7 days"]


def test_all_cutoffs_lie_over_what_was_sold(found):
    figure = accuracy_charts.past(found.total, found.history)
    assert names(figure) == ["Sold", "Blend"]
    blend = figure.data[1]
    assert np.isnan(blend.y).sum() == 5
    assert blend.y[np.isfinite(blend.y)] == pytest.approx(found.total["blend"])
    assert len(figure.layout.shapes) == 5


def test_one_cutoff_shows_its_models_bands_and_what_was_known(found):
    cutoff = found.judged.ensemble.past.cutoffs[2]
    figure = accuracy_charts.past_of(found.total, found.history, cutoff)
    assert set(names(figure)) == {"95\u00a0% range", "80\u00a0% range", "Sales", "Prophet", "LSTM", "Trees", "Naive", "Blend", "Sold"}
    drawn = {trace.name: trace for trace in figure.data}
    assert pd.Timestamp(drawn["Sales"].x[-1]) == cutoff
    assert pd.Timestamp(drawn["Sold"].x[0]) == cutoff + pd.Timedelta(days=1)
    assert drawn["Sold"].y == pytest.approx(found.total.loc[found.total["cutoff"] == cutoff, "sales"])


def test_many_days_are_not_dotted():
    many = pd.Series(np.arange(accuracy_charts.MANY + 1))
    assert accuracy_charts._sold(many, many).mode == "lines"
    assert accuracy_charts._sold(many[1:], many[1:]).mode == "lines+markers"
