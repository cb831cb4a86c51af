"""A summary is always what the rows say, a merge answers by it as it would by all rows, and it reads no others than those of its days."""

from __future__ import annotations

import errno
from contextlib import suppress
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st
from small_tables import merged, sales, upload

from forecasting.core import row_keys
from forecasting.core.plausibility import large_values
from forecasting.core.plausibility.past import Past
from forecasting.core.plausibility.rows import Rows
from forecasting.services.verification.verify import verify
from forecasting.storage.sales import commits, parts, saved, summary, summary_files
from forecasting.storage.sales.changes import compare
from forecasting.storage.sales.saved import Saved
from forecasting.storage.sales.table import Dataset

DAYS = pd.date_range("2025-11-20", periods=100)


def random_sales(random, days, *, products=6):
    """Sales of products in two stores: days left out, unknown ones, returns, slips, prices and categories that come and go."""
    index = pd.MultiIndex.from_product([[f"P{n}" for n in range(products)], ["North", "South"], days], names=["product_id", "store", "date"])
    frame = index.to_frame(index=False)[random.random(len(index)) < random.choice([0.3, 0.9])].reset_index(drop=True)
    units = np.round(random.gamma(1.5, 8, len(frame)) * random.choice([1, 1, 5]))
    oddities = random.random(len(frame))
    units = np.select([oddities < 0.02, oddities < 0.03, oddities < 0.04], [np.nan, -units, 90 * units], units)
    frame = frame.assign(price=np.where(oddities < 0.5, np.nan, 2.5), sales=units)
    frame["category"] = random.choice(["Food", "Drinks", None], len(frame), p=[0.6, 0.3, 0.1])
    return row_keys.in_order(frame.astype({"product_id": "str", "store": "str", "category": "str", "date": "datetime64[us]"}))


def in_files(frame, random, count):
    """The same sales, in files that share days and series, each with a summary that was written and read."""
    file = random.integers(0, count, len(frame))
    files = [frame[file == number].reset_index(drop=True) for number in range(count)]
    made = [summary.of_rows(*parts.in_order(parts.arrow(each))) for each in files]
    whole = Saved.of(frame)
    assert summary_files.agree(summary.combined([summary.combined(made[:-1]), made[-1]]), whole.summary)
    return Saved(whole.columns, summary.combined(made), whole.rows)


@given(st.integers(0, 2**32), st.integers(2, 5), st.sampled_from([(50, 60), (20, 90), (90, 3)]))
@settings(max_examples=8, deadline=None)
def test_a_merge_answers_by_the_summaries_of_files_as_by_one_of_all_rows(seed, count, span):
    random = np.random.default_rng(seed)
    start, length = span
    frame, new = random_sales(random, DAYS[:60]), random_sales(random, DAYS[start : start + length], products=8)
    one, other = (compare(each, new, look=True) for each in (Saved.of(frame), in_files(frame, random, count)))
    for field in fields(one):
        expected, found = getattr(one, field.name), getattr(other, field.name)
        if isinstance(expected, pd.DataFrame):
            pd.testing.assert_frame_equal(found, expected)
        else:
            assert found == expected


@given(st.integers(0, 2**32))
@settings(max_examples=8, deadline=None)
def test_a_summary_is_what_the_rows_say(seed):
    random = np.random.default_rng(seed)
    frame = random_sales(random, DAYS)
    summed = in_files(frame, random, 3).summary
    known = frame[frame["sales"].notna()]
    by_series = known.groupby(["product_id", "store"], sort=True)
    assert summed.keys[["product_id", "store"]].to_numpy().tolist() == frame[["product_id", "store"]].drop_duplicates().to_numpy().tolist()
    there = summed.first <= summed.last
    ends = by_series["date"].agg(["min", "max"]).to_numpy().astype("datetime64[D]")
    assert np.array_equal(np.stack([summed.first, summed.last], axis=1)[there].astype("datetime64[D]"), ends)
    assert len(summed) == len(frame)
    assert (summed.sold_days() == np.unique(known["date"].to_numpy().astype("datetime64[D]"))).all()
    by_day = known.groupby("date")["sales"].sum()
    assert np.allclose(summed.days.sales[summed.days.known > 0], by_day.to_numpy())
    sold = known[known["sales"] > 0].groupby(["product_id", "store"], sort=True)["sales"]
    assert (summed.counts[summed.counts > 0] == sold.count().to_numpy()).all()
    assert (summed.tops[0][summed.counts > 0] == sold.max().to_numpy()).all()
    lower, upper = Saved.of(frame).known(np.arange(len(summed.keys))).past.medians()
    below, above = (sold.quantile(0.5, interpolation=side).to_numpy() for side in ("lower", "higher"))
    assert ((below / 1.25 < lower) & (lower <= below) & (above < upper) & (upper <= 1.25 * above)).all()


@given(st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_no_value_is_too_large_where_a_few_numbers_rule_it_out(seed):
    random = np.random.default_rng(seed)
    days, rows = np.tile(np.arange(40), 6), np.repeat(np.arange(6), 40)
    past = Past.of(Rows(np.round(random.pareto(random.choice([0.8, 2, 5]), 240) * 20), rows, days))
    new = Rows(np.round(random.pareto(1.2, 24) * 60), np.repeat(np.arange(6), 4), np.tile(np.arange(40, 44), 6))
    found = large_values.large_values(past, new)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large_values, "_may_have", lambda *_: True)
        every = large_values.large_values(past, new)
    assert (found.places.tolist(), found.usual.tolist()) == (every.places.tolist(), every.usual.tolist())


@pytest.fixture
def shop(home):
    """Two months in two files."""
    random = np.random.default_rng(1)
    months = [random_sales(random, DAYS[:30]), random_sales(random, DAYS[30:60])]
    return merged(Dataset(home), *[month.assign(sales=month["sales"].clip(1, 90)) for month in months])


def summaries(dataset):
    """The files of summaries."""
    dataset.days()
    return sorted((dataset.workspace.sales / summary_files.FOLDER).iterdir())


def test_a_merge_reads_the_saved_rows_of_its_days_and_no_others(shop, monkeypatch):
    seen, framed = [], saved.framed
    monkeypatch.setattr(saved, "framed", lambda rows, columns: (seen.append(len(rows)), framed(rows, columns))[1])
    later, last = shop.read().tail(1).assign(date=DAYS[60].as_unit("us"), sales=20.0), shop.read()["date"].max()
    shop.merge(later, upload("later.csv"))
    assert seen == [0]
    correction = shop.read()[shop.read()["date"] == last].assign(sales=30.0)
    shop.preview(correction)
    assert seen == [0, len(correction)]


@pytest.mark.parametrize("of_all", [True, False], ids=["of all", "of a file"])
@pytest.mark.parametrize("harm", ["missing", "garbled", "of another form"])
def test_a_summary_that_does_not_fit_is_made_of_the_rows_again_and_verify_finds_what_is_damaged(shop, harm, of_all, monkeypatch):
    new = shop.read().tail(3).assign(sales=40.0)
    before, expected = [path.read_bytes() for path in summaries(shop)], str(shop.preview(new))
    path = summaries(shop)[0 if of_all else -1]
    if harm == "missing":
        path.unlink()
    elif harm == "garbled":
        path.write_bytes(path.read_bytes()[:-8] + b"12345678")
    else:
        with monkeypatch.context() as patch:
            patch.setattr(summary_files, "FORM", b"0")
            path.write_bytes(summary_files.packed(Saved.of(new).summary))
    if harm != "missing":
        assert [finding.fault for finding in verify(shop.workspace).findings] == ["damaged"]
        assert verify(shop.workspace, repair=True).is_whole
        assert [path.read_bytes() for path in summaries(shop)] == before  # all together are put aside, and made by the next look
        path.write_bytes(b"")
    (path.parent / summary_files.ALL).write_bytes(b"")
    assert str(shop.preview(new)) == expected
    assert [path.read_bytes() for path in summaries(shop)] == before


@pytest.mark.parametrize("fails", [False, True], ids=["a commit that lands", "one for which the disk is full"])
def test_a_summary_that_somebody_saves_during_a_commit_is_none_of_its_files(shop, monkeypatch, fails):
    folder, synced = shop.workspace.sales, []
    draft = summaries(shop)[0].with_name(".draft")
    monkeypatch.setattr(commits, "sync", synced.append)
    with suppress(OSError), commits.landing_commit(folder, 9, "of this commit alone"):
        draft.touch()
        (folder / "mine.parquet").touch()
        if fails:
            raise OSError(errno.ENOSPC, "No space left on device")
    assert draft.exists()
    assert synced == ([] if fails else [folder / "mine.parquet", folder])


def test_sales_of_before_there_were_summaries_get_them_with_the_first_look(shop):
    for path in summaries(shop):
        path.unlink()
    assert len(shop.days()) == 60
    active = parts.active(DeltaTable(str(shop.workspace.sales)))
    assert [saved.summary_fault(shop.workspace.sales, part) for part in active] == ["", ""]
    assert saved.joint_fault(shop.workspace.sales, active) == ""


def test_a_series_without_keys_and_one_without_a_day_of_sales_are_summed_up_too():
    alone = Saved.of(sales(("2026-01-01", float("nan")), ("2026-01-02", 3), columns=("date", "sales")))
    assert (len(alone.summary), alone.summary.first.tolist(), alone.summary.counts.tolist()) == (2, [20455], [1])
    unknown = Saved.of(sales(("2026-01-01", "a", float("nan"))))
    assert compare(unknown, sales(("2026-01-05", "a", 3)), look=True).gap_days == 0
