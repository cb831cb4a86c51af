"""The shadow behind the live version, from files: what is graded, what is advised, and what is done by itself."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import shop_workspaces as shops

from forecasting.__main__ import main
from forecasting.core import schema
from forecasting.core.retention import Retention
from forecasting.core.shop_settings import ShopSettings
from forecasting.services import retention, serving_record, shadow
from forecasting.storage.settings import settings_store
from forecasting.storage.versions.store import Versions
from forecasting.training.ensemble_files import FORECAST_FILE

LEVELS = {"Bread": 40.0, "Cake": 15.0, "Soap": 8.0}
FIRST = {"day": pd.Timestamp(2026, 1, 5), "week": pd.Timestamp(2022, 1, 3), "month": pd.Timestamp(2008, 1, 1)}


def dates(count, period="day"):
    return pd.date_range(FIRST[period], periods=count, freq={"day": "D", "week": "7D", "month": "MS"}[period])


def sell(ws, count, period="day"):
    """Saves what the products sold on the first days."""
    random = np.random.default_rng(5)
    rows = [(day, name, random.poisson(level)) for name, level in LEVELS.items() for day in dates(200, period)]
    table = pd.DataFrame(rows, columns=["date", "product_id", "sales"])
    shops.merge(ws, table[table["date"] < dates(count + 1, period)[-1]], f"{count}.csv")


def publish(ws, factor, *, known=100, horizon=60, period="day", gate=None):
    """A version that knows the first days, and forecasts so many times the truth."""

    def write(folder):
        days = dates(known + horizon, period)
        parts = [pd.DataFrame({schema.UNIQUE_ID: name, schema.DS: days[known:], schema.BLEND: level * factor}) for name, level in LEVELS.items()]
        pd.concat(parts).to_parquet(folder / FORECAST_FILE, index=False)
        settings = {"horizon": horizon * {"day": 1, "week": 7, "month": 31}[period]}
        facts = {"sales_to": f"{days[known - 1]:%Y-%m-%d}", "period": period, "settings": settings, "series": 3, "metrics": {"wape": 0.1}}
        return {**facts, "gate": gate} if gate else facts

    return Versions(ws.versions).publish(write)


def test_a_live_version_that_turns_out_worse_is_advised_to_go(home):
    publish(home, 1.0)
    publish(home, 1.3)
    sell(home, 100)
    [none] = shadow.grades(home)
    assert (none.other, none.days, none.e, none.is_advised) == (1, 0, 1.0, False)
    sell(home, 128)
    [found] = shadow.grades(home)
    assert (found.live, found.other, found.role, found.days, found.is_advised) == (2, 1, "shadow", 28, True)
    assert found.sentence.startswith("Going back to version 1 is better beyond doubt: on the same 28 days version 2 missed by ")
    assert [(each["version"], each["state"]) for each in serving_record.listed(home)] == [(2, "live"), (1, "shadow")]


def test_the_evidence_goes_back_by_itself_only_where_the_settings_say_so(home):
    publish(home, 1.0)
    publish(home, 1.3)
    sell(home, 128)
    assert (shadow.act(home), serving_record.served(home)["version"]) == (None, 2)
    settings_store(home).save(ShopSettings(go_back="by_itself"), "Ada")
    assert shadow.act(home).other == 1
    told = serving_record.served(home)
    assert (told["version"], told["why"], told["by"]) == (1, "went_back", "shadow")
    assert shadow.act(home) is None


@pytest.mark.parametrize(("gate", "role"), [({"held": True}, "held"), ({"held": False, "challenger": True}, "challenger")])
def test_what_never_served_is_graded_too_and_let_in(home, gate, role):
    publish(home, 1.3)
    publish(home, 1.0, gate=gate)
    publish(home, 1.3, gate=gate)
    sell(home, 128)
    better, equal = shadow.grades(home)
    assert [(each.live, each.other, each.role, each.is_advised) for each in (better, equal)] == [(1, 2, role, True), (1, 3, role, False)]
    settings_store(home).save(ShopSettings(go_back="by_itself"), "Ada")
    shadow.act(home)
    assert (serving_record.served(home)["version"], serving_record.served(home)["why"]) == (2, "let_in")
    assert [each["state"] for each in serving_record.listed(home)] == [role, "live", "shadow"]


def test_what_served_last_knew_of_no_day_that_it_is_graded_on(home):
    publish(home, 1.0, known=100)
    publish(home, 1.0, known=101)
    publish(home, 5.0, known=110)
    sell(home, 110)
    assert shadow.grades(home)[0].ratio == 0
    sell(home, 112)
    assert shadow.grades(home)[0].ratio > 0
    assert shadow.grades(home)[0].days == 11


def test_weekly_sales_are_graded_in_weeks(home):
    publish(home, 1.0, known=60, horizon=13, period="week")
    publish(home, 1.5, known=60, horizon=13, period="week")
    sell(home, 72, "week")
    [found] = shadow.grades(home)
    assert (found.days, found.is_advised, shadow.not_applicable(home)) == (12, True, "")
    assert "on the same 12 weeks" in found.sentence


def test_monthly_sales_are_not_graded_and_that_is_said(home, capsys):
    for factor in (1.0, 1.5):
        publish(home, factor, known=30, horizon=3, period="month")
    sell(home, 32, "month")
    assert (shadow.grades(home), shadow.not_applicable(home)) == ((), shadow.BY_MONTHS)
    assert main(["shadow"]) == 0
    assert capsys.readouterr().out == f"{shadow.BY_MONTHS}\n"


def test_retention_leaves_the_shadow_and_what_took_its_place(home):
    for _ in range(6):
        publish(home, 1.0)
    store = Versions(home.versions)
    assert list(store.spare(2, graded=shadow.needed(home))) == list(retention.spare(home, Retention(versions=2)).versions) == [3, 4]
    assert list(store.prune(2, graded=shadow.needed(home))) == [3, 4]
    assert [each["state"] for each in serving_record.listed(home)] == ["live", "served", "pruned", "pruned", "served", "shadow"]


def test_a_damaged_shadow_is_not_graded(home):
    publish(home, 1.0)
    publish(home, 1.3)
    sell(home, 128)
    (home.versions / "0001" / FORECAST_FILE).write_bytes(b"?")
    assert shadow.grades(home) == ()


def test_the_command_line_says_how_the_shadow_does(home, capsys):
    publish(home, 1.0)
    assert main(["shadow"]) == 0
    assert capsys.readouterr().out == "Nothing is graded beside the live version yet.\n"
    publish(home, 1.3)
    sell(home, 128)
    assert main(["shadow"]) == 0
    assert capsys.readouterr().out == f"{shadow.grades(home)[0].sentence} To do that: shelfcast live 1\n"
    assert main(["shadow", "--json"]) == 0
    [told] = json.loads(capsys.readouterr().out)["shadows"]
    assert {name: told[name] for name in ("live", "other", "role", "days", "advised")} == {
        "live": 2,
        "other": 1,
        "role": "shadow",
        "days": 28,
        "advised": True,
    }
