"""Figures that are drawn once for many windows."""

from __future__ import annotations

import past_ensembles as past
import plotly.graph_objects as go
import plotly.io
import plotly.tools
import pytest

from forecasting.core import notation
from forecasting.services import views
from pages.charts import drawn, forecast

CURVES = ("blend", "band_80")


@pytest.fixture
def view():
    yield views.view(past.sparse(), {}, 14)
    views.forget()


def sent(figure):
    """What a browser gets, as Streamlit makes it."""
    return plotly.io.to_json(plotly.tools.return_figure_from_figure_or_data(figure, validate_figure=True), validate=False)


def test_a_figure_that_is_kept_is_sent_as_if_it_were_drawn_anew(view):
    for curves in (CURVES, ("blend",)):
        assert sent(drawn.once(view, forecast.forecast, view, curves, 300)) == sent(forecast.forecast(view, curves, 300))


def test_nobody_can_change_what_others_see(view):
    first = drawn.once(view, forecast.forecast, view, CURVES)
    first.to_dict()["data"].clear()
    assert drawn.once(view, forecast.forecast, view, CURVES).to_dict()["data"] == first.to_dict()["data"] != []


def test_each_notation_has_its_own_figure_and_each_is_drawn_once(view):
    asked = []

    def draw(shown):
        asked.append(shown)
        return go.Figure(layout={"separators": notation.current().decimal_style})

    for style in ("1.234,5", "1,234.5", "1.234,5"):
        with notation.using(notation.Notation(decimal_style=style)):
            assert drawn.once(view, draw, view).to_dict()["layout"]["separators"] == style
    assert len(asked) == 2
