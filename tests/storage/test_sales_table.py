"""The laws of the saved sales: merge, preview, history, undo."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import weekly_sales as periods
from deltalake import CommitProperties, DeltaTable, write_deltalake
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from patience import PATIENCE
from repository import ROOT
from small_tables import BOTH, ONE, TWO, merged, sales, upload

from forecasting.core.errors import InputError, NotFound, TryAgain
from forecasting.intake.reader import read_table
from forecasting.intake.sales_file import check, guess_mapping
from forecasting.storage.locks import exclusive
from forecasting.storage.sales import log, parts
from forecasting.storage.sales import table as dataset_module
from forecasting.storage.sales.changes import compare
from forecasting.storage.sales.saved import Saved, joint_fault, summary_fault
from forecasting.storage.sales.table import Dataset, Upload
from forecasting.storage.workspace import Workspace

NAN = float("nan")
PLANNED = ("date", "product_id", "sales", "promo")
YEAR, MILLISECOND = timedelta(days=365), timedelta(milliseconds=1)


@pytest.fixture
def dataset(tmp_path):
    return Dataset(Workspace(tmp_path / "shop"))


def test_no_sales_read_as_an_empty_frame(dataset):
    assert (dataset.version, dataset.rows(), list(dataset.read()), len(dataset.read()), dataset.history()) == (None, 0, ["date", "sales"], 0, [])


def test_what_was_merged_is_read_sorted_without_columns_that_hold_nothing(dataset):
    mixed = ONE.assign(category=pd.Series([None] * 3, dtype="str"), price=[NAN] * 3)
    merged(dataset, mixed.iloc[::-1])
    pd.testing.assert_frame_equal(dataset.read(), ONE)
    assert str(dataset.read()["date"].dtype) == "datetime64[us]"


def test_a_later_upload_wins_and_the_rest_stays(dataset):
    merged(dataset, ONE)
    made = dataset.merge(TWO, upload("two.csv"))
    assert (made.counts(), made.version, str(made)) == (
        {"new": 1, "changed": 1, "unchanged": 1},
        2,
        "1 row new, 1 changed, 1 unchanged; saved.",
    )
    pd.testing.assert_frame_equal(dataset.read(), BOTH)
    pd.testing.assert_frame_equal(dataset.read(1), ONE)


def test_the_same_file_twice_makes_no_version(dataset):
    merged(dataset, ONE)
    before = sorted(path for path in dataset.workspace.home.rglob("*"))
    made = dataset.merge(ONE, upload("again.csv"))
    assert (made.counts(), made.version, dataset.version) == ({"new": 0, "changed": 0, "unchanged": 3}, 1, 1)
    assert sorted(path for path in dataset.workspace.home.rglob("*")) == before


def test_an_empty_or_absent_cell_never_erases_a_known_one(dataset):
    columns = ("date", "store", "category", "price", "promo", "sales")
    merged(dataset, sales(("2024-01-01", "a", "bread", 2.5, 1, 5), ("2024-01-02", "a", "bread", 2.5, 0, 6), columns=columns))
    merged(dataset, sales(("2024-01-01", "a", 8)), sales(("2024-01-02", "a", None, NAN, 1, NAN), columns=columns))
    expected = sales(("2024-01-01", "a", "bread", 2.5, 1, 8), ("2024-01-02", "a", "bread", 2.5, 1, 6), columns=columns)
    pd.testing.assert_frame_equal(dataset.read(), expected)


def test_plans_uploaded_ahead_are_filled_by_the_sales_that_follow(dataset):
    columns = ("date", "promo", "sales")
    merged(dataset, sales(("2024-01-01", 0, 5), ("2024-01-02", 1, NAN), columns=columns), sales(("2024-01-02", 9), columns=("date", "sales")))
    pd.testing.assert_frame_equal(dataset.read(), sales(("2024-01-01", 0, 5), ("2024-01-02", 1, 9), columns=columns))


def test_sales_without_any_key_are_one_series(dataset):
    merged(dataset, sales(("2024-01-01", 5), columns=("date", "sales")), sales(("2024-01-01", 6), ("2024-01-02", 7), columns=("date", "sales")))
    pd.testing.assert_frame_equal(dataset.read(), sales(("2024-01-01", 6), ("2024-01-02", 7), columns=("date", "sales")))


def test_a_separator_inside_a_key_does_not_mix_series(dataset):
    columns = ("date", "product_id", "store", "sales")
    rows = sales(("2024-01-01", "a|", "b", 1), ("2024-01-01", "a", "|b", 2), ("2024-01-01", "'; drop", '"', 3), columns=columns)
    merged(dataset, rows, rows.assign(sales=rows["sales"] + 1))
    pd.testing.assert_frame_equal(dataset.read(), rows.assign(sales=rows["sales"] + 1))


def test_a_correction_of_one_key_leaves_those_that_share_parts_of_it_or_have_none(dataset):
    keys = [(None, None), ("1", None), (None, "1"), ("", None), (None, ""), ("1", "1"), ("11", "")]
    columns = ("date", "product_id", "store", "price", "sales")
    before = sales(*((f"2024-01-0{day}", *key, day, 10 * day) for key in keys for day in (1, 2, 3)), columns=columns)
    merged(dataset, before)
    for key in keys:
        was = dataset.read()
        correction = sales(("2024-01-02", *key, NAN, 99), ("2024-01-04", *key, NAN, 40), columns=columns)
        assert dataset.merge(correction, upload(str(key))).counts() == {"new": 1, "changed": 1, "unchanged": 0}
        now = dataset.read()
        assert len(now) == len(was) + 1
        assert was.merge(now, how="left", indicator=True)["_merge"].value_counts()["left_only"] == 1
        pd.testing.assert_frame_equal(dataset.read(dataset.version - 1), was)
    assert dataset.read()["sales"].value_counts().to_dict() == {10.0: 7, 99.0: 7, 30.0: 7, 40.0: 7}
    assert dataset.read().query("sales == 99")["price"].tolist() == [2.0] * 7


def test_corrections_of_many_series_cost_as_much_as_writing_them(dataset):
    days, n_series = pd.date_range("2024-01-01", periods=3, unit="us"), 20_000
    keys = pd.Series([f"p{number}" for number in range(n_series)], dtype="str").repeat(len(days)).to_numpy()
    first = pd.DataFrame({"date": np.tile(days, n_series), "product_id": keys, "sales": 1.0})
    seconds = []
    for frame in (first, first.assign(sales=2.0)):
        start = time.process_time()
        merged(dataset, frame)
        seconds.append(time.process_time() - start)
    assert [entry.changed for entry in dataset.history()] == [len(first), 0]
    assert seconds[1] < 30 * seconds[0], "Each row was held against every other one of its day."


def test_a_correction_that_is_sorted_in_takes_no_more_space_than_the_sales_did(dataset):
    days = pd.date_range("2024-01-01", periods=40, unit="us")
    first = pd.DataFrame({"date": np.tile(days, 300), "product_id": np.repeat([f"p{number:05}" for number in range(300)], 40), "sales": 1.0})
    merged(dataset, first, first.assign(sales=2.0))
    old, new = sorted(dataset.workspace.sales.glob("*.parquet"), key=lambda path: path.stat().st_mtime_ns)
    assert new.stat().st_size < 1.2 * old.stat().st_size


def test_the_bytes_are_kept_under_their_hash_and_never_under_their_name(dataset):
    content = b"date,sales\n"
    dataset.merge(ONE, upload("../../evil.csv", content))
    kept = list(dataset.workspace.uploads.iterdir())
    assert [(path.name, path.read_bytes()) for path in kept] == [(f"{hashlib.sha256(content).hexdigest()}.csv", content)]


def test_what_a_killed_upload_left_behind_does_not_matter(dataset):
    dataset.workspace.uploads.mkdir(parents=True)
    (dataset.workspace.uploads / f".{upload().sha256}-1").write_bytes(b"half")
    (dataset.workspace.sales / "_delta_log").mkdir(parents=True)
    dataset.merge(ONE, upload())
    assert (dataset.workspace.uploads / f"{upload().sha256}.csv").read_bytes() == b"a.csv"
    pd.testing.assert_frame_equal(dataset.read(), ONE)


def test_an_unknown_version_is_not_found(dataset):
    with pytest.raises(NotFound, match="no sales version 3"):
        dataset.read(3)
    merged(dataset, ONE)
    with pytest.raises(NotFound, match="The newest one is 1"):
        dataset.read(2)


def test_old_versions_and_their_uploads_stay_known_past_a_checkpoint(dataset):
    merged(dataset, ONE)
    assert DeltaTable(str(dataset.workspace.sales)).metadata().configuration == dataset_module.CONFIGURATION
    table = DeltaTable(str(dataset.workspace.sales))
    facts = CommitProperties(custom_metadata=upload().metadata({"new": 0, "changed": 0, "unchanged": 0}))
    for _ in range(101):
        write_deltalake(table, table.to_pyarrow_table(filters=[("sales", "=", -1.0)]), mode="append", commit_properties=facts)
    assert list(dataset.workspace.sales.glob("_delta_log/*.checkpoint.parquet"))
    pd.testing.assert_frame_equal(dataset.read(1), ONE)
    assert len(dataset.history()) == 102


# Preview


def test_a_preview_says_what_would_change_and_writes_nothing(dataset):
    merged(dataset, ONE.assign(price=[1.0, 2.0, 3.0]))
    new = sales(("2024-01-02", "a", 2.5, 8), ("2024-01-05", "a", NAN, 9), ("2024-01-01", "c", 1, 1), columns=("date", "store", "price", "sales"))
    change = dataset.preview(new)
    assert change.counts() == {"new": 2, "changed": 1, "unchanged": 0}
    assert change.changed.to_dict("records") == [
        {"store": "a", "date": pd.Timestamp(2024, 1, 2), "before": 6.0, "after": 8.0, "price_before": 2.0, "price_after": 2.5}
    ]
    assert change.new["sales"].tolist() == [9.0, 1.0]
    assert change.new_series.to_dict("list") == {"store": ["c"]}
    assert (change.first, change.last) == (pd.Timestamp(2024, 1, 1), pd.Timestamp(2024, 1, 5))
    assert change.gap_days == 2
    assert change.gaps.to_dict("records") == [{"store": "a", "first": pd.Timestamp(2024, 1, 3), "last": pd.Timestamp(2024, 1, 4), "days": 2}]
    assert str(change) == "2 rows new, 1 changed, 0 unchanged; 1 series new; days 1 Jan 2024 to 5 Jan 2024; 2 days without sales in between."
    assert dataset.version == 1


def test_a_preview_of_what_is_saved_says_so(dataset):
    merged(dataset, ONE)
    assert str(dataset.preview(ONE)) == "All 3 rows are already saved. Nothing to merge."
    assert dataset.preview(ONE).is_empty


def test_a_preview_of_no_rows_is_empty(dataset):
    assert dataset.preview(ONE.iloc[:0]).counts() == {"new": 0, "changed": 0, "unchanged": 0}
    assert merged(dataset, ONE).preview(ONE.iloc[:0]).is_empty


def test_a_category_that_changes_is_a_changed_row(dataset):
    columns = ("date", "product_id", "category", "sales")
    merged(dataset, sales(("2024-01-01", "x", "bread", 5), columns=columns))
    changed = dataset.preview(sales(("2024-01-01", "x", "cake", 5), columns=columns)).changed
    assert changed[["before", "after", "category_before", "category_after"]].to_numpy().tolist() == [[5.0, 5.0, "bread", "cake"]]


def test_gaps_are_those_of_the_uploads_series_after_the_merge(dataset):
    merged(dataset, sales(("2024-01-01", "a", 5), ("2024-01-01", "b", 5), ("2024-01-09", "b", 5)))
    change = dataset.preview(sales(("2024-01-05", "a", 5), ("2024-01-03", "a", 5)))
    assert (change.gap_days, change.gaps["days"].tolist()) == (2, [1, 1])


# Weeks and months


def test_weekly_sales_are_named_and_their_gaps_are_weeks(dataset):
    weeks = periods.weekly(10)
    change = dataset.preview(weeks[~weeks["date"].isin(weeks["date"].unique()[[4, 5]])])
    assert change.gap_days == 6
    assert change.gaps.drop(columns="product_id").drop_duplicates().to_dict("records") == [
        {"first": pd.Timestamp(2023, 9, 25), "last": pd.Timestamp(2023, 10, 2), "days": 2}
    ]
    assert str(change) == (
        "24 rows new, 0 changed, 0 unchanged; 3 series new; weekly sales, 28 Aug 2023 to 30 Oct 2023; 6 weeks without sales in between."
    )
    assert "The sales are weekly: one row stands for a week." in str(dataset.merge(weeks, upload()))


def test_gaps_of_monthly_sales_are_months_dated_as_the_file_dates_them(dataset):
    months = periods.monthly(10)
    change = dataset.preview(months[months["date"] != "2023-02-28"])
    assert change.gap_days == 3
    assert change.gaps["first"].unique().tolist() == change.gaps["last"].unique().tolist() == [pd.Timestamp(2023, 2, 28)]


def test_sales_of_another_period_than_the_saved_ones_are_named(dataset):
    days = periods.weekly(30).assign(date=lambda weeks: weeks["date"].max() - (weeks["date"].max() - weeks["date"]) / 7)
    merged(dataset, days)
    change = dataset.preview(periods.weekly(30))
    assert change.mixed == (
        "These sales are weekly and the saved ones daily: together they count as daily, and the sales of a whole week as those of one day."
        " Take the earlier uploads back, or upload daily sales."
    )
    assert str(change).endswith(change.mixed)
    mondays = days[days["date"].dt.day_of_week == 0].assign(sales=1.0)
    assert dataset.preview(mondays).mixed == ""


def test_later_weeks_go_with_the_saved_ones_however_few(dataset):
    weeks = periods.weekly(30)
    merged(dataset, weeks[weeks["date"] < "2023-10-23"])
    change = dataset.preview(weeks[weeks["date"] >= "2023-10-23"])
    assert (change.period.name, change.mixed) == ("week", "")


# Keys that do not fit


def test_a_key_column_that_one_side_has_not_is_refused(dataset):
    merged(dataset, ONE)
    for frame, text in (
        (sales(("2024-01-01", 5), columns=("date", "sales")), "told apart by store; this file has no column for it"),
        (
            sales(("2024-01-01", "x", "a", 5), columns=("date", "product_id", "store", "sales")),
            "tells sales apart by product; the saved sales do not",
        ),
    ):
        for attempt in (dataset.preview, lambda sales: dataset.merge(sales, upload())):
            with pytest.raises(InputError, match=text):
                attempt(frame)
    assert dataset.version == 1


def test_after_an_undo_other_keys_are_welcome(dataset):
    merged(dataset, ONE).undo()
    total = sales(("2024-01-01", 5), columns=("date", "sales"))
    pd.testing.assert_frame_equal(merged(dataset, total).read(), total)


def test_names_spelled_like_saved_ones_are_noted(dataset):
    merged(dataset, sales(("2024-01-01", "Bread", 5), ("2024-01-01", "007", 5)))
    new = sales(("2024-01-02", "bread", 5), ("2024-01-02", "7", 5), ("2024-01-02", "Tea", 5), ("2024-01-02", "007", 5))
    said = '2 new names nearly as a saved one: "7": did you mean "007"?; "bread": did you mean "Bread"? Each has forecasts of its own.'
    assert dataset.preview(new).notes == (said,)
    assert dataset.merge(new, upload()).notes == (said,)
    assert dataset.preview(new).notes == ()


def test_sales_far_beyond_the_saved_ones_are_noted(dataset):
    merged(dataset, sales(*((f"2024-01-0{day}", "a", 5) for day in range(1, 7)), ("2024-01-01", "b", 5)))
    [note] = dataset.preview(sales(("2024-01-08", "a", 5000), ("2024-01-08", "b", 5000))).notes
    assert note == "1 value far beyond what was ever sold: 5,000 on 8 Jan 2024, 1,000 times the usual of a. Correct what is a mistake."
    assert dataset.preview(sales(*((f"2024-02-0{day}", "a", 5000) for day in range(1, 7)))).notes == ()


def test_other_keys_begin_anew_where_a_person_says_so_and_a_step_back_brings_the_old_sales_back(dataset):
    merged(dataset, ONE)
    total = sales(("2024-01-01", 5), columns=("date", "sales"))
    assert dataset.preview(total, anew=True).starts_anew
    assert dataset.merge(total, upload("total.csv"), anew=True).started_anew
    pd.testing.assert_frame_equal(dataset.read(), total)
    assert [each.name for each in dataset.lineage().seen_in(dataset.version)] == ["total.csv"]
    dataset.undo()
    pd.testing.assert_frame_equal(dataset.read(), ONE)


def test_a_merge_without_consent_saves_nothing(dataset):
    def refuse(change):
        raise InputError(f"{len(change.new)} rows")

    with pytest.raises(InputError, match="3 rows"):
        dataset.merge(ONE, upload(), consent=refuse)
    assert dataset.version is None


# The sample


def test_a_persons_own_sales_take_the_place_of_the_sample_and_an_undo_brings_it_back(dataset):
    sample = sales(("2024-01-01", "x", "north", 5), columns=("date", "product_id", "region", "sales"))
    dataset.merge(sample, upload("sample.csv", kind="sample"))
    assert dataset.preview(ONE).replaces_sample
    assert dataset.merge(ONE, upload()).replaced_sample
    pd.testing.assert_frame_equal(dataset.read(), ONE)
    assert not dataset.preview(TWO).replaces_sample
    dataset.undo()
    pd.testing.assert_frame_equal(dataset.read(), sample)
    assert dataset.preview(ONE).replaces_sample


def test_the_days_with_sales_are_those_of_a_persons_own_sales(dataset):
    assert dataset.days().tolist() == []
    dataset.merge(sales(("1990-01-01", "x", "north", 5), columns=("date", "product_id", "region", "sales")), upload("sample.csv", kind="sample"))
    assert dataset.days().tolist() == []
    own = sales(("2024-01-03", "a", 5, 0), ("2024-01-01", "a", 5, 0), ("2024-01-01", "b", 5, 0), ("2024-01-04", "a", NAN, 1), columns=PLANNED)
    dataset.merge(own, upload())
    assert dataset.days().tolist() == [date(2024, 1, 1), date(2024, 1, 3)]


def test_sales_of_a_series_of_the_sample_are_merged_with_it(dataset):
    dataset.merge(ONE, upload("sample.csv", kind="sample"))
    assert not dataset.merge(TWO, upload()).replaced_sample
    pd.testing.assert_frame_equal(dataset.read(), BOTH)


def test_a_sample_never_replaces_a_persons_own_sales(dataset):
    dataset.merge(ONE, upload())
    dataset.merge(sales(("2024-01-01", "z", 1)), upload("sample.csv", kind="sample"))
    assert not dataset.preview(sales(("2024-01-01", "q", 1))).replaces_sample
    assert dataset.rows() == 4


# History and undo


def test_history_tells_of_uploads_newest_first_with_those_taken_back_marked(dataset):
    dataset.merge(ONE, upload("one.csv", rows=4, dropped=1))
    dataset.merge(TWO, upload("two.csv", rows=3))
    taken = dataset.undo()
    dataset.merge(sales(("2024-02-01", "a", 1)), upload("three.csv", rows=1))
    history = dataset.history()
    assert [(entry.name, entry.undone, entry.version) for entry in history] == [("three.csv", False, 4), ("two.csv", True, 2), ("one.csv", False, 1)]
    assert taken == history[1]
    assert history[2] == replace(upload("one.csv", rows=4, dropped=1), content=b"", version=1, new=3)


def test_repeated_undo_takes_back_one_more_until_nothing_is_left(dataset):
    merged(dataset, ONE, TWO)
    dataset.undo()
    pd.testing.assert_frame_equal(dataset.read(), ONE)
    dataset.undo()
    assert (dataset.version, len(dataset.read())) == (None, 0)
    with pytest.raises(InputError, match="no upload to take back"):
        dataset.undo()
    pd.testing.assert_frame_equal(merged(dataset, TWO).read(), TWO)


@pytest.mark.parametrize("jump", [-YEAR, YEAR])
def test_uploads_follow_each_other_by_version_whatever_the_clock_said(dataset, jump):
    for name, frame, moment in (("one", ONE, 0), ("two", TWO, 1), ("three", sales(("2024-02-01", "a", 1)), 2)):
        dataset.merge(frame, replace(upload(name), when=datetime(2026, 11, 22, tzinfo=UTC) + moment * jump))
    for version in range(4):
        path = dataset.workspace.sales / "_delta_log" / f"{version:020}.json"
        moment = 1_790_000_000_000 + version * jump // MILLISECOND
        told = re.sub(r'"(timestamp|modificationTime)":[0-9]+', rf'"\1":{moment}', path.read_text())
        path.write_text(told)
        os.utime(path, (moment / 1000, moment / 1000))
    shutil.rmtree(dataset.workspace.sales / "_log_copies")
    assert [entry.name for entry in dataset.history()] == ["three", "two", "one"]
    assert (dataset.version, dataset.undo().name, dataset.undo().name) == (3, "three", "two")
    pd.testing.assert_frame_equal(dataset.read(), ONE)
    assert dataset.merge(TWO, upload("later")).version == 6
    assert [(entry.name, entry.undone) for entry in dataset.history()] == [("later", False), ("three", True), ("two", True), ("one", False)]


def test_an_undo_without_any_sales_is_refused_and_makes_no_table(dataset):
    with pytest.raises(InputError, match="no upload to take back"):
        dataset.undo()
    assert not dataset.workspace.sales.exists()


CELLS = st.tuples(st.integers(0, 5), st.sampled_from("ab"), st.one_of(st.just(NAN), st.integers(0, 2)), st.integers(0, 3))
FRAMES = st.lists(CELLS, min_size=1, max_size=6, unique_by=lambda row: row[:2]).map(
    lambda rows: sales(
        *[(f"2024-01-0{day + 1}", store, float(price), float(sold)) for day, store, price, sold in rows], columns=("date", "store", "price", "sales")
    )
)


class Merges(RuleBasedStateMachine):
    """Any order of merges and undos, against a dictionary."""

    def __init__(self):
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.dataset = Dataset(Workspace(self.home))
        self.states = [{}]

    @rule(frame=FRAMES)
    def merge(self, frame):
        state = dict(self.states[-1])
        counts = {"new": 0, "changed": 0, "unchanged": 0}
        for day, store, price, sold in frame[["date", "store", "price", "sales"]].itertuples(index=False):
            old = state.get((store, day))
            state[store, day] = (old[0] if old and np.isnan(price) else price, sold)
            same = old is not None and np.array_equal(old, state[store, day], equal_nan=True)
            counts["new" if old is None else "unchanged" if same else "changed"] += 1
        preview, version = self.dataset.preview(frame), self.dataset.version
        done = self.dataset.merge(frame, upload())
        assert done.counts() == preview.counts() == counts
        assert (done.version == version) == preview.is_empty
        if not preview.is_empty:
            self.states.append(state)
        assert self.dataset.preview(frame).is_empty
        self.check()

    @precondition(lambda self: len(self.states) > 1)
    @rule()
    def undo(self):
        self.dataset.undo()
        self.states.pop()
        self.check()

    def check(self):
        read = self.dataset.read()
        if "price" not in read:
            read = read.assign(price=NAN)
        found = (
            {}
            if read.empty
            else {(store, day): (price, sold) for day, store, price, sold in read[["date", "store", "price", "sales"]].itertuples(index=False)}
        )
        assert found.keys() == self.states[-1].keys()
        assert all(np.array_equal(found[key], values, equal_nan=True) for key, values in self.states[-1].items())
        assert sum(not entry.undone for entry in self.dataset.history()) == len(self.states) - 1
        folder = self.dataset.workspace.sales
        active = parts.active(DeltaTable(str(folder))) if folder.exists() else []
        assert not any(summary_fault(folder, part) for part in active)
        assert len(active) < 2 or (len(self.dataset.days()) and not joint_fault(folder, active))

    def teardown(self):
        shutil.rmtree(self.home)


Merges.TestCase.settings = settings(max_examples=10, stateful_step_count=6, deadline=None)
TestMergesAndUndos = pytest.mark.slow(Merges.TestCase)


@given(
    st.lists(st.tuples(st.integers(1, 28), st.sampled_from("ab"), st.integers(0, 9)), min_size=2, max_size=8, unique_by=lambda row: row[:2]),
    st.randoms(),
)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_disjoint_uploads_does_not_matter(tmp_path, rows, random):
    frames = [sales((f"2024-01-{day:02}", store, sold)) for day, store, sold in rows]
    shuffled = random.sample(frames, len(frames))
    read = []
    for order in (frames, shuffled):
        home = Path(tempfile.mkdtemp(dir=tmp_path))
        read.append(merged(Dataset(Workspace(home)), *order[:4], pd.concat([order[0], *order[4:]])).read())
    pd.testing.assert_frame_equal(*read)


@given(FRAMES, FRAMES)
@settings(max_examples=40, deadline=None)
def test_a_change_is_what_makes_the_saved_rows_say_all_that_the_upload_says(saved, new):
    change = compare(Saved.of(saved), new)
    keys = ["store", "date"]
    after = pd.concat([saved, change.rows]).drop_duplicates(keys, keep="last")
    told = new.merge(after, on=keys, suffixes=("", "_after"))
    assert len(told) == len(new)
    assert (told["sales"] == told["sales_after"]).all()
    assert (told["price"].isna() | (told["price"] == told["price_after"])).all()
    assert len(after) == len(saved) + len(change.new)


# Several at once


def test_uploads_at_the_same_moment_all_end_up_merged_and_readers_see_whole_ones(dataset):
    frames = [sales(*[(f"2024-01-{day:02}", f"s{number}", day) for day in range(1, 29)]) for number in range(6)]
    seen, stop = [], threading.Event()

    def look():
        while not stop.is_set():
            seen.append(len(dataset.read()))

    reader = threading.Thread(target=look)
    writers = [
        threading.Thread(target=Dataset(dataset.workspace).merge, args=(frame, upload(f"{number}.csv"))) for number, frame in enumerate(frames)
    ]
    reader.start()
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    reader.join()
    assert dataset.rows() == 6 * 28
    assert {entry.name for entry in dataset.history()} == {f"{number}.csv" for number in range(6)}
    assert all(count % 28 == 0 for count in seen)


PROCESS = """
import sys
from pathlib import Path
from datetime import date
from forecasting.storage.sales.table import Dataset, Upload
from forecasting.intake.sales_file import check, guess_mapping
from forecasting.intake.reader import read_table
from forecasting.storage.workspace import Workspace
home, store = sys.argv[1:]
content = "\\n".join(["date,store,sales", *[f"2024-01-{day:02},{store},{29 - day}" for day in range(1, 29)], "2024-01-01,shared,1", ""]).encode()
table = read_table(content, store)
checked = check(table, guess_mapping(table), today=date(2026, 1, 1))
print("ready", flush=True)
sys.stdin.readline()
Dataset(Workspace(Path(home))).merge(checked.accept(), Upload.from_file(content, store, rows=checked.rows, dropped=checked.dropped))
"""


def test_uploads_of_several_processes_at_the_same_moment_all_end_up_merged(dataset):
    root = ROOT
    command = [sys.executable, "-c", PROCESS, str(dataset.workspace.home)]
    processes = [
        subprocess.Popen([*command, f"s{number}"], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for number in range(3)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        assert (process.communicate(timeout=PATIENCE)[1], process.returncode) == ("", 0)
    assert dataset.rows() == 3 * 28 + 1
    assert len(dataset.history()) == 3


def test_who_waits_too_long_is_told_to_try_again_and_nothing_is_saved(dataset):
    merged(dataset, ONE)
    hasty = Dataset(dataset.workspace, timeout=0)
    with exclusive(dataset.workspace.sales.with_name("sales.lock")):
        for attempt in (lambda: hasty.merge(TWO, upload()), hasty.undo):
            with pytest.raises(TryAgain):
                attempt()
        pd.testing.assert_frame_equal(hasty.read(), ONE)
    assert dataset.version == 1


@pytest.mark.parametrize("frame", [TWO, sales(("2024-03-01", "a", 1))], ids=["a merge", "an append"])
def test_a_foreign_write_between_comparing_and_writing_is_not_overwritten(dataset, monkeypatch, frame):
    merged(dataset, ONE)
    write = dataset_module._write

    def meanwhile(*arguments):
        table = DeltaTable(str(dataset.workspace.sales))
        write_deltalake(
            table, table.to_pyarrow_table().slice(0, 1), mode="overwrite", commit_properties=CommitProperties(custom_metadata={"kind": "foreign"})
        )
        write(*arguments)

    monkeypatch.setattr(dataset_module, "_write", meanwhile)
    with pytest.raises(TryAgain):
        dataset.merge(frame, upload())
    assert dataset.rows() == 1


def test_a_merge_that_fails_leaves_the_sales_as_they_were(dataset, monkeypatch):
    merged(dataset, ONE)

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(dataset_module, "_write", fail)
    with pytest.raises(OSError, match="disk full"):
        dataset.merge(TWO, upload())
    pd.testing.assert_frame_equal(dataset.read(), ONE)
    monkeypatch.undo()
    pd.testing.assert_frame_equal(merged(dataset, TWO).read(), BOTH)


def test_a_file_goes_from_bytes_to_saved_sales(dataset):
    content = "Datum;Filiale;Menge\n01.02.2024;Köln;1.234,5\n31.01.2024;Köln;x\n".encode("cp1252")
    table = read_table(content, "verkauf.csv")
    checked = check(table, guess_mapping(table), today=date(2026, 11, 22))
    dataset.merge(checked.accept(drop_problems=True), Upload.from_file(content, "verkauf.csv", rows=checked.rows, dropped=checked.dropped))
    pd.testing.assert_frame_equal(dataset.read(), sales(("2024-02-01", "Köln", 1234.5)))
    assert [(entry.name, entry.rows, entry.dropped, entry.new) for entry in dataset.history()] == [("verkauf.csv", 2, 1, 1)]


def test_a_draft_of_the_log_that_is_gone_at_this_moment_does_not_make_the_log_look_empty(home, monkeypatch):
    merged(Dataset(home), ONE)
    before, draft, scan = log.state(home.sales), home.sales / log.FOLDER / "_commit.json.tmp", os.scandir
    draft.touch()

    @contextmanager
    def listed(folder):
        with scan(folder) as files:
            entries = list(files)
            draft.unlink()
            yield entries

    monkeypatch.setattr(os, "scandir", listed)
    assert log.state(home.sales) == before
    assert before
    assert not draft.exists()
