"""The Upload page reads a file as the last one of its header was, says so, and asks anew where a person wants that."""

from __future__ import annotations

import pytest
from app_driver import opened, texts

from forecasting.intake.answers import Answers
from forecasting.services import profiles, submissions, workspaces
from forecasting.services.submissions import Submission

pytestmark = pytest.mark.usefixtures("fresh_caches")
MAY = "Datum;Artikel;Ort;Menge;Status\n" + "".join(f"0{day}/05/2026;Tee;Markt;{day};{state}\n" for day in (4, 5, 6) for state in ("paid", "void"))


def test_a_file_like_the_last_one_is_read_as_that_was_until_somebody_wants_to_be_asked():
    ws = workspaces.workspace()
    said = Answers(date_order="day", duplicates="sum", leave_out=(("Status", "void"),))
    submissions.merge(ws, Submission(content=MAY.encode(), name="may.csv", mapping={"store": "Ort"}, answers=said, alone=True))
    at = opened("upload")
    at.file_uploader[0].upload("june.csv", MAY.replace("/05/", "/06/").encode()).run()
    assert not at.exception
    assert not at.radio
    assert not at.button(key="merge_only").disabled
    assert "store is Ort, rows of one day are added up, the day comes first in dates" in texts(at)
    assert "15 units" in texts(at)
    assert next(box for box in at.selectbox if box.label == "Store").value == "Ort"

    at.button(key="recall_anew").click().run()
    assert at.button(key="merge_only").disabled
    assert len(at.radio) == 1
    at.button(key="recall_again").click().run()
    assert not at.radio
    at.button(key="recall_forget").click().run()
    assert not at.exception
    assert len(at.radio) == 1
    assert profiles.profiles(ws) == []
