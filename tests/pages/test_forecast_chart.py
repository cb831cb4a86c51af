"""What the charts hold and what they never do."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from forecasting.analysis.forecast_view import Range, View
from pages.charts import forecast, style

LAST = pd.Timestamp("2026-11-21")


@pytest.fixture
def view():
    ds = pd.date_range(end=LAST, periods=200)
    ahead = pd.date_range(LAST + pd.Timedelta(days=1), periods=28)
    y = 100.0 + 10 * np.sin(np.arange(200))
    blend = np.full(28, 100.0)
    forecast = pd.DataFrame({"ds": ahead, "prophet": blend * 1.1, "lstm": blend * 0.9, "seasonal_naive": blend, "blend": blend})
    forecast = forecast.assign(lower_80=blend * 0.8, upper_80=blend * 1.2, lower_95=blend * 0.7, upper_95=blend * 1.5, last_year=blend - 5)
    return View(
        filters={},
        n_series=2,
        steps=28,
        last=LAST,
        history=pd.DataFrame({"ds": ds, "y": y, "last_year": y - 5}),
        forecast=forecast,
        total=Range(2800, 2500, 3100, 2300, 3300),
        last_year=math.nan,
        busiest=(ahead[0], 100.0),
        weights={"prophet": 0.6, "lstm": 0.4, "seasonal_naive": 0.0},
        wape=0.1,
        coverage_80=0.8,
        simpler=pd.DataFrame(),
    )


def names(figure):
    return [trace.name for trace in figure.data]


def trace(figure, name):
    return next(trace for trace in figure.data if trace.name == name)


def test_colours_are_the_tokens_that_streamlit_replaces():
    import plotly.io
    from streamlit.elements.lib.streamlit_plotly_theme import configure_streamlit_plotly_theme

    configure_streamlit_plotly_theme()
    tokens = plotly.io.templates["streamlit"].layout.colorway
    assert {style.ACCENT, style.TEAL, style.PAST, style.INK, style.QUIET} <= set(tokens)
    sequential = [color for _, color in plotly.io.templates["streamlit"].layout.colorscale.sequential]
    assert [style.BAND_95[:7], style.BAND_80[:7]] == sequential[1:3]


def test_no_two_curves_share_a_colour_or_a_dash():
    lines = list(style.lines().values())
    assert len({line.color for line in lines}) == len(lines)
    assert len({line.dash for line in lines if line.dash != "solid"}) == 4


def test_only_the_chosen_curves_are_drawn_beside_the_past(view):
    assert names(forecast.forecast(view, ["blend"])) == ["Sales", "Forecast"]
    assert names(forecast.forecast(view, ["blend", "prophet", "last_year"])) == ["Sales", "Same weekday last year", "Prophet", "Blend"]
    assert set(names(forecast.forecast(view, forecast.shown()))) == {"95\u00a0% range", "80\u00a0% range", "Sales", "Prophet", "LSTM", "Blend"}
    assert names(forecast.forecast(view, [])) == ["Sales"]


def test_a_curve_that_no_series_has_is_left_out(view):
    view.forecast["lstm"] = np.nan
    assert "LSTM" not in names(forecast.forecast(view, forecast.shown()))


def test_hiding_a_curve_does_not_rescale_the_others(view):
    figures = [forecast.forecast(view, curves) for curves in (forecast.shown(), ["blend"], [])]
    assert {figure.layout.yaxis.range for figure in figures} == {(0, 1.04 * 150)}


def test_the_blend_and_its_bands_start_at_the_last_sale(view):
    figure = forecast.forecast(view, forecast.shown())
    last = view.history["y"].iloc[-1]
    assert pd.Timestamp(trace(figure, "Blend").x[0]) == LAST
    assert trace(figure, "Blend").y[0] == last
    assert {trace(figure, "80\u00a0% range").y[0], trace(figure, "80\u00a0% range").y[-1]} == {last}


def test_pointing_at_the_blend_names_its_bands(view):
    assert trace(forecast.forecast(view, ["blend"]), "Forecast").text[-1] == "<b>100</b><br>80\u00a0%: 80 to 120<br>95\u00a0%: 70 to 150"


def test_without_sales_on_the_last_day_the_blend_starts_the_day_after(view):
    view.history.loc[view.history["ds"] == LAST, "y"] = np.nan
    assert pd.Timestamp(trace(forecast.forecast(view, ["blend"]), "Forecast").x[0]) == LAST + pd.Timedelta(days=1)


def test_the_past_shown_is_one_and_a_half_times_what_is_ahead(view):
    assert len(trace(forecast.forecast(view, []), "Sales").x) == 42


def test_the_cutoff_is_marked(view):
    figure = forecast.forecast(view, [])
    assert [annotation.text for annotation in figure.layout.annotations] == ["Last sales 21 Nov"]
    assert pd.Timestamp(figure.layout.shapes[0].x0) == LAST


def test_a_band_without_limits_is_empty_and_raises_nothing(view):
    view.forecast[["lower_95", "upper_95"]] = np.nan
    assert len(trace(forecast.forecast(view, ["band_95"]), "95\u00a0% range").x) <= 2


def test_bars_say_their_sign():
    bars = forecast.components(pd.DataFrame({"label": ["Trend", "Closed days", "<b>x</b>"], "units": [148.2, -134.0, 0.4]}))
    assert list(bars.data[0].text) == ["+148", "\u2212134", "+0.4"]
    assert bars.layout.yaxis.ticktext == ("Trend", "Closed days", "&lt;b&gt;x&lt;/b&gt;")


def test_charts_of_nothing_can_be_drawn():
    forecast.components(pd.DataFrame({"label": [], "units": []}))
    forecast.loss([], 50)
    forecast.rows_by_day(pd.Series([], dtype="datetime64[us]"))


def test_the_loss_axis_ends_at_the_last_epoch():
    assert forecast.loss([0.5, 0.3], 50).layout.xaxis.range == (0.5, 50.5)


def test_rows_are_counted_by_day():
    bars = forecast.rows_by_day(pd.Series(pd.to_datetime(["2026-11-02", "2026-11-01", "2026-11-02"]))).data[0]
    assert list(bars.y) == [1, 2]


def test_drawing_leaves_the_view_alone(view):
    before = view.forecast.copy()
    forecast.forecast(view, forecast.shown())
    pd.testing.assert_frame_equal(view.forecast, before)
