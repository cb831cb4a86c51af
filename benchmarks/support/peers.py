"""Other forecasters on the same days, each in a process of its own (`benchmarks/peers/run.py`).

A peer that cannot be installed, fails, or takes too long has the reason in place of a forecast.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.support import environments
from benchmarks.support.environments import ROOT, PeerError
from forecasting.core import panel as panels
from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.models.seasonal_naive import SeasonalNaive

RUN = ROOT / "benchmarks" / "peers" / "run.py"


class Peer(NamedTuple):
    """A forecaster: its name for people, the group of libraries that it needs, and whether it fits one series after the other."""

    label: str
    group: str
    one_by_one: bool = False


PEERS = {
    "lightgbm": Peer("LightGBM", "classic"),
    "mlforecast": Peer("mlforecast, LightGBM", "classic"),
    "auto_ets": Peer("AutoETS", "classic", one_by_one=True),
    "auto_theta": Peer("AutoTheta", "classic", one_by_one=True),
    "mstl": Peer("MSTL", "classic", one_by_one=True),
    "nhits": Peer("N-HiTS", "networks"),
}
ENSEMBLE = ("auto_ets", "auto_theta")
"""Peers whose mean with the seasonal naive forecast is a peer too."""
ENSEMBLE_LABEL = "AutoETS, AutoTheta, naive: mean"


class Terms(NamedTuple):
    """Days ahead; CPU minutes after which a peer is stopped; series that peers get which fit one after the other."""

    horizon: int
    minutes: float
    series: int


class Outcome(NamedTuple):
    """What became of a peer.

    Args:
        label: Its name for people; says of how many series it forecasts, if not all.
        rows: Positions of the m series that it was given.
        yhat: Units forecast, shape (m, h), NaN where it says nothing; None without a forecast.
        seconds: CPU seconds.
        note: Versions of its libraries, or why there is no forecast.
    """

    label: str
    rows: np.ndarray
    yhat: FloatArray | None
    seconds: float
    note: str


def sample(n: int, most: int) -> np.ndarray:
    """Positions of series, of n, for peers that fit one after the other: all, or as many as `most`, drawn at random."""
    return np.sort(np.random.default_rng(0).permutation(n)[:most])


def of_series(label: str, count: int, n: int) -> str:
    """A label that says of how many series, of n, if not all."""
    return label if count == n else f"{label}, {count} of {n} series"


def task(sales: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """What peers are given: rows `unique_id, ds, y`, attributes and drivers; those of the last `horizon` days have no `y`."""
    keys = [name for name in schema.KEYS if name in sales]
    rows = sales.assign(**{schema.UNIQUE_ID: panels.unique_id(sales[keys].astype("str"))}).rename(
        columns={schema.DATE: schema.DS, schema.SALES: schema.Y}
    )
    rest = {name: "first" for name in (*keys, *schema.ATTRIBUTES, *schema.DRIVERS) if name in rows}
    rows = rows.groupby([schema.UNIQUE_ID, schema.DS], as_index=False).agg({schema.Y: "sum", **rest})
    last = rows[schema.DS].max() - pd.Timedelta(days=horizon)
    return rows.assign(**{schema.Y: rows[schema.Y].where(rows[schema.DS] <= last)})


def outcomes(names: Iterable[str], sales: pd.DataFrame, panel: Panel, terms: Terms, out: Callable[[str], Path]) -> list[Outcome]:
    """What becomes of these peers.

    Args:
        names: Of `PEERS`.
        sales: The whole file; peers see what `task` leaves of it.
        panel: The n series up to the last day that is known.
        terms: Under which they forecast.
        out: Name of a peer and of its series -> the CSV that it writes; if that is there already, it is not made again.
    """
    given = task(sales, terms.horizon)
    made = {}
    for name in names:
        rows = sample(len(panel), terms.series) if PEERS[name].one_by_one else np.arange(len(panel))
        file = out(f"{name}-{len(rows)}")
        made[name] = outcome(name, given[given[schema.UNIQUE_ID].isin(np.array(panel.unique_ids)[rows])], (panel, rows), terms, file)
    return [*made.values(), *ensemble(made, SeasonalNaive().fit(panel, horizon=terms.horizon).predict(panel, terms.horizon))]


def outcome(name: str, given: pd.DataFrame, whose: tuple[Panel, np.ndarray], terms: Terms, out: Path) -> Outcome:
    """What becomes of one of them, given these rows of the series at some positions of a panel."""
    panel, rows = whose
    label, about = of_series(PEERS[name].label, len(rows), len(panel)), out.with_suffix(".json")
    try:
        if not about.exists():
            run(name, given, terms, out)
    except PeerError as error:
        return Outcome(label, rows, None, np.nan, str(error))
    said = json.loads(about.read_text())
    forecast = pd.read_csv(out, parse_dates=[schema.DS], dtype={schema.UNIQUE_ID: "str"})
    note = ", ".join(f"{package} {release}" for package, release in said["versions"].items())
    return Outcome(label, rows, placed(forecast, panel, terms.horizon)[rows], said["seconds"], note)


def run(name: str, given: pd.DataFrame, terms: Terms, out: Path) -> None:
    """Has a peer write its forecast, and what it took, beside each other.

    Raises:
        PeerError: It gave none.
    """
    file = out.with_suffix(".task.csv")
    given.to_csv(file, index=False, date_format="%Y-%m-%d")
    command = [environments.python(PEERS[name].group), RUN, name, file, str(terms.horizon), out, "--minutes", str(terms.minutes)]
    try:
        environments.call(command)
    finally:
        file.unlink()


def placed(rows: pd.DataFrame, panel: Panel, horizon: int) -> FloatArray:
    """Forecast rows `unique_id, ds, yhat` by series and day ahead, shape (n, horizon); NaN where there is none."""
    place = pd.Index(panel.unique_ids).get_indexer(pd.Index(rows[schema.UNIQUE_ID]))
    day = panel.ahead(horizon).get_indexer(pd.DatetimeIndex(rows[schema.DS]))
    known = (place >= 0) & (day >= 0)
    yhat: FloatArray = np.full((len(panel), horizon), np.nan)
    yhat[place[known], day[known]] = rows["yhat"].to_numpy(dtype=float)[known]
    return yhat


def ensemble(made: Mapping[str, Outcome], naive: FloatArray) -> list[Outcome]:
    """The mean of statistical peers and the seasonal naive forecast, shape (n, h); nothing if one of the peers was not asked for."""
    members = [made[name] for name in ENSEMBLE if name in made]
    if len(members) < len(ENSEMBLE):
        return []
    rows, label = members[0].rows, of_series(ENSEMBLE_LABEL, len(members[0].rows), len(naive))
    forecasts = [member.yhat for member in members if member.yhat is not None]
    if len(forecasts) < len(members):
        return [Outcome(label, rows, None, np.nan, "one of its members has no forecast")]
    return [Outcome(label, rows, np.mean([naive[rows], *forecasts], axis=0), sum(member.seconds for member in members), members[0].note)]
