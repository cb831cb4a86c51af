"""Products that gain and lose, and the series of each product."""

from __future__ import annotations

import numpy as np
import past_ensembles
import pytest

from forecasting.analysis import movers, product_groups
from forecasting.core import schema
from forecasting.core.errors import NotFound
from forecasting.training.reasons import STOPPED

PRODUCTS = ["Bun", "Bun", "Cake", "Pie", "Roll", "Tart"]


@pytest.fixture
def ensemble():
    """Six series of five products that sold 10 a day; ahead they sell 20, 20, 4, 0, 10 and 11."""
    y = np.full((2, 6, 7), 10.0)
    health = {schema.MODEL: [schema.BLEND] * 3 + [STOPPED] + [schema.BLEND] * 2}
    series = {schema.PRODUCT: PRODUCTS, schema.STORE: ["N", "S", "N", "N", "N", "N"]}
    ensemble = past_ensembles.ensemble(y, y, health=health, series=series)
    ensemble.yhat[schema.BLEND][:] = np.array([20.0, 20.0, 4.0, 0.0, 10.0, 11.0])[:, None]
    return ensemble


def test_products_gain_and_lose_by_units_and_those_no_longer_sold_are_left_out(ensemble):
    gaining, losing = movers.movers(ensemble, 7, 5)
    assert gaining[["product", "change", "units"]].to_numpy().tolist() == [["Bun", 140.0, 280.0], ["Tart", 7.0, 77.0]]
    assert losing[["product", "change"]].to_numpy().tolist() == [["Cake", -42.0]]
    assert gaining.relative.tolist() == [1.0, pytest.approx(0.1)]
    assert gaining.spark[0].tolist() == [20.0] * 7 + [40.0] * 7


def test_a_product_that_sold_nothing_before_has_no_percentage(ensemble):
    ensemble.panel.sales[2] = 0.0
    gaining, losing = movers.movers(ensemble, 7, 1)
    assert (gaining["product"].tolist(), len(losing)) == (["Bun"], 0)
    assert movers.movers(ensemble, 7, 5)[0].set_index("product").relative.isna().to_dict() == {"Bun": False, "Cake": True, "Tart": False}


def test_a_shop_in_which_nothing_is_sold_any_more_has_no_movers(ensemble):
    ensemble.health[schema.MODEL] = STOPPED
    assert [len(table) for table in movers.movers(ensemble, 7, 5)] == [0, 0]


def test_a_product_has_all_its_series(ensemble):
    of = product_groups.groups(ensemble.panel, np.array([5, 1, 2, 0]))
    assert of.names.tolist() == ["Bun", "Cake", "Tart"]
    assert of.sums(np.arange(4.0)[:, None] * 0 + of.rows[:, None]).ravel().tolist() == [1, 2, 5]
    assert product_groups.filters_of(ensemble.panel, "Bun") == {schema.PRODUCT: "Bun"}
    with pytest.raises(NotFound, match="No product is called Bünchen"):
        product_groups.filters_of(ensemble.panel, "Bünchen")


def test_without_a_product_column_each_series_counts_as_one():
    y = np.full((2, 2, 7), 10.0)
    by_store = past_ensembles.ensemble(y, y, series={schema.REGION: ["N", "N"], schema.STORE: ["1", "2"]}).panel
    assert product_groups.labels(by_store).tolist() == ["N, 1", "N, 2"]
    assert product_groups.filters_of(by_store, "N, 2") == {schema.REGION: "N", schema.STORE: "2"}
    alike = past_ensembles.ensemble(y, y, series={schema.REGION: ["a, b", "a"], schema.STORE: ["c", "b, c"]}).panel
    assert len(set(product_groups.labels(alike))) == 2
    whole = past_ensembles.ensemble(y[:, :1], y[:, :1], series={"category": ["Food"]}).panel
    assert (product_groups.labels(whole).tolist(), product_groups.filters_of(whole, "All sales")) == (["All sales"], {})
