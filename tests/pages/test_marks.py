"""Days that stand out on a chart, and the price of a product."""

from __future__ import annotations

import numpy as np
import pandas as pd
import panels

from forecasting.analysis.day_marks import CLOSED, HOLIDAY, PROMOTION, DayMark
from forecasting.core import schema
from pages.charts import marks, price, style

LAST = pd.Timestamp("2026-11-21")


def figure():
    drawn = style.blank(300)
    days = pd.date_range(end=LAST, periods=60)
    drawn.add_trace(style.curve(schema.SALES, days, np.full(60, 10.0)))
    return drawn.update_yaxes(range=[0, 12])


def mark(kind, day, name="x"):
    return DayMark(kind, pd.Timestamp(day), pd.Timestamp(day), name)


def test_each_kind_has_its_sign_and_names_have_room():
    days = [mark(HOLIDAY, "2026-11-01", "<b>All Saints</b>"), mark(PROMOTION, "2026-11-03", "Promotion"), mark(CLOSED, "2026-11-15", "Closed")]
    drawn = marks.add_marks(figure(), [*days, mark(HOLIDAY, "2027-01-01", "New Year")])
    signs = {trace.name: (trace.marker.symbol, len(trace.x)) for trace in drawn.data[1:]}
    assert signs == {"Holiday": ("circle-open", 1), "Promotion": ("triangle-up", 1), "Closed": ("line-ew-open", 1)}
    assert [annotation.text for annotation in drawn.layout.annotations] == ["&lt;b&gt;All Saints…"]
    assert drawn.data[2].text == ("Promotion, Tue 3 Nov",)
    assert drawn.layout.yaxis.range == (0, 1.1 * 12)


def test_names_do_not_meet_the_last_day_of_sales():
    drawn = figure()
    style.mark_day(drawn, LAST, "Last sales 21 Nov")
    marks.add_marks(drawn, [mark(PROMOTION, "2026-11-03", "Promotion")])
    assert [(each.text, each.yshift) for each in drawn.layout.annotations] == [("Last sales 21 Nov", -marks.STEP), ("Promotion", None)]


def test_names_may_be_left_to_the_legend():
    assert marks.add_marks(figure(), [mark(PROMOTION, "2026-11-03", "Promotion")], names=False).layout.annotations == ()


def test_without_marks_a_figure_stays_as_it_is():
    assert marks.add_marks(figure(), [mark(HOLIDAY, "2027-01-01")]).layout.yaxis.range == (0, 12)


def test_a_price_is_grey_as_it_was_and_blue_as_it_is_assumed():
    known = panels.panel({"a": np.full(40, 5.0), "b": np.full(40, 5.0)}, drivers={schema.PRICE: np.tile(np.append(np.full(40, 2.0), 3.0), (2, 1))})
    drawn = price.price(known, np.array([0, 1]), 7)
    assert [(trace.name, trace.y[-1]) for trace in drawn.data] == [("Price", 2.0), ("Assumed", 3.0)]
    assert price.price(panels.panel({"a": np.full(40, 5.0)}), np.array([0]), 7) is None
