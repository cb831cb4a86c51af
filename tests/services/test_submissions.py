"""A file that is sent: what is said of it, what becomes of it."""

from __future__ import annotations

import pytest
import shop_workspaces as shops
from fake_jobs import jobs_in

from forecasting.core.errors import ColumnsMissing, InputError, JobRunning, ProblemsFound, QuestionsOpen
from forecasting.core.settings import Settings
from forecasting.intake.answers import Answers
from forecasting.services import jobs, retraining, sales, submissions
from forecasting.services.submissions import Submission

WEEK = b"date,product_id,region,category,promo,sales\n2026-07-01,Tea,South,Drinks,0,31\n2026-07-02,Tea,South,Drinks,0,28\n"
ODD = b"date,product_id,region,sales\n2026-07-01,Tea,South,31\n2026-07-02,Tea,South,many\n"
FEW = WEEK + b"2026-07-03,Tea,South,Drinks,0,31\n2026-07-04,Tea,South,Drinks,0,32\n2026-07-05,Tea,South,Drinks,0,33\n"


def sent(content=WEEK, **choices):
    return Submission(content=content, name="week.csv", **choices)


def test_a_preview_changes_nothing_and_a_merge_does_what_it_said(shop):
    _, change = submissions.preview(shop, sent())
    assert sales.uploads(shop)[0].name == "sales.csv"
    _, merged = submissions.merge(shop, sent())
    assert change.counts() == merged.counts() == {"new": 2, "changed": 0, "unchanged": 0}
    assert sales.uploads(shop)[0].name == "week.csv"


def test_what_is_noted_beside_the_saved_sales_is_told_with_what_was_understood(shop):
    loud = sent(WEEK.replace(b"Tea", b"TEA"))
    for step in (submissions.preview, submissions.merge):
        checked, result = step(shop, loud)
        assert checked.understood.notes[-1:] == result.notes
        assert '"TEA": did you mean "Tea"?' in result.notes[0]


def test_columns_of_other_names_are_mapped_over_the_guess(shop):
    content = WEEK.replace(b"date,product_id", b"date,Ding")
    assert "product_id" not in submissions.check(shop, sent(content)).mapping
    assert submissions.check(shop, sent(content, mapping={"product_id": "Ding"})).mapping["product_id"] == "Ding"


def test_rows_with_problems_are_left_out_only_when_asked(shop):
    for step in (submissions.preview, submissions.merge):
        with pytest.raises(ProblemsFound):
            step(shop, sent(ODD))
    assert submissions.merge(shop, sent(ODD, drop_problems=True))[1].new == 1


def test_a_day_years_from_the_saved_ones_is_a_problem(shop):
    lost = WEEK.replace(b"2026-07-02", b"1970-01-01")
    with pytest.raises(ProblemsFound, match="1970-01-01") as error:
        submissions.preview(shop, sent(lost))
    assert error.value.problems["problem"].tolist() == ["Years from all other dates"]
    assert submissions.merge(shop, sent(lost, drop_problems=True))[1].new == 1


def test_a_file_that_can_be_read_in_two_ways_is_not_merged_before_somebody_says_how(shop):
    twice = FEW.replace(b"07-02", b"07-01")
    for step in (submissions.preview, submissions.merge):
        with pytest.raises(QuestionsOpen) as error:
            step(shop, sent(twice))
        [question] = error.value.understood["questions"]
        assert {choice["value"]: choice["units"] for choice in question["choices"]} == {"sum": 155.0, "last": 124.0}
    assert len(sales.uploads(shop)) == 1
    checked, merged = submissions.merge(shop, sent(twice, answers=Answers(duplicates="last")))
    assert (merged.new, checked.understood.units) == (4, {"read": 155.0, "kept": 124.0})


def test_a_refused_file_says_what_was_understood_of_it(shop):
    with pytest.raises(ColumnsMissing) as error:
        submissions.merge(shop, sent(b"when;sold\nx;1\n"))
    assert error.value.understood["read"]["delimiter"] == ";"
    with pytest.raises(ProblemsFound) as error:
        submissions.merge(shop, sent(ODD))
    assert (error.value.understood["problems"], error.value.understood["rows"]) == (1, {"read": 2, "used": 1, "left_out": 1})
    for step in (submissions.preview, submissions.merge):
        with pytest.raises(InputError, match="tells sales apart by store") as error:
            step(shop, sent(WEEK.replace(b"category", b"store")))
        assert error.value.understood["units"] == {"read": 59.0, "kept": 59.0}


def test_while_a_retrain_runs_a_file_is_not_merged(shop):
    number = submissions.retrain(shop, sent(), shops.QUICK)
    try:
        before = sales.uploads(shop)
        with pytest.raises(JobRunning) as error:
            submissions.retrain(shop, sent(WEEK.replace(b"31", b"32")), shops.QUICK)
        assert error.value.job == number
        assert sales.uploads(shop) == before
    finally:
        jobs.cancel(shop, number)


def test_a_retrain_that_began_while_the_file_was_read_keeps_it_from_being_merged(shop, monkeypatch):
    check, before = submissions.check, sales.uploads(shop)
    with jobs_in(shop.jobs) as others:

        def read_slowly(ws, came):
            others.start({"task": "sleep"}, home=shop.home)
            return check(ws, came)

        monkeypatch.setattr(submissions, "check", read_slowly)
        with pytest.raises(JobRunning, match="can start when it ends"):
            submissions.retrain(shop, sent(), Settings())
    assert sales.uploads(shop) == before


def test_what_a_merge_did_is_told_before_the_retrain_starts(shop, monkeypatch):
    told = []
    monkeypatch.setattr(retraining, "start_retrain", lambda *_, **__: told.append("started") or 2)

    def tell(checked, merged):
        told.append((checked.understood.units["kept"], merged.counts()))

    assert submissions.retrain(shop, sent(), Settings(), on_merge=tell) == 2
    assert told == [(59.0, {"new": 2, "changed": 0, "unchanged": 0}), "started"]


def test_a_file_that_is_merged_is_what_made_somebody_want_the_training(shop, monkeypatch):
    asked = []
    monkeypatch.setattr(retraining, "start_retrain", lambda _, __, options: asked.append(options.trigger) or 2)
    submissions.retrain(shop, None, Settings(), retraining.RetrainOptions(trigger="api"))
    submissions.retrain(shop, sent(), Settings(), retraining.RetrainOptions(trigger="api"))
    assert asked == ["api", "upload"]


def test_a_retrain_that_began_in_between_says_that_the_file_is_merged(shop, monkeypatch):
    def raced(*_, **__):
        raise JobRunning(9)

    monkeypatch.setattr(retraining, "start_retrain", raced)
    with pytest.raises(JobRunning, match="The file is merged: 2 rows new"):
        submissions.retrain(shop, sent(), Settings())
    assert sales.uploads(shop)[0].name == "week.csv"


def test_a_file_that_cannot_be_used_starts_nothing(shop):
    with pytest.raises(InputError):
        submissions.retrain(shop, sent(b"nothing"), shops.QUICK)
    assert jobs.job(shop).number == 1
