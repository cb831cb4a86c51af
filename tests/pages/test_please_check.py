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


def say(at, place, said):
    at.pills[place].set_value(said).run()
    assert not at.exception
    return at


def test_each_finding_is_right_or_mended_and_what_was_mended_is_kept_with_the_upload(saved):
    before = Dataset(saved).read()
    at = upload("date,product_id,sales\n2026-02-10,Tea,9000\n2026-02-10,Rols,9001\n2026-02-10,Croissant,21\n")
    assert "Please check (2)" in [tab.label for tab in at.tabs]
    assert [each.label[:5] for each in at.pills] == ["9,000", '\\"Rol']
    assert not at.button(key="merge_only").disabled
    say(at, 1, "saved")
    assert [each.label[:5] for each in at.pills] == ["9,001", "9,000", '\\"Rol']
    say(at, 1, "usual")
    say(at, 0, "another")
    assert at.button(key="merge_only").disabled
    at.number_input(key=at.pills[0].key + "_units").set_value(19.0).run()
    at.button(key="merge_only").click().run()
    assert not at.exception
    assert "3 new rows. 3 things mended." in texts(at)
    after = Dataset(saved).read()
    tenth = after[after["date"] == pd.Timestamp("2026-02-10")]
    assert tenth[["product_id", "sales"]].to_numpy().tolist() == [["Croissant", 21.0], ["Rolls", 19.0], ["Tea", 22.0]]
    [night, _] = sales.uploads(saved)
    assert sales.mended(night) == [
        '"Rols" is "Rolls"',
        "19 in place of 9,001 on 10 Feb 2026 of Rolls",
        "22 in place of 9,000 on 10 Feb 2026 of Tea",
    ]
    sales.undo(saved)
    pd.testing.assert_frame_equal(Dataset(saved).read(), before)


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
