"""Workspaces as earlier releases saved them: they load, and serve what they served then.

`shop_1` reads its version's sales from the sales table, `shop_2` from the version's own folder; `shop_3` has boosted trees;
`shop_4` expects other sums than its line of goods that sell on few days, hands a history on by a factor, and records what served;
`shop_5` has suppliers, an order that was changed, placed and received in part, a stock with its day, money, and what its version published;
`shop_6` keeps the panel of its version, and answers that were worked out when it was published.
"""

from __future__ import annotations

import io
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from saved_shops import log, unpacked

from forecasting.core.errors import InputError, SalesDamaged, VersionDamaged
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock.state import GivenStock
from forecasting.services import (
    forecasts,
    ordering,
    orders,
    past_checks,
    product_links,
    retraining,
    sales,
    serving_record,
    shop_settings,
    suppliers,
    versions,
)
from forecasting.services.orders import Wish
from forecasting.services.verification.verify import verify
from forecasting.storage.sales import log_copies


@pytest.fixture(params=["shop_1", "shop_2", "shop_3", "shop_4", "shop_5", "shop_6"])
def saved(request, tmp_path):
    return unpacked(request.param, tmp_path)


@pytest.fixture
def first(tmp_path):
    return unpacked("shop_1", tmp_path)


@pytest.fixture
def second(tmp_path):
    return unpacked("shop_2", tmp_path)


def forecasts_as_it_did(ws):
    """Checks the columns that there were; later releases may add some."""
    found, expected = forecasts.forecast_csv(versions.load(ws, 1), {}, 7), pd.read_csv(ws.home / "forecast.csv")
    pd.testing.assert_frame_equal(pd.read_csv(io.BytesIO(found))[list(expected)], expected, rtol=1e-3)


def test_a_saved_workspace_loads_and_forecasts_as_on_the_day_it_was_saved(saved):
    serving = versions.serving(saved)
    assert (serving.version, serving.refused) == (1, ())
    forecasts_as_it_did(saved)


def test_the_trees_of_a_version_that_has_them_answer_as_they_did(tmp_path):
    made = versions.load(unpacked("shop_3", tmp_path), 1)
    assert made.names == ("prophet", "lstm", "trees", "seasonal_naive")
    np.testing.assert_allclose(made.models["trees"].predict(made.cleaned, 7), made.yhat["trees"], rtol=1e-6)


def test_a_version_with_an_expected_mean_still_tells_it_apart_from_its_line(tmp_path):
    ws = unpacked("shop_4", tmp_path)
    made = versions.load(ws, 1)
    assert dict(zip(made.panel.unique_ids, made.apart.tolist(), strict=True)) == {"Bread": False, "Hinge": True, "Rope 10 m": True}
    said = pd.read_csv(ws.home / "forecast.csv").groupby("product_id")["expected"].sum()
    np.testing.assert_allclose(said, made.expected.sum(axis=1), rtol=1e-3)
    [link] = product_links.links(ws).links
    assert (link.old, link.new, link.factor) == ("Rope 5 m", "Rope 10 m", 0.5)
    assert serving_record.served(ws)["why"] == "retrain"


def test_a_shop_with_orders_goes_on_where_it_was(tmp_path):
    ws = unpacked("shop_5", tmp_path)
    [order] = orders.listed(ws)
    [line] = order.lines
    assert (order.supplier, order.state, line.quantity, line.recommended, line.received) == ("Hansen", "partly_received", 120, 114, 12)
    assert (line.reason, orders.receive(ws, order.id, Wish(by="Anna", key="rest")).state) == ("Large order", "received")
    assert [each.name for each in suppliers.sourcing(ws).suppliers] == ["Hansen"]
    assert shop_settings.state(ws).values.currency == "EUR"
    assert ws.published.is_dir()
    assert not list(verify(ws).findings)


def test_a_saved_workspace_remembers_its_uploads(saved):
    assert [upload.name for upload in sales.uploads(saved)] == ["sales.csv"]
    sales.undo(saved)
    assert not sales.has_sales(saved)


@pytest.mark.parametrize(
    "harm", [lambda ws: shutil.rmtree(ws.sales), lambda ws: log(ws).write_bytes(b"?"), sales.undo], ids=["gone", "damaged", "undone"]
)
def test_a_version_serves_whatever_happens_to_the_sales_table(second, harm):
    harm(second)
    forecasts_as_it_did(second)


def test_a_version_without_sales_of_its_own_serves_from_an_older_state_of_the_table(first):
    sales.undo(first)
    forecasts_as_it_did(first)


def test_a_version_without_sales_of_its_own_names_what_is_wrong_with_the_table(first):
    whole = log(first).read_bytes()
    log(first).write_bytes(b"?")
    with pytest.raises(SalesDamaged, match=f"{log(first).name} is damaged"):
        versions.load(first, 1)
    log(first).unlink()
    with pytest.raises(VersionDamaged, match="sales version 1 does not match its manifest"):
        versions.load(first, 1)
    content = b"date,product_id,region,sales\n2026-01-01,Bread,North,5\n"
    table = sales.inspect(content, "other.csv")
    assert sales.merge(first, content, "other.csv", sales.check(table, sales.guess(table))).version == 1
    with pytest.raises(VersionDamaged, match="sales version 1 does not match its manifest"):
        versions.load(first, 1)
    log(first).write_bytes(whole)
    shutil.rmtree(first.sales / log_copies.FOLDER)
    forecasts_as_it_did(first)


def test_a_damaged_table_starts_no_retrain_and_the_version_serves(second):
    log(second).write_bytes(b"")
    for act in (sales.has_sales, sales.undo, sales.uploads, lambda ws: retraining.start_retrain(ws, versions.settings(ws))):
        with pytest.raises(SalesDamaged, match="upload that file again"):
            act(second)
    assert versions.serving(second).version == 1
    forecasts_as_it_did(second)
    log(second).unlink()
    with pytest.raises(InputError, match="no sales yet"):
        retraining.start_retrain(second, versions.settings(second))


def test_answers_that_a_version_keeps_are_those_that_it_works_out(tmp_path):
    ws = unpacked("shop_6", tmp_path)
    made, counted = versions.load(ws, 1), past_checks.counted(ws, 1)
    assert (made.learned.has(7), made.learned.has_past(7), made.tidy is not None, counted is not None) == (True, True, True, True)
    anew, nothing = replace(made, learned=None, tidy=None), GivenStock.nothing(len(made.panel))
    kept, wanted = ordering.recommend(made, nothing, Policy(), {}, counted=counted), ordering.recommend(anew, nothing, Policy(), {})
    pd.testing.assert_frame_equal(kept.table, wanted.table, rtol=1e-6)
    pd.testing.assert_frame_equal(kept.past_check.series, wanted.past_check.series, rtol=1e-6)
    np.testing.assert_allclose(made.cleaned.sales, anew.cleaned.sales)
