"""The stock chart: what is drawn, and what it says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.core import period
from forecasting.inventory.orders import projection
from pages.charts import stock

DATES = pd.date_range("2026-11-23", periods=4, freq="D")
SUMS = np.cumsum(np.full(4, 10.0))


def drawn(on_hand=25.0, receipts=(0, 0, 0, 0), order=(2, 30.0), *, limits=(0.8 * SUMS, 1.2 * SUMS), reorder_point=12.0, step=period.DAY):
    found = projection.project_stock(
        dates=DATES, on_hand=on_hand, receipts=np.array(receipts, dtype=float), expected=np.full(4, 10.0), limits=np.array(limits), order=order
    )
    return stock.path(found, reorder_point, step)


def trace(figure, name):
    return next(each for each in figure.data if each.name == name)


def names(figure):
    return [each.name for each in figure.data if each.name]


def said(figure):
    return [note.text for note in figure.layout.annotations]


def test_few_days_are_named_once_each():
    assert drawn().layout.xaxis.dtick == stock.DAY_MS


def test_stock_falls_over_the_day_and_jumps_where_the_order_arrives():
    line = trace(drawn(), "With order")
    assert line.y.tolist() == [25, 25, 15, 15, 15, 5, 5, 35, 25, 25, 25, 15, 15]
    days = pd.DatetimeIndex(line.x).day.tolist()
    assert days == [23, 23, 24, 24, 24, 25, 25, 25, 26, 26, 26, 27, 27]


def test_a_shelf_is_empty_from_the_moment_on_at_which_it_is():
    line = trace(drawn(), "Without")
    assert line.y.tolist() == [25, 25, 15, 15, 15, 5, 5, 5, 0, 0, 0, 0, 0]
    assert pd.Timestamp(line.x[8]) == pd.Timestamp("2026-11-25 12:00")
    assert pd.Timestamp(line.x[9]) == pd.Timestamp("2026-11-26")


def test_the_day_of_the_delivery_and_of_the_empty_shelf_are_named():
    assert said(drawn()) == ["Reorder point 12", "Delivery 25 Nov", "Empty 25 Nov"]
    assert said(drawn(on_hand=0.0))[-1] == "Empty now"


def test_without_an_order_there_is_one_curve():
    figure = drawn(order=(2, 0.0))
    assert names(figure) == ["80\u00a0% range", "Expected stock"]
    assert said(figure) == ["Reorder point 12", "Empty 25 Nov"]


def test_a_full_shelf_is_not_called_empty():
    assert said(drawn(on_hand=500.0, order=(2, 0.0), reorder_point=np.nan)) == []


def test_what_is_under_way_is_marked():
    assert pd.DatetimeIndex(trace(drawn(receipts=(0, 5, 0, 0)), "On the way").x).tolist() == [DATES[1]]
    assert "On the way" not in names(drawn())


def test_an_unknown_band_is_left_out():
    assert "80\u00a0% range" not in names(drawn(limits=np.full((2, 4), np.nan)))


def test_the_hover_says_a_step_in_numbers():
    texts = next(each.text for each in drawn().data if each.text is not None)
    assert texts[0] == "25 at the start, <b>15</b> at the end of the day<br>80\u00a0%: 13 to 17"
    assert texts[2] == "30 delivered<br>35 at the start, <b>25</b> at the end of the day<br>80\u00a0%: 19 to 31<br>Without the order: 0"
    assert "of the week" in next(each.text for each in drawn(step=period.WEEK).data if each.text is not None)[0]


@pytest.mark.parametrize("on_hand", [0.0, 25.0, 1e6])
def test_the_axis_holds_everything_from_zero_on(on_hand):
    figure = drawn(on_hand=on_hand)
    low, high = figure.layout.yaxis.range
    assert low == 0
    assert high > max(np.nanmax(np.asarray(each.y, dtype=float)) for each in figure.data)


def test_an_order_beyond_the_picture_is_not_marked():
    assert not any("Delivery" in text for text in said(drawn(order=(9, 30.0))))
