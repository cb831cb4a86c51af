"""The Forecast page asked what if: other prices, promotions and closed days."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from app_driver import chart, curves, numbers, opened, texts

from forecasting.services import versions
from pages.components.shared import markdown

pytestmark = pytest.mark.usefixtures("fresh_caches")


@pytest.fixture
def with_price(watching, monkeypatch):
    """The same sales with a price that never changed."""

    def priced(ws, version, load=versions.load):
        made = load(ws, version)
        price = np.full(made.panel.sales.shape, 2.4)
        return replace(made, panel=replace(made.panel, drivers={**made.panel.drivers, "price": price}))

    monkeypatch.setattr(versions, "load", priced)


def total(at):
    return numbers(at)["Expected, 80 % range"]


def test_what_is_assumed_is_always_said(watching):
    said = texts(opened("forecast"))
    assert markdown.plain("Promotions: as usual (on") in said
    assert "What if" not in said


def test_promotions_every_day_raise_the_forecast_and_everything_that_shows_it(watching):
    before = opened("forecast", product_id="Bread", region="South")
    at = opened("forecast", product_id="Bread", region="South", whatif_promo="Always")
    assert not at.exception
    assert "What if: promotions every day" in texts(at)
    assert "compared with the current forecast" in texts(at)
    assert total(at) != total(before)
    assert at.dataframe[0].value["blend"].sum() > 1.1 * before.dataframe[0].value["blend"].sum()
    assert "Current" in curves(at)
    assert markdown.plain("Promotions:") not in texts(at)
    drawn = {trace["name"]: trace for trace in chart(at)["data"]}
    assert drawn["Current"]["line"]["width"] < drawn["Blend"]["line"]["width"]


def test_a_reset_brings_the_forecast_back(watching):
    at = opened("forecast", whatif_promo="Always")
    shown = total(at)
    at.button(key="whatif_reset").click().run()
    assert not at.exception
    assert total(at) == total(opened("forecast")) != shown
    assert "Current" not in curves(at)


def test_chosen_days_are_promoted_and_closed(watching):
    at = opened("forecast", product_id="Bread", region="South", whatif_promo="Choose")
    assert "no promotions" in texts(at)
    at.multiselect(key="whatif_days").set_value(["2026-07-02", "2026-07-03"]).run()
    at.multiselect(key="whatif_closed").set_value(["2026-07-04"]).run()
    assert "promotions on 2 Jul and 3 Jul, closed on 4 Jul" in texts(at)
    table = at.dataframe[0].value.set_index("ds")["blend"]
    assert table["2026-07-04"] == 0
    assert table["2026-07-03"] > table["2026-07-10"]
    assert at.get("download_button")[0].proto.label == "Download CSV"


def test_a_day_that_is_not_forecast_any_more_is_let_go(watching):
    at = opened("forecast", session={"whatif_closed": ["1999-01-01", "2026-07-04"]})
    assert "closed on 4 Jul" in texts(at)


def test_without_a_price_column_no_price_is_asked(watching):
    assert [slider.key for slider in opened("forecast").slider] == []


def test_a_price_that_never_changed_cannot_be_asked(with_price):
    at = opened("forecast", product_id="Bread", region="South", session={"whatif_price": -10})
    assert at.slider(key="whatif_price").disabled
    assert texts(at).count("Price never changed in these sales") == 2
    assert markdown.plain("Price: stays at 2.40") in texts(at)
    assert total(at) == total(opened("forecast", product_id="Bread", region="South"))


def test_one_series_says_why_its_models_have_their_shares(watching):
    said = texts(opened("forecast", product_id="Bread", region="South"))
    assert "One forecast, " in said
    assert "past forecasts" in said
    assert "past forecasts" not in texts(opened("forecast", product_id="Bread"))
