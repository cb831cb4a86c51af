"""Other forecasters stand in one table with ours, or the reason why they do not. None of their libraries is needed here."""

from __future__ import annotations

import importlib
import runpy
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from panels import panel

from benchmarks import accuracy
from benchmarks.support import environments, peers, point_scores, point_table
from benchmarks.support.environments import PeerError
from benchmarks.support.peers import Outcome, Terms
from forecasting.core import panel as panels

TERMS = Terms(horizon=2, minutes=1, series=500)
FAKE = """
import csv, json, os, pathlib, sys
_, name, task, horizon, out, _, minutes = sys.argv
if name == "mlforecast":
    raise ValueError("no such column: promo")
if name == "mstl":
    os.kill(os.getpid(), 24)
ahead = [row for row in csv.DictReader(open(task)) if not row["y"]]
lines = [f"{row['unique_id']},{row['ds']},{len(name)}" for row in ahead]
pathlib.Path(out).write_text("\\n".join(["unique_id,ds,yhat", *lines, "unknown,2024-01-21,1"]))
pathlib.Path(out).with_suffix(".json").write_text(json.dumps({"seconds": 2.0, "versions": {"peer": "1.2"}}))
"""
"""A peer that forecasts the length of its name, one that fails, and one that is stopped."""


@pytest.fixture
def sales() -> pd.DataFrame:
    """Twenty days of two products, the last of which has two rows a day, in a shop that plans promotions."""
    dates = pd.date_range("2024-01-01", periods=20)
    rows = [pd.DataFrame({"date": dates, "product_id": name, "store": "S|1", "promo": 1.0, "sales": 5.0}) for name in ("a", "b", "b")]
    return pd.concat(rows, ignore_index=True)


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """The process of a peer that needs no library."""
    script = tmp_path / "fake.py"
    script.write_text(FAKE)
    monkeypatch.setattr(peers, "RUN", script)
    monkeypatch.setattr(environments, "python", lambda _: Path(sys.executable))
    return tmp_path


def outcomes(folder: Path, sales: pd.DataFrame, names: list[str], terms: Terms = TERMS) -> dict[str, Outcome]:
    known = panels.from_sales(accuracy.cut(sales, terms.horizon))
    return {made.label: made for made in peers.outcomes(names, sales, known, terms, lambda name: folder / f"{name}.csv")}


def test_peers_see_the_days_before_the_cut_and_the_drivers_after_it(sales):
    given = peers.task(sales, 2)
    assert given.columns.tolist() == ["unique_id", "ds", "y", "product_id", "store", "promo"]
    assert given["unique_id"].unique().tolist() == panels.from_sales(sales).unique_ids == ["a|S\\|1", "b|S\\|1"]
    last = given[given["ds"] > "2024-01-18"]
    assert last["y"].isna().all()
    assert last["promo"].tolist() == [1.0] * 4
    assert given["y"].dropna().tolist() == [5.0] * 18 + [10.0] * 18


def test_a_file_of_one_series_has_no_keys(sales):
    assert peers.task(sales[["date", "sales"]], 2)["unique_id"].unique().tolist() == ["all"]


def test_forecasts_of_a_peer_find_their_series_and_days(fake, sales):
    made = outcomes(fake, sales, ["lightgbm"])["LightGBM"]
    np.testing.assert_array_equal(made.yhat, np.full((2, 2), 8.0))
    assert (made.seconds, made.note) == (2.0, "peer 1.2")
    assert not list(fake.glob("*.task.csv"))


def test_a_peer_that_fails_or_is_stopped_says_why_and_the_others_stay(fake, sales):
    made = outcomes(fake, sales, ["mlforecast", "mstl", "lightgbm"])
    assert [(one.yhat is None, one.note) for one in made.values()] == [
        (True, "failed: ValueError: no such column: promo"),
        (True, "stopped: it needs more CPU time than it was given"),
        (False, "peer 1.2"),
    ]


def test_libraries_that_cannot_be_installed_are_the_reason(fake, sales, monkeypatch):
    def refuse(group: str) -> Path:
        raise PeerError(f"failed: no release fits {group}")

    monkeypatch.setattr(environments, "python", refuse)
    assert outcomes(fake, sales, ["lightgbm"])["LightGBM"].note == "failed: no release fits classic"


def test_what_a_peer_forecast_before_is_not_made_again(fake, sales, monkeypatch):
    before = outcomes(fake, sales, ["lightgbm"])["LightGBM"]
    monkeypatch.setattr(environments, "call", lambda _: pytest.fail("It ran again."))
    np.testing.assert_array_equal(outcomes(fake, sales, ["lightgbm"])["LightGBM"].yhat, before.yhat)


def test_a_mean_of_peers_and_last_week_is_a_peer_too(fake, sales):
    made = outcomes(fake, sales, ["auto_ets", "auto_theta"])[peers.ENSEMBLE_LABEL]
    np.testing.assert_allclose(made.yhat, [[(8 + 10 + 5) / 3] * 2, [(8 + 10 + 5) / 3] * 2])
    assert made.seconds == 4.0
    assert peers.ENSEMBLE_LABEL not in outcomes(fake, sales, ["auto_ets"])


def test_peers_that_fit_one_by_one_may_have_some_of_the_series(fake, sales):
    made = outcomes(fake, sales, ["auto_ets", "auto_theta", "lightgbm"], TERMS._replace(series=1))
    assert list(made) == ["AutoETS, 1 of 2 series", "AutoTheta, 1 of 2 series", "LightGBM", f"{peers.ENSEMBLE_LABEL}, 1 of 2 series"]
    assert [one.yhat.shape for one in made.values()] == [(1, 2), (1, 2), (2, 2), (1, 2)]
    assert made["AutoETS, 1 of 2 series"].rows.tolist() == peers.sample(2, 1).tolist()


def test_a_sample_of_series_is_always_the_same():
    assert len(set(peers.sample(500, 50))) == 50
    assert peers.sample(500, 50).tolist() == sorted(peers.sample(500, 50))
    assert peers.sample(3, 50).tolist() == [0, 1, 2]


# The table


def test_ours_and_theirs_stand_in_one_table():
    past, y = np.tile([[*range(20)]], (2, 1)).astype(float), np.full((2, 7), 10.0)
    good = Outcome("LightGBM", np.arange(2), np.full((2, 7), 11.0), 3.4, "lightgbm 4.7.0")
    lost = Outcome("MSTL", np.arange(2), None, np.nan, "failed: no torch")
    ours = {0: {"line": {**point_scores.scores(past, y, y), point_table.CPU: 50.0}}}
    lines = point_table.text(point_table.of_seeds(ours) | {made.label: point_table.of_peer(made, past, y) for made in (good, lost)}).splitlines()
    assert lines[0].split() == ["wape", "mase", "rmsse", "bias", "total_wape", "wape_7", "wape_14", "missing", "CPU", "s", "note"]
    assert lines[1].split() == ["line", "0.00", "0.000", "0.000", "0.00", "0.00", "0.00", "0.000", "50"]
    assert lines[2].split() == ["LightGBM", "10.00", "0.143", "0.143", "10.00", "10.00", "10.00", "0.000", "3", "lightgbm", "4.7.0"]
    assert lines[3].split() == ["MSTL", "failed:", "no", "torch"]


def test_seeds_that_differ_have_a_row_each_and_a_mean():
    row = dict.fromkeys(point_scores.COLUMNS, 1.0)
    points = {seed: {"naive": {**row, point_table.CPU: np.nan}, "line": {**row, "wape": 2.0 + seed, point_table.CPU: 9.0 + seed}} for seed in (0, 1)}
    rows = point_table.of_seeds(points)
    assert list(rows) == ["naive", "line, seed 0", "line, seed 1", "line, mean"]
    assert rows["line, mean"]["wape"] == 2.5


def test_ours_are_scored_on_all_series_and_on_those_that_peers_had(monkeypatch):
    whole = panel({name: np.arange(20.0) for name in "abc"})

    class Version:
        panel = whole
        yhat = {name: np.ones((3, 2)) for name in accuracy.NAMES}  # noqa: RUF012
        line, expected = np.full((3, 2), 4.0), np.full((3, 2), 5.0)

    y = np.full((3, 2), 5.0)
    points = accuracy.own_points(Version(), y, np.array([1]), 12.0)
    assert list(points)[-4:] == ["Shelfcast, line", "Shelfcast, expected", "Shelfcast, line, 1 of 3 series", "Shelfcast, expected, 1 of 3 series"]
    assert [points[name]["bias"] for name in list(points)[-4:]] == pytest.approx([-20, 0, -20, 0])
    assert points["Shelfcast, line"][point_table.CPU] == 12.0


# Environments


def test_an_environment_is_made_once_and_again_when_its_requirements_change(tmp_path, monkeypatch):
    calls: list[list[str]] = []

    def call(command: list[str | Path]) -> None:
        calls.append([str(part) for part in command])
        (tmp_path / "home" / "classic").mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(environments, "call", call)
    wanted = tmp_path / "classic.txt"
    wanted.write_text("lightgbm==4.7.0\n")
    for _ in range(2):
        assert environments.python("classic", tmp_path, tmp_path / "home") == tmp_path / "home" / "classic" / "bin" / "python"
    assert [command[1:3] for command in calls] == [["-m", "venv"], ["-m", "pip"]]
    wanted.write_text("lightgbm==4.8.0\n")
    environments.python("classic", tmp_path, tmp_path / "home")
    assert len(calls) == 4


def test_the_requirements_of_peers_are_pinned():
    for group in {peer.group for peer in peers.PEERS.values()}:
        lines = (environments.REQUIREMENTS / f"{group}.txt").read_text().splitlines()
        pins = [line for line in lines if line and not line.startswith("#")]
        assert pins
        assert all(line.count("==") == 1 and "://" not in line for line in pins)


def test_every_peer_that_is_asked_for_is_one_that_runs(monkeypatch):
    monkeypatch.syspath_prepend(str(peers.RUN.parent))
    assert set(runpy.run_path(str(peers.RUN))["PEERS"]) == set(peers.PEERS)


# What peers make of their task


@pytest.fixture
def frames(monkeypatch):
    """The module of peers that needs nothing but pandas."""
    monkeypatch.syspath_prepend(str(peers.RUN.parent))
    return importlib.import_module("frames")


@pytest.fixture
def task(frames, tmp_path):
    """Two products, one of which has gaps and a price; and a third that is new ahead."""
    rows = pd.DataFrame(
        {
            "unique_id": ["a", "a", "a", "b", "b", "a", "b", "c"],
            "ds": [f"2024-01-0{day}" for day in (1, 2, 4, 2, 3, 5, 6, 5)],
            "y": [1, 2, 4, 20, 30, None, None, None],
            "price": [9, None, 8, 5, 5, 7, 6, 1],
            "promo": [1, 0, 1, 0, 0, 1, 0, 0],
            "store": list("ssstttts"),
        }
    )
    rows.to_csv(tmp_path / "task.csv", index=False)
    return frames.read(tmp_path / "task.csv", 2)


def test_a_task_knows_what_is_past_and_leaves_out_what_is_new(task):
    assert (len(task.past), task.ahead["unique_id"].tolist()) == (5, ["a", "b"])
    assert "y" not in task.ahead
    assert (task.drivers, task.attributes, task.sparse) == (["price", "promo"], ["store"], False)


def test_libraries_of_regular_series_have_every_day_of_each(frames, task):
    past, ahead = frames.regular(task)
    assert past.groupby("unique_id")["y"].apply(list).to_dict() == {"a": [1, 2, 0, 4], "b": [20, 30, 0]}
    assert past["price"].tolist() == [9, 9, 9, 8, 5, 5, 5]
    assert past["promo"].tolist() == [1, 0, 0, 1, 0, 0, 0]
    assert ahead["ds"].dt.day.tolist() == [5, 6, 5, 6]
    assert ahead["price"].tolist() == [7, 7, 5, 6]
    assert ahead["store"].tolist() == ["s", "s", "t", "t"]
