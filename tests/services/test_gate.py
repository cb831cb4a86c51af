"""What a new version is compared with, and what becomes of it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import shop_workspaces as shops
from champions import ahead, bent, version
from saved_shops import unpacked

from forecasting.__main__ import main
from forecasting.analysis.champion import decision
from forecasting.analysis.champion.pair import Pair
from forecasting.core import schema
from forecasting.core.period import DAY, WEEK
from forecasting.core.shop_settings import ShopSettings
from forecasting.services import gate, gate_money, submissions, versions
from forecasting.services import sales as sales_service
from forecasting.storage.settings import settings_store
from forecasting.storage.versions.store import Versions
from forecasting.training.backtest import Backtest


@pytest.fixture(scope="module")
def live(small):
    """The live version of the small shop, and its manifest."""
    return versions.load(small, 1), versions.manifest(small, 1)


def examined(ws, version, facts, rule="if-not-worse", **options):
    return gate.examine(ws, version, facts, rule, **options)


def test_a_version_like_the_live_one_goes_live_and_one_of_twice_as_much_is_held(small, live):
    version, facts = live
    same = examined(small, version, facts)
    assert (same.held, same.champion, same.reason) == (False, 1, "Goes live: same recipe, no later sales. Nothing speaks against it.")
    twice = examined(small, bent(version, 2.0), facts)
    assert (twice.held, twice.champion, twice.same_recipe) == (True, 1, True)
    assert twice.reason.startswith(
        "Held: all products together are forecast 100\u00a0% higher than by version 1 on the same 7 days, while the latest"
    )
    json.dumps(twice.facts(), allow_nan=False)


def test_the_first_version_goes_live_whatever_it_says(home, live):
    version, facts = live
    assert examined(home, bent(version, 100.0), facts, "ask").reason == "Goes live: it is the first version."


def test_a_damaged_live_version_protects_nothing(quick_shop, live):
    version, facts = live
    (quick_shop.versions / "0001" / "health.parquet").write_bytes(b"?")
    found = examined(quick_shop, bent(version, 2.0), facts, "ask")
    assert (found.held, found.champion) == (False, None)
    assert found.reason == "Goes live: version 1, which is live, cannot be served."
    assert found.notes == (
        "Version 1 is damaged: health.parquet does not match its manifest. Put it back from a backup, or retrain to publish a new one.",
    )


def test_versions_of_other_series_or_periods_are_never_compared(small, live):
    version, facts = live
    series = version.panel.series.assign(**{schema.UNIQUE_ID: [f"other {row}" for row in range(len(version.panel))]})
    other = replace(version, panel=replace(version.panel, series=series))
    assert (
        examined(small, bent(other, 9.0), facts, "ask").reason == "Goes live: it shares no series with version 1, so that the two are not compared."
    )
    weekly = replace(version, panel=replace(version.panel, period=WEEK))
    assert examined(small, weekly, facts).reason == "Goes live: version 1 has daily sales, so that the two are not compared."


def test_fewer_sales_are_held_unless_an_upload_was_taken_back(quick_shop, live):
    version, facts = live
    shops.merge(quick_shop, shops.sales(150, seed=1).query("product_id in ('Bread', 'Tea')"))
    before = facts | {"sales_version": facts["sales_version"] + 1}
    fewer = facts | {"rows": facts["rows"] // 2}
    assert [check.check for check in examined(quick_shop, version, fewer).checks if check.held] == ["sales"]
    publish_again(quick_shop, before)
    now = sales_service.undo(quick_shop, None)
    assert now.undone
    fewer["sales_version"] = before["sales_version"] + 1
    assert not examined(quick_shop, version, fewer).held


def publish_again(ws, facts):
    """Makes version 1 live once more, as version 2, with other facts."""

    def write(folder):
        for path in (ws.versions / "0001").iterdir():
            if path.name != "manifest.json":
                (folder / path.name).write_bytes(path.read_bytes())
        return facts

    Versions(ws.versions).publish(write)


@pytest.mark.parametrize("name", ["shop_1", "shop_2", "shop_3", "shop_4", "shop_5"])
def test_versions_of_every_release_are_champions(name, tmp_path):
    ws = unpacked(name, tmp_path)
    version, facts = versions.load(ws, 1), versions.manifest(ws, 1)
    later = facts | {"code": "99"}
    assert not examined(ws, version, later).held
    assert examined(ws, ahead(version, version.line * 3), later).held


def test_money_is_compared_where_there_are_prices():
    def priced(ensemble, factor):
        past = ensemble.past
        f = past.yhat[schema.BLEND] * factor
        panel = replace(ensemble.panel, drivers={schema.PRICE: np.full(ensemble.panel.sales.shape, 2.0)})
        return replace(ensemble, panel=panel, past=Backtest(past.cutoffs, past.y, {**past.yhat, schema.BLEND: f}))

    wrong = np.tile([[[0.5]], [[1.6]]], (3, 1, 1))  # too low and too high in turn: a level that the other cutoffs do not tell
    right, worse = priced(version(), 1.0), priced(version(), wrong)
    for challenger, costs_more in ((right, False), (worse, True)):
        pair = Pair(7, right, challenger)
        found = gate_money.compared(pair, decision.common_cutoffs(pair, same_recipe=False))
        assert (len(found.cutoffs), found.mean > 0.1, found.note) == (6, costs_more, gate_money.ASSUMED)
    assert gate_money.compared(Pair(7, version(), version()), []) is None
    assert [gate_money._judged(horizon, DAY) for horizon in (7, 9, 22, 23, 28)] == [0, 9, 16, 23, 23]


def test_the_rule_is_the_shops_and_where_it_is_damaged_the_one_before(home):
    assert gate.chosen_rule(home) == "if-not-worse"
    store = settings_store(home)
    store.save(ShopSettings(go_live="always"), "Ada")
    store.save(ShopSettings(go_live="ask"), "Ada")
    assert gate.chosen_rule(home) == "ask"
    store.path(2).write_text("?")
    assert gate.chosen_rule(home) == "always"


@pytest.mark.parametrize(
    ("gate_says", "said"),
    [
        ({"held": False, "challenger": False, "reason": "Goes live."}, "Version 2 is live: 4 series, error 9.8 %, 0 with a simpler model.\n"),
        (
            {"held": True, "challenger": False, "reason": "Held: store South is lost."},
            "Version 2 is not live: 4 series, error 9.8 %, 0 with a simpler model. Held: store South is lost. To serve it: shelfcast live 2\n",
        ),
    ],
)
def test_on_the_command_line_a_held_version_is_an_answer_and_no_failure(home, monkeypatch, capsys, gate_says, said):
    from forecasting.entrypoints.cli import progress_bar
    from forecasting.storage.versions import gate_facts

    manifest = {"version": 2, "series": 4, "simpler": 0, "metrics": {"wape": 0.098}, "gate": gate_says}
    asked = []
    monkeypatch.setattr(submissions, "retrain", lambda _, __, ___, options, **____: asked.append(options) or 1)
    monkeypatch.setattr(progress_bar, "follow", lambda *_: gate_facts.answer(manifest))
    assert main(["retrain", "--json", "--challenger"]) == 0
    out, err = capsys.readouterr()
    assert [options.challenger for options in asked] == [True]
    assert err == said
    assert {name: json.loads(out)[name] for name in ("held", "reason")} == {"held": gate_says["held"], "reason": gate_says["reason"]}
