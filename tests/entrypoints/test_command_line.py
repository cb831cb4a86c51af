"""The command line, as scripts use it."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys

import pandas as pd
import pytest
import shop_workspaces as shops
from fake_jobs import jobs_in
from repository import ROOT

from forecasting import retrain_model
from forecasting.core.errors import InputError, JobRunning
from forecasting.entrypoints.cli.verbs import main
from forecasting.services import sales
from forecasting.services.jobs import running
from forecasting.storage.sales.table import Dataset

WEEK = "date,product_id,region,category,promo,sales\n2026-07-01,Tea,South,Drinks,0,31\n2026-07-02,Tea,South,Drinks,0,28\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "sales.csv"
    shops.sales(60).to_csv(path, index=False, date_format="%Y-%m-%d")
    return path


@pytest.fixture
def week(tmp_path, home):
    """Two more rows for a workspace that has sales already."""
    shops.merge(home, shops.sales(60))
    path = tmp_path / "week.csv"
    path.write_text(WEEK)
    return path


@pytest.fixture
def training(home):
    """Starts a retrain that runs until the test has ended; gives its job's number."""
    with jobs_in(home.jobs) as jobs:
        yield lambda: jobs.start({"task": "sleep"}, home=home.home)


@pytest.fixture
def race(training, monkeypatch):
    """Another retrain starts right after the merge."""
    merge = sales.merge

    def merge_and_lose(*given, **chosen):
        merged = merge(*given, **chosen)
        training()
        return merged

    monkeypatch.setattr(sales, "merge", merge_and_lose)


def saved(ws):
    return Dataset(ws).version, sales.uploads(ws)


def test_the_sample_goes_to_a_file_or_to_stdout(tmp_path, capfdbinary):
    assert main(["sample", "--out", str(tmp_path / "s.csv")]) == 0
    assert main(["sample"]) == 0
    assert capfdbinary.readouterr().out == (tmp_path / "s.csv").read_bytes()


def test_an_upload_says_what_is_new_and_the_same_file_twice_changes_nothing(file, capsys, home):
    assert main(["upload", str(file), "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert (first["changed"], first["unchanged"]) == (0, 0)
    assert first["new"] == len(pd.read_csv(file))
    version = sales.uploads(home)[0].version
    assert main(["upload", str(file), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, first["new"])
    assert sales.uploads(home)[0].version == version


def test_a_dry_run_saves_nothing(file, capsys, home):
    assert main(["upload", str(file), "--dry-run"]) == 0
    assert "Nothing was saved" in capsys.readouterr().out
    assert not sales.has_sales(home)


def test_rows_with_problems_are_listed_and_left_out_only_when_asked(file, capsys, home):
    text = file.read_text().splitlines()
    text[3] = text[3].rsplit(",", 1)[0] + ",many"
    file.write_text("\n".join(text))
    assert main(["upload", str(file)]) == 2
    told = capsys.readouterr().err
    assert "Not a number" in told
    assert "--drop-problems" in told
    assert not sales.has_sales(home)
    assert main(["upload", str(file), "--drop-problems"]) == 0
    assert sales.has_sales(home)


def test_columns_of_other_names_are_mapped(tmp_path, capsys):
    path = tmp_path / "x.csv"
    path.write_text("Wann;Wieviel;Ware\n01.02.2026;3,5;A\n")
    assert main(["upload", str(path), "--map", "date=Wann", "sales=Wieviel", "product_id=Ware", "--json", "--day-first"]) == 0
    assert json.loads(capsys.readouterr().out)["new"] == 1
    assert main(["upload", str(path), "--map", "price"]) == 2
    assert "ROLE=COLUMN" in capsys.readouterr().err


def test_dates_that_can_be_read_two_ways_are_asked_about(tmp_path, capsys, home):
    path = tmp_path / "x.csv"
    path.write_text("date,sales\n03/04/2026,1\n05/06/2026,2\n")
    assert main(["upload", str(path)]) == 2
    assert "--day-first" in capsys.readouterr().err
    assert main(["upload", str(path), "--month-first"]) == 0
    assert sales.uploads(home)[0].new == 2


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["upload", "nowhere.csv"], "nowhere.csv cannot be read"),
        (["undo"], "There is no upload to take back"),
        (["retrain"], "There are no sales yet"),
        (["live", "7"], "7"),
        (["retrain", "--epochs", "0"], "Epochs lie between 1 and 1000, not 0"),
    ],
)
def test_bad_input_ends_with_2_and_one_clear_message(arguments, text, capsys):
    assert main(arguments) == 2
    assert re.search(text, capsys.readouterr().err)


def test_a_forecast_without_a_model_ends_with_1(capsys):
    assert main(["forecast"]) == 1
    assert "No model has been trained yet" in capsys.readouterr().err


def test_an_upload_is_taken_back(file, capsys, home):
    main(["upload", str(file)])
    assert main(["undo"]) == 0
    assert "sales.csv" in capsys.readouterr().out
    assert sales.uploads(home)[0].undone


def test_no_name_changes_the_terminal(tmp_path, capsys, home):
    path = tmp_path / "a\x1b[31m\u202e.csv"
    rows = [("2026-06-01", "\x1b]0;owned\x07Tea", "5"), ("2026-06-02", "\x9b2JTea", "many"), ("2026-06-03", "two\u202e", "\x1b[2J")]
    path.write_text("date,product_id,sales\n" + "".join(f"{','.join(row)}\n" for row in rows), encoding="utf-8")
    assert main(["upload", str(path)]) == 2
    told = capsys.readouterr()
    assert r"\u001b[2J" in told.err
    assert main(["upload", str(path), "--drop-problems", "--map", "sales=\x1b[1m"]) == 2
    assert main(["upload", str(path), "--drop-problems"]) == 0
    assert main(["undo"]) == 0
    again = capsys.readouterr()
    assert r"Taken back: a\u001b[31m\u202e.csv." in again.out
    assert not set(told.out + told.err + again.out + again.err) & set("\x1b\x07\x9b\u202e")


def test_the_forecast_comes_as_csv_for_a_filter(shop, capfdbinary, tmp_path):
    assert main(["forecast", "--days", "7", "--product-id", "Tea"]) == 0
    table = pd.read_csv(io.BytesIO(capfdbinary.readouterr().out))
    assert table.groupby(["product_id", "region"]).size().to_dict() == {("Tea", "North"): 7, ("Tea", "South"): 7}
    assert main(["forecast", "--days", "14", "--total", "--out", str(tmp_path / "f.csv")]) == 0
    assert len(pd.read_csv(tmp_path / "f.csv")) == 14
    assert main(["forecast", "--product-id", "Tee"]) == 2
    assert main(["forecast", "--days", "99"]) == 2


def test_a_retrain_merges_trains_publishes_and_prints_the_manifest_last(file):
    command = [sys.executable, "-m", "forecasting", "retrain", str(file), "--horizon", "7", "--epochs", "1", "--without", "trees", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    manifest = json.loads(done.stdout)
    assert (manifest["version"], manifest["settings"]["horizon"], manifest["settings"]["lstm"]["epochs"]) == (1, 7, 1)
    assert "rows new" in done.stderr.partition("Backtest: ")[0]
    assert "Backtest: LSTM" in done.stderr  # a bar shows a stage of a tenth of a second only where it happens to look
    assert "Version 1 is live" in done.stderr
    listing = subprocess.run([sys.executable, "-m", "forecasting", "versions", "--json"], cwd=ROOT, capture_output=True, check=True, env=os.environ)
    assert [(v["version"], v["live"]) for v in json.loads(listing.stdout)] == [(1, True)]


def test_in_python_a_queue_is_all_that_progress_needs(file):
    import queue

    told = queue.Queue()
    manifest = retrain_model(file, epochs=1, horizon=7, without=["trees"], on_progress=told.put)
    stages = [step.stage for step in told.queue]
    assert manifest["version"] == 1
    assert list(dict.fromkeys(stages))[:2] == ["Prepare", "Backtest: Seasonal naive"]
    assert {"Backtest: Prophet", "Backtest: LSTM", "Prophet", "LSTM", "Publish"} <= set(stages)
    assert any(step.loss is not None for step in told.queue)


def test_on_the_command_line_a_retrain_beside_another_ends_with_1_and_merges_nothing(week, training, capsys, home):
    before, job = saved(home), training()
    assert main(["retrain", str(week)]) == 1
    assert capsys.readouterr().err == f"A retraining is running already (job {job}). This one can start when it ends.\n"
    assert main(["retrain"]) == 1
    assert saved(home) == before


def test_in_python_a_retrain_beside_another_raises_and_merges_nothing(week, training, home):
    before, job = saved(home), training()
    with pytest.raises(JobRunning, match="can start when it ends") as error:
        retrain_model(week)
    assert error.value.job == job
    assert saved(home) == before


def test_on_the_command_line_a_retrain_that_loses_a_race_says_that_the_file_is_merged(week, race, capsys, home):
    assert main(["retrain", str(week)]) == 1
    assert "Another retraining began meanwhile (job 1). The file is merged: 2 rows new" in capsys.readouterr().err
    assert sales.uploads(home)[0].name == "week.csv"


def test_in_python_a_retrain_that_loses_a_race_says_that_the_file_is_merged(week, race, home):
    with pytest.raises(JobRunning, match=r"meanwhile \(job 1\). The file is merged: 2 rows new"):
        retrain_model(week)
    assert sales.uploads(home)[0].name == "week.csv"


def test_settings_that_cannot_be_used_start_and_merge_nothing(week, capsys, home):
    before = saved(home)
    assert main(["retrain", str(week), "--epochs", "0"]) == 2
    assert capsys.readouterr().err == "Epochs lie between 1 and 1000, not 0.\n"
    with pytest.raises(InputError, match="Epochs lie between 1 and 1000, not 0"):
        retrain_model(week, epochs=0)
    assert saved(home) == before
    assert running(home) is None


def test_a_file_that_cannot_be_used_is_not_trained_on(week, capsys, home):
    before = saved(home)
    week.write_text(WEEK.replace("28", "many"))
    assert main(["retrain", str(week)]) == 2
    assert "Not a number" in capsys.readouterr().err
    with pytest.raises(InputError):
        retrain_model(week)
    assert saved(home) == before
    assert running(home) is None


@pytest.mark.parametrize(
    ("arguments", "said", "text"),
    [
        (["--host", "0.0.0.0"], {}, "FORECASTING_API_TOKEN"),
        (["--retrain-every", "now"], {}, "'now' is not a schedule"),
        ([], {"FORECASTING_RETRAIN_EVERY": "61 * * * *"}, "'61 \\* \\* \\* \\*' is not a schedule"),
        ([], {"FORECASTING_KEEP_VERSIONS": "1"}, "at least 2"),
        ([], {"FORECASTING_REQUEST_RATE": "often"}, "FORECASTING_REQUEST_RATE"),
    ],
)
def test_a_server_that_is_set_up_wrong_does_not_start(arguments, said, text, capsys, monkeypatch):
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("FORECASTING_API_TOKEN", raising=False)
    assert main(["serve", *arguments]) == 2
    assert re.search(text, capsys.readouterr().err)


def test_the_server_is_started_without_pandas():
    code = "import sys, forecasting.entrypoints.cli.verbs; print({'numpy', 'pandas'} & set(sys.modules) or 'neither')"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout == "neither\n"


def test_what_newcomers_type_is_understood_or_answered_with_what_to_do(home, capsys):
    said = {("live", "v2"): "There is no version 2", ("compare", "v1", "2"): "There is no version 1", ("serve", "--port", "99999"): "from 1 to 65535"}
    for typed, answer in said.items():
        assert main(list(typed)) == 2
        assert answer in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["stock", "count.csv"])
    assert "unrecognized arguments: count.csv. The verb's own --help says what it takes." in capsys.readouterr().err
