"""Any upload is taken back by name, after a look at what would change."""

from __future__ import annotations

import pytest
from app_driver import numbers, opened, texts

from forecasting.services import sales, submissions, take_back
from forecasting.services.submissions import Submission

pytestmark = pytest.mark.usefixtures("fresh_caches")

FILES = {
    "january.csv": "date,product_id,sales\n2026-01-01,Bread,10\n2026-01-02,Bread,11\n2026-01-01,Cake,3\n",
    "mistake.csv": "date,product_id,sales\n2026-01-02,Bread,99\n2026-01-03,Pie,97\n",
    "late *x*.csv": "date,product_id,sales\n2026-01-03,Bread,12\n",
}


@pytest.fixture
def uploaded(home, monkeypatch):
    real = take_back.step_back
    monkeypatch.setattr(take_back, "step_back", lambda ws, version: real(ws, version, alone=True))
    for name, text in FILES.items():
        submissions.merge(home, Submission(content=text.encode(), name=name, alone=True))
    return home


def test_any_upload_is_taken_back_by_its_name_after_a_look(uploaded):
    at = opened("upload")
    at.button(key="take_back").click().run()
    assert at.button(key="undo").label == r"Take back late \*x\*\.csv"
    at.selectbox(key="take_back_upload").set_value(2).run()
    assert (numbers(at)["Rows that go"], numbers(at)["Rows that change"], numbers(at)["Units"]) == ("1", "1", "36")
    assert at.dataframe[-1].value.to_numpy().tolist() == [["Pie", 97.0, 0.0], ["Bread", 121.0, 33.0]]
    assert at.button(key="undo").label == r"Take back mistake\.csv"
    at.button(key="undo").click().run()
    assert [(upload.name, upload.undone) for upload in sales.uploads(uploaded)][1] == ("mistake.csv", True)
    assert not [button for button in at.button if button.key == "undo"]
    at.button(key="take_back").click().run()
    assert at.selectbox(key="take_back_upload").options[1].startswith("january.csv")


def test_an_upload_that_cannot_be_taken_back_says_why(uploaded):
    last = sales.uploads(uploaded)[0]
    (uploaded.uploads / f"{last.sha256}.csv").unlink()
    at = opened("upload")
    at.button(key="take_back").click().run()
    at.selectbox(key="take_back_upload").set_value(2).run()
    assert "which would have to be read again" in texts(at)
    assert not [button for button in at.button if button.key == "undo"]
