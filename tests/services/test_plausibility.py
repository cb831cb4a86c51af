"""Before a merge: single values go through with a note, a shifted level and other keys are asked about, and everything can be taken back."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from forecasting.core.errors import QuestionsOpen
from forecasting.core.plausibility.findings import LargeValue
from forecasting.core.plausibility.mends import NOTHING_MENDED, Mends
from forecasting.intake.answers import Answers
from forecasting.services import submissions, take_back
from forecasting.services.submissions import Submission
from forecasting.storage.sales.table import Dataset
from forecasting.storage.workspace import Workspace

DAYS = pd.date_range("2026-01-01", periods=60)
NAMES = ("Baguette", "Croissant", "Rolls", "Tea")


def lines(days, times=1):
    rows = ((day, name, times * (12 + (day.day + place) % 5)) for day in days for place, name in enumerate(NAMES))
    return "date,product_id,sales\n" + "".join(f"{day:%Y-%m-%d},{name},{units}\n" for day, name, units in rows)


def send(ws, text, *accept, name="sales.csv", mends=NOTHING_MENDED):
    sent = Submission(content=text.encode(), name=name, answers=Answers(accept=frozenset(accept), mends=mends), alone=True)
    return submissions.merge(ws, sent)


@pytest.fixture
def ws(tmp_path):
    workspace = Workspace(tmp_path)
    send(workspace, lines(DAYS), name="first.csv")
    return workspace


def test_a_nightly_push_with_one_large_day_goes_through_with_a_note(ws):
    night = lines([pd.Timestamp("2026-03-04")]).replace("Tea,12", "Tea,4800").replace("Tea,14", "Tea,4800")
    assert "4800" in night
    checked, merged = send(ws, night)
    [note] = checked.understood.notes
    assert note.startswith("1 value far beyond what was ever sold: 4,800 on 4 Mar 2026,")
    assert note.endswith("times the usual Wednesday of Tea. Correct what is a mistake.")
    assert merged.counts() == {"new": 4, "changed": 0, "unchanged": 0}


def test_a_shift_of_the_level_is_refused_until_it_is_accepted(ws):
    cents = lines(pd.date_range("2026-03-02", periods=5), times=100)
    for ask in (submissions.preview, submissions.merge):
        with pytest.raises(QuestionsOpen, match=r"are about 100 times what they were.*\n  --accept level "):
            ask(ws, Submission(content=cents.encode(), name="cents.csv", alone=True))
    assert Dataset(ws).version == 1
    assert send(ws, cents, "level")[1].new == 20
    assert send(ws, cents)[1].counts() == {"new": 0, "changed": 0, "unchanged": 20}


def test_other_keys_are_refused_until_accepted_and_then_begin_anew_until_taken_back(ws):
    by_store = "date,product_id,store,sales\n" + "".join(f"{day:%Y-%m-%d},Tea,North,5\n" for day in DAYS[:5])
    before = Dataset(ws).read()
    asked = r"tells sales apart by store.*\n  --accept keys .* 240 saved rows of 1 Jan 2026 to 1 Mar 2026 put aside"
    with pytest.raises(QuestionsOpen, match=asked) as refused:
        send(ws, by_store)
    assert [question["kind"] for question in refused.value.understood["questions"]] == ["keys"]
    _, merged = send(ws, by_store, "keys", name="stores.csv")
    assert str(merged).endswith("put aside; taking this upload back brings them back.")
    assert len(Dataset(ws).read()) == 5
    send(ws, by_store.replace("North", "South"), name="more.csv")
    assert len(take_back.step_back(ws, 1, alone=True).gone) == 0
    assert len(take_back.step_back(ws, 3, alone=True).sales) == 5
    take_back.take_back(ws, alone=True)
    take_back.take_back(ws, alone=True)
    pd.testing.assert_frame_equal(Dataset(ws).read(), before)


def test_what_was_mended_holds_when_the_file_is_read_again_and_a_note_says_it(ws):
    tenth, mend = date(2026, 3, 10), LargeValue(("Tea", "", ""), date(2026, 3, 10), 4800, 14).mended(None)
    checked, _ = send(ws, lines([pd.Timestamp(tenth)]).replace("Tea,15", "Tea,4800"), mends=Mends(values=(mend,)))
    assert checked.understood.notes[-1] == "1 value mended: 4,800 on 10 Mar 2026 of Tea left out."
    without = take_back.step_back(ws, 1, alone=True).sales
    assert without["product_id"].tolist() == ["Baguette", "Croissant", "Rolls"]
