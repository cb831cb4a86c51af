"""Files are read in processes of their own: the same tables and sales come back, and nothing that a file does reaches this process."""

from __future__ import annotations

import io
import logging
from datetime import date

import fake_child
import numpy as np
import pandas as pd
import pytest

from forecasting.core.errors import AmbiguousDates, ColumnsMissing, InputError, QuestionsOpen, TryAgain, UnreadableFile
from forecasting.intake.answers import NOTHING_SAID, Answers
from forecasting.intake.process import json_forms, tasks
from forecasting.services import reading, reading_processes
from forecasting.services.reading_limits import ReadingLimits
from forecasting.services.reading_processes import File
from forecasting.storage.slots import slot

ROWS = pd.DataFrame(
    {
        "date": pd.date_range("2026-01-01", periods=60).repeat(2),
        "product_id": ["Tea", "Bread"] * 60,
        "store": pd.Categorical(["Nord", None] * 60),
        "price": [1.5, np.nan] * 60,
        "sales": np.arange(120),
    }
)
QUESTION = b"date,store,sales\n2026-11-22,A,84\n2026-11-22,A,91\n2026-11-23,A,131\n2026-11-24,A,140\n2026-11-25,A,77\n"
NO_DATE = b"what,sales\nx,1\n"


@pytest.fixture
def instead(monkeypatch):
    """Another process is started than the one that reads files: it does what it is told."""

    def start(run):
        monkeypatch.setattr(reading_processes, "COMMAND", fake_child.command(run))
        reading_processes.pool.cache_clear()

    yield start
    reading_processes.pool.cache_clear()


def packed(frame):
    file = io.BytesIO()
    frame.to_parquet(file, index=False)
    return file.getvalue()


def both(content, monkeypatch, mapping=None, answers=NOTHING_SAID):
    """The sales, or the refusal, as they come from another process and from this one."""
    monkeypatch.setattr(reading, "_PACKED", (b"none",))
    outcomes = []
    for alone in (False, True):
        try:
            outcomes.append(reading.read_sales(File(content, "a.csv", answers, alone), mapping or {}))
        except InputError as error:
            outcomes.append(error)
    return outcomes


@pytest.mark.parametrize(
    "content",
    [packed(ROWS.dropna()), packed(ROWS), ROWS.to_csv(index=False).encode(), b"date,sales\n2026-01-01,x\n2026-01-02,1\n"],
)
def test_the_same_sales_come_from_another_process(content, monkeypatch, home):
    aside, here = both(content, monkeypatch, answers=Answers(duplicates="sum", accept=frozenset({"negative-sales"})))
    pd.testing.assert_frame_equal(aside.sales, here.sales)
    pd.testing.assert_frame_equal(aside.problems, here.problems)
    assert [getattr(aside, name) for name in ("mapping", "kept_out", "rows", "understood")] == [
        getattr(here, name) for name in ("mapping", "kept_out", "rows", "understood")
    ]
    assert not list((home.reading / "spool").iterdir())


@pytest.mark.parametrize("content", [QUESTION, NO_DATE, b"", b"date,sales\n01/02/26,5\n03/04/26,7\n"])
def test_the_same_refusals_come_from_another_process(content, monkeypatch):
    aside, here = both(content, monkeypatch)
    if not isinstance(here, InputError):
        assert aside.understood.questions == here.understood.questions
        assert here.understood.questions
        return
    assert (type(aside), str(aside)) == (type(here), str(here))
    assert aside.understood == here.understood
    for name in ("missing", "found", "questions"):
        assert getattr(aside, name, None) == getattr(here, name, None)


def test_errors_keep_what_a_program_acts_on():
    choices = (("day", "day first", {"date_order": "day", "start_date": date(2026, 1, 1), "leave_out": (("Status", "Cancelled"),)}),)
    asked = AmbiguousDates("Which?", column="when", examples=("01/02/26",), choices=choices, kind="order")
    again = json_forms.error_from_json(json_forms.error_to_json(asked))
    assert vars(again) == {**vars(asked), "understood": None}
    missing = json_forms.error_from_json(json_forms.error_to_json(ColumnsMissing("No date.", missing=("date",), found=("a",))))
    assert (missing.missing, missing.found) == (("date",), ("a",))
    assert type(json_forms.error_from_json(json_forms.error_to_json(QuestionsOpen("?", understood={})))) is QuestionsOpen


def test_cells_are_the_same_in_another_process():
    for content in (packed(ROWS), b"date,sales\n2026-01-01,5\n2026-01-02\n2026-01-03, 7\n"):
        table = reading.read(File(content, "a.csv"))
        here = tasks.read_table(content, "a.csv")
        assert (table.columns, len(table), table.reading) == (here.columns, len(here), here.reading)
        pd.testing.assert_frame_equal(table.cells.rows, here.rows)
        pd.testing.assert_frame_equal(table.cells.problems, here.problems)
        assert table.cells.lines.tolist() == here.lines.tolist()
        assert reading.read(File(content, "a.csv"), cells=True).cells.rows.equals(here.rows)


def test_a_table_is_read_once_for_many_questions(monkeypatch):
    table = reading.read(File(packed(ROWS.dropna()), "a.parquet"))
    monkeypatch.setattr(reading_processes.Path, "write_bytes", lambda *_: pytest.fail("The bytes were sent again."))
    first = table.sales(table.guess, NOTHING_SAID)
    second = table.sales({"date": "date", "sales": "price"}, NOTHING_SAID)
    assert (first.sales["sales"].sum(), second.sales["sales"].sum()) == (ROWS.dropna()["sales"].sum(), 90)


def test_a_file_that_needs_too_much_memory_is_refused_and_the_next_one_is_read(monkeypatch, home):
    monkeypatch.setenv("FORECASTING_READING_MB", "512")
    large = packed(pd.DataFrame({"date": np.zeros(10**7, "datetime64[us]"), "sales": np.zeros(10**7)}))
    with pytest.raises(UnreadableFile, match=r"large.parquet needs more than 512 MB of memory to read\. Split it .* FORECASTING_READING_MB"):
        reading.read_sales(File(large, "large.parquet"), {})
    assert len(reading.read_sales(File(packed(ROWS.dropna()), "a.parquet"), {}).sales) == 60
    assert not list((home.reading / "spool").iterdir())
    reading_processes.pool(ReadingLimits(memory_mb=512)).end()


@pytest.mark.parametrize(
    ("run", "text"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "ended the process that was reading it"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", r"took more than 120 s to read\..* FORECASTING_READING_SECONDS"),
        ("os.kill(os.getpid(), signal.SIGKILL)", r"needs more than [\d,]+ MB of memory"),
    ],
)
def test_a_process_that_dies_is_a_refusal_of_the_file(run, text, instead, caplog):
    instead(run)
    with caplog.at_level(logging.WARNING), pytest.raises(UnreadableFile, match=f"a.csv {text}"):
        reading.read(File(QUESTION, "a.csv"))
    assert "A process that read a file ended." in caplog.text


def test_a_fault_of_ours_is_no_fault_of_the_file(instead):
    instead("request = {'fault': 'Traceback: the inner life'}")
    with pytest.raises(RuntimeError, match="the inner life"):
        reading.read(File(QUESTION, "a.csv"))


def test_who_waits_for_other_files_is_told_so(home, monkeypatch):
    monkeypatch.setattr(reading_processes, "WAIT_SECONDS", 0.1)
    told = []
    with (
        slot(home.reading, 2, timeout=0, on_wait=print),
        slot(home.reading, 2, timeout=0, on_wait=print),
        pytest.raises(TryAgain, match=r"Other files were being read for 0\.1 s"),
    ):
        reading.read(File(QUESTION, "a.csv", on_wait=told.append))
    assert told == ["Other files are being read; this one is next."]
    with slot(home.reading, 2, timeout=0, on_wait=print):
        assert len(reading.read(File(QUESTION, "a.csv", on_wait=told.append))) == 5
    assert len(told) == 1


def test_only_a_small_text_is_read_here_and_only_where_nobody_else_is():
    for content, alone, here in [(QUESTION, True, True), (QUESTION, False, False), (packed(ROWS), True, False), (QUESTION * 20_000, True, False)]:
        assert reading.is_read_here(File(content, "a", alone=alone)) == here


def test_limits_come_from_the_environment_and_from_the_machine():
    assert ReadingLimits(memory_mb=4096).file_bytes == 512 * 2**20
    assert ReadingLimits(memory_mb=512).file_bytes == 200 * 2**20
    assert ReadingLimits().memory >= 512 * 2**20
    assert ReadingLimits.from_environ({"FORECASTING_READING_MB": "1024", "FORECASTING_READING_SECONDS": ""}) == ReadingLimits(memory_mb=1024)
    for name, text in [("FORECASTING_READING_MB", "many"), ("FORECASTING_READING_MB", "100"), ("FORECASTING_READING_SECONDS", "0")]:
        with pytest.raises(InputError, match=name):
            ReadingLimits.from_environ({name: text})
