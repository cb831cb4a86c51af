"""An order by two forecasts: what the days that it covers were expected to sell before, and what that would have ordered."""

from __future__ import annotations

import numpy as np
import pytest
from version_pairs import again, publish_again, with_trend

from forecasting.inventory.policy import Policy
from forecasting.inventory.stock.state import GivenStock
from forecasting.services import changed_orders, ordering, versions
from pages.components.why import order_link


def orders_of(ensemble):
    return ordering.recommend(ensemble, GivenStock.nothing(len(ensemble.panel)), Policy(lead_time=3, review_period=4), {})


def test_an_order_is_held_against_what_was_expected_of_its_days_before(shop, fresh_caches):
    first = versions.load(shop, 1)
    publish_again(shop, again(first))
    second = publish_again(shop, again(first, models=with_trend(first, 1.3)))
    orders = orders_of(versions.load(shop, second))
    place = int(orders.table["expected"].argmax())
    change = changed_orders.changed(shop, second, orders, place)
    old = versions.load(shop, 2)
    assert (change.before, change.days, change.last) == (2, 7, old.panel.ahead(7)[-1])
    assert change.was == pytest.approx(old.expected[orders.rows[place], :7].sum())
    assert change.expected == pytest.approx(orders.ensemble.expected[orders.rows[place], :7].sum())
    assert change.quantity_was < change.quantity == orders.table["order_quantity"][place]
    assert change.quantity - change.quantity_was == pytest.approx(change.expected - change.was, abs=orders.table["pack_size"][place])
    assert f"{change.was:,.0f} by v2." in order_link.sentence(change)


def test_without_a_version_before_or_one_that_looked_as_far_nothing_is_said(shop, fresh_caches):
    first = versions.load(shop, 1)
    assert changed_orders.changed(shop, 1, orders_of(first), 0) is None
    second = publish_again(shop, again(first))
    (shop.versions / "0001" / "forecast.parquet").write_bytes(b"no")
    assert changed_orders.changed(shop, second, orders_of(versions.load(shop, second)), 0) is None
    assert np.isfinite(orders_of(first).table["order_quantity"]).all()
