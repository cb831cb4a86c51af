"""Errors of forecasters in one table: ours, a row a seed where seeds differ, and peers', with the reason where one has no forecast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import pandas as pd

from benchmarks.support import point_scores
from benchmarks.support.peers import Outcome
from forecasting.core.arrays import FloatArray

Row: TypeAlias = Mapping[str, float | str]
"""Columns of `point_scores.COLUMNS` as far as they are known, CPU seconds, and a note."""
CPU, NOTE = "CPU s", "note"
DECIMALS = {"mase": 3, "rmsse": 3, "missing": 3, CPU: 0}


def of_seeds(points: Mapping[int, Mapping[str, Mapping[str, float]]]) -> dict[str, Row]:
    """Rows of our forecasts: each seed's and their mean where seeds differ, else one.

    Args:
        points: Seed -> what a forecast is called -> column -> value.
    """
    rows: dict[str, Row] = {}
    for name in next(iter(points.values())):
        table = pd.DataFrame([made[name] for made in points.values()], index=list(points))
        varied = len(table) > 1 and table[list(point_scores.COLUMNS)].nunique().max() > 1
        rows |= {f"{name}, seed {seed}": row.to_dict() for seed, row in table.iterrows()} if varied else {}
        rows[f"{name}, mean" if varied else name] = table.mean().to_dict()
    return rows


def of_peer(outcome: Outcome, past: FloatArray, y: FloatArray) -> Row:
    """The row of a peer, scored as ours are; without a forecast only the reason.

    Args:
        outcome: What became of it.
        past: Shape (n, d), units sold before.
        y: Shape (n, h), units sold on the days ahead.
    """
    points = {} if outcome.yhat is None else point_scores.scores(past[outcome.rows], y[outcome.rows], outcome.yhat)
    return {**points, CPU: outcome.seconds, NOTE: outcome.note}


def text(rows: Mapping[str, Row]) -> str:
    """The table as it is printed."""
    table = pd.DataFrame.from_dict(rows, orient="index").reindex(columns=[*point_scores.COLUMNS, CPU, NOTE])
    shown = {name: f"{{:.{DECIMALS.get(name, 2)}f}}".format for name in (*point_scores.COLUMNS, CPU)}
    return table.fillna({NOTE: ""}).to_string(na_rep="", formatters=shown)
