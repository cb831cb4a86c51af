"""The Upload page shows what to check before a merge, and asks where everything would shift."""

from __future__ import annotations

import pandas as pd
import pytest
from app_driver import opened, texts

from forecasting.services import sales, workspaces
from forecasting.storage.sales.table import Dataset

pytestmark = pytest.mark.usefixtures("fresh_caches")

DAYS = pd.date_range("2026-01-01", periods=40)
NAMES = ("Croissant", "Rolls", "Tea")


def lines(days, times=1):
    rows = ((day, name, times * (20 + (day.day + place) % 5)) for day in days for place, name in enumerate(NAMES))
    return "date,product_id,sales\n" + "".join(f"{day:%Y-%m-%d},{name},{units}\n" for day, name, units in rows)


@pytest.fixture
def saved():
    table = sales.inspect(lines(DAYS).encode(), "first.csv", alone=True)
    ws = workspaces.workspace()
    sales.merge(ws, lines(DAYS).encode(), "first.csv", sales.check(table, sales.guess(table)))
    return ws


def upload(text):
    at = opened("upload")
    at.file_uploader[0].upload("night.csv", text.encode()).run()
    assert not at.exception
    return at


def test_findings_stand_in_a_tab_and_questions_come_before_the_merge(saved):
    at = upload("date,product_id,sales\n2026-02-10,Tea,9000\n2026-02-10,Rols,22\n")
    assert "Please check (2)" in [tab.label for tab in at.tabs]
    [table] = [each.value for each in at.dataframe if "Please check" in each.value]
    assert table[["Please check", "Name", "In this file"]].to_numpy().tolist() == [
        ["Far beyond the usual", "Tea", "9,000"],
        ["A new name nearly as a saved one", "Rols", "Rols"],
    ]
    assert not at.button(key="merge_only").disabled


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (lines([DAYS[-1] + pd.Timedelta(days=each) for each in (1, 2, 3)], times=100), "about 100 times what they were"),
        ("date,product_id,store,sales\n2026-02-10,Tea,North,20\n", "tells sales apart by store"),
    ],
)
def test_a_shift_and_other_keys_wait_for_an_answer(saved, text, asked):
    at = upload(text)
    assert asked in texts(at)
    assert at.button(key="merge_only").disabled
    at.radio[0].set_value("level" if "100" in asked else "keys").run()
    at.button(key="merge_only").click().run()
    assert not at.exception
    assert Dataset(saved).version == 2
