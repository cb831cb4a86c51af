"""The Forecast page asked what if: other prices, promotions and closed days."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from app_driver import chart, curves, numbers, opened, texts

from forecasting.analysis.what_if import EVERY_DAY, WhatIf
from forecasting.services import versions
from forecasting.services.forecasts import Plan
from pages.components.inventory import plan
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
    assert drawn["Current"]["line"]["color"] != drawn["Blend"]["line"]["color"]


def test_the_questions_lie_beside_the_chart_and_stay_open_while_one_is_asked(watching):
    assert [(each.label, each.proto.expanded) for each in opened("forecast").expander if each.label == "What if"] == [("What if", False)]
    at = opened("forecast", whatif_promo="Always")
    assert next(each for each in at.expander if each.label == "What if").proto.expanded
    assert "What if" not in [each.proto.popover.label for each in at.get("popover")]


def test_orders_follow_a_what_if_until_they_are_told_not_to(watching):
    at = opened("forecast", product_id="Bread", whatif_promo="Always")
    offered = re.search(r"Orders change by ([+\d,]+) units, 1 product\.", texts(at).replace("\\", ""))
    at.button(key="whatif_order").click().run()
    version, asked = at.session_state[plan.PLAN]
    assert (version, asked) == (1, Plan((("product_id", "Bread"),), WhatIf(promo=EVERY_DAY)))
    usual, planned = opened("orders"), opened("orders", session={plan.PLAN: (version, asked)})
    assert "These orders assume it for Bread." in texts(planned)
    ordered = [each.dataframe[0].value.set_index("name")["order_quantity"] for each in (usual, planned)]
    bread = ordered[0].index.str.startswith("Bread")
    assert (ordered[1][bread] > ordered[0][bread]).all()
    assert offered
    assert float(offered[1].replace(",", "")) == ordered[1].sum() - ordered[0].sum()
    assert (ordered[1][ordered[0].index[~bread]] == ordered[0][~bread]).all()
    for product, said in (("Bread", True), ("Soap", False)):
        page = texts(opened("product", product=product, session={plan.PLAN: (version, asked)}))
        assert (markdown.plain(offered[0]) in page, "What if: promotions every day" in page) == (said, said)
    planned.button(key="inventory_without_plan").click().run()
    assert "These orders assume" not in texts(planned)
    assert planned.dataframe[0].value["order_quantity"].tolist() == usual.dataframe[0].value["order_quantity"].tolist()


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
