"""Where a product sells on few days, pages show the line of its days, what is expected of their sum, and say once why."""

from __future__ import annotations

import past_ensembles
import pytest
from streamlit.testing.v1 import AppTest

from forecasting.analysis import forecast_view
from forecasting.core.period import WEEK
from pages.charts import forecast
from pages.components.forecast import parts
from pages.components.product import summary
from pages.components.shared import markdown

SCREW, STEPS = {"product_id": "Screw", "store": "N"}, 14
WHY = "Sold on 4 of 10 days: most single days sell nothing, a week sells 2.8."


@pytest.fixture(scope="module")
def ensemble():
    return past_ensembles.sparse()


def drawn(view):
    """The blend's curve and what its hover says of the first day ahead."""
    [curve] = [trace for trace in forecast.forecast(view, ["blend", "band_80"]).data if trace.name == "Forecast"]
    return curve, curve.text[-view.steps if view.level == view.period else -1]


def test_a_day_of_one_series_is_the_line_and_the_hover_says_the_mean(ensemble):
    curve, text = drawn(forecast_view.view(ensemble, SCREW, STEPS))
    assert set(curve.y[-STEPS:]) == {0.0}
    assert text.startswith("<b>0</b><br>0.4 on average<br>80\xa0%: 0 to ")


def test_weeks_and_totals_have_one_number(ensemble):
    curve, text = drawn(forecast_view.view(ensemble, SCREW, STEPS, WEEK))
    assert (curve.y[-1], "average" in text) == (pytest.approx(2.8), False)
    curve, text = drawn(forecast_view.view(ensemble, {"product_id": "Screw"}, STEPS))
    assert (curve.y[-1], text.split("<br>")[0], "average" in text) == (pytest.approx(0.8), "<b>0.8</b>", False)


def test_pages_say_once_why(ensemble):
    one, bread = (forecast_view.view(ensemble, {"product_id": name, "store": "N"}, STEPS) for name in ("Screw", "Bread"))
    assert parts.caption(one).endswith(WHY)
    assert "sell nothing" not in parts.caption(bread)
    assert summary.chart_title(one, {"product_id": "Screw"}) == ("Sales and forecast", markdown.plain(f"N · {WHY}"))
    assert summary.chart_title(bread, {"product_id": "Bread"}) == ("Sales and forecast", "N")


def page():
    import past_ensembles

    from forecasting.analysis import backtest_bands, forecast_view
    from forecasting.analysis.accuracy import accuracy
    from pages.components.accuracy import numbers
    from pages.components.forecast import parts

    ensemble = past_ensembles.sparse()
    view = forecast_view.view(ensemble, {"product_id": "Screw", "store": "N"}, 14)
    parts.numbers(view)
    parts.table(view)
    numbers.numbers(accuracy(backtest_bands.bands_of_past(ensemble), {}), {})


def test_the_table_has_both_numbers_the_headline_their_sum_and_accuracy_a_line():
    at = AppTest.from_function(page, default_timeout=60).run()
    assert not at.exception
    assert at.metric[0].value == "5.6"
    assert at.dataframe[0].value.columns.tolist()[1:4] == ["blend", "expected", "lower_80"]
    captions = [caption.value for caption in at.caption]
    assert (
        sum(caption.startswith("Days are judged by the line; bias, sums and totals by what is expected. 2 of 3 series") for caption in captions) == 1
    )
