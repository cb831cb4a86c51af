"""The shadow behind the live version: what served before, and what never served, graded on the same days by the sales now saved."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from math import isnan
from threading import Condition
from typing import Any, Final

import numpy as np
import pandas as pd
from cachetools import LRUCache, cached

from forecasting.analysis.champion import turns
from forecasting.analysis.champion.grading import Grade as Grade
from forecasting.analysis.champion.grading import Graded, Role, grade
from forecasting.core.arrays import nanmean
from forecasting.core.errors import NotFound, StateDamaged, VersionDamaged, VersionUnavailable
from forecasting.core.period import MONTH, PERIODS, Period
from forecasting.core.settings import Settings
from forecasting.services import sold_panel
from forecasting.services.version_forecast import VersionForecast
from forecasting.storage.product_links import ProductLinks
from forecasting.storage.sales.table import Dataset
from forecasting.storage.settings import settings_store
from forecasting.storage.versions import gate_facts
from forecasting.storage.versions.moves import STANDING_IN
from forecasting.storage.versions.remarks import Remarks
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace

logger = logging.getLogger("shelfcast")

BY_MONTHS: Final = "Sales by the month are too few to grade two versions side by side: the backtest of a retrain compares them."
BY: Final = "shadow"
"""Who moves the live version where the evidence does."""
USUAL_DAYS: Final = 28


def grades(ws: Workspace) -> tuple[Grade, ...]:
    """How the live version does beside the one that served before, and beside each one that never served; the shadow first.

    None of a shop with monthly sales, and none of versions that cannot be read.
    """
    store = Versions(ws.versions)
    return _grades(ws, (Dataset(ws).version, store.moves(), tuple(store.numbers())))


def told(ws: Workspace) -> dict[str, Any]:
    """What grading says, for JSON: `shadows`, each with the fields of a `Grade` and `advised`, and a `note` where nothing is ever graded."""
    shadows = [{**asdict(each), "ratio": None if isnan(each.ratio) else each.ratio, "advised": each.is_advised} for each in grades(ws)]
    return {"shadows": shadows, "note": not_applicable(ws)}


def not_applicable(ws: Workspace) -> str:
    """Why nothing is graded in this shop, in a sentence; empty where something may be."""
    store = Versions(ws.versions)
    live = store.live()
    with suppress(NotFound, VersionDamaged, VersionUnavailable):
        if live is not None and _period(store.manifest(live)) == MONTH:
            return BY_MONTHS
    return ""


def shadow_of(ws: Workspace) -> int | None:
    """The version that is graded beside the live one since it served before; None without one."""
    turn = _turn(Versions(ws.versions))
    return None if turn is None or turn.shadow == turn.versions[-1] else turn.shadow


def needed(ws: Workspace) -> frozenset[int]:
    """Versions that the grading reads, and that retention therefore leaves: the shadow, and the one that took its place."""
    turn = _turn(Versions(ws.versions))
    return frozenset() if turn is None or turn.shadow is None else frozenset({turn.shadow, turn.versions[0]})


def act(ws: Workspace) -> Grade | None:
    """Has the version serve that the evidence says should, where the shop's settings leave that to it; the grade that decided, None where none did.

    A shadow goes back to serving, and what never served is let in; a pinned version stays. Raises what `Versions.set_live` raises.
    """
    store = Versions(ws.versions)
    if not _by_itself(ws) or store.live() in Remarks(ws.versions).pinned():
        return None
    advised = next((each for each in grades(ws) if each.is_advised), None)
    if advised is not None:
        store.set_live(advised.other, BY, "went_back" if advised.role == "shadow" else "let_in")
        logger.warning(advised.sentence)
    return advised


def after_merge(ws: Workspace) -> None:
    """Acts on what new sales say, which no failure here takes back."""
    try:
        act(ws)
    except Exception:
        logger.exception("The live version was not graded beside others")


def forget() -> None:
    """Keeps nothing any more."""
    one: Any = _grades
    one.cache_clear()


@cached(LRUCache(4), condition=Condition())
def _grades(ws: Workspace, stamp: tuple[Any, ...]) -> tuple[Grade, ...]:
    if stamp[0] is None:
        return ()
    return tuple(_each(ws, Versions(ws.versions)))


def _each(ws: Workspace, store: Versions) -> Iterator[Grade]:
    turn = _turn(store)
    if turn is None:
        return
    live = turn.versions[-1]
    pairs: list[tuple[Role, int, Sequence[int]]] = []
    if turn.shadow is not None and turn.shadow != live:
        pairs.append(("shadow", turn.shadow, turn.versions))
    pairs += [(role, number, _since(store, number)) for number, role in _unserved(store)]
    for role, other, serving in pairs:
        with suppress(NotFound, VersionDamaged, VersionUnavailable):  # what cannot be read is not graded
            chain = [forecast for forecast in (_readable(store, number) for number in serving) if forecast is not None]
            beside = VersionForecast.read(store, other)
            if chain and chain[-1].version == live and beside.period != MONTH and all(each.period == beside.period for each in chain):
                yield grade(live, other, role, _graded(ws, chain, beside), beside.period)


def _turn(store: Versions) -> turns.Turn | None:
    return turns.turn(store.moves(), partial(_days_of, store))


def _days_of(store: Versions, number: int) -> int:
    """Days on which a version can be graded at most."""
    try:
        facts = store.manifest(number)
    except (NotFound, VersionDamaged, VersionUnavailable):
        return turns.MOST_DAYS
    horizon = int(facts.get("settings", {}).get("horizon", Settings.horizon))
    return min(horizon, turns.MOST_DAYS)


def _unserved(store: Versions) -> Iterator[tuple[int, Role]]:
    """Versions that the gate held, and challengers, that never served."""
    served = {move.to for move in store.moves() if move}
    for number in store.numbers():
        with suppress(NotFound, VersionDamaged, VersionUnavailable):
            facts = store.manifest(number)
            if number not in served and not gate_facts.goes_live(facts):
                yield number, "held" if gate_facts.is_held(facts) else "challenger"


def _since(store: Versions, number: int) -> list[int]:
    """What has served since a version was published, the live one last."""
    published = store.manifest(number)["published"]
    moves = [move for move in store.moves() if move and move.to is not None and move.why not in STANDING_IN]
    before = [move.to for move in moves if move.when.isoformat() < published][-1:]
    return [number for number in (*before, *(move.to for move in moves if move.when.isoformat() >= published)) if number is not None]


def _period(facts: Mapping[str, Any]) -> Period:
    return PERIODS[facts.get("period", "day")]


def _readable(store: Versions, number: int) -> VersionForecast | None:
    """A version that served; None for one that was pruned, or is damaged: an earlier one stands in for it."""
    try:
        return VersionForecast.read(store, number)
    except (NotFound, VersionDamaged, VersionUnavailable):
        return None


def _graded(ws: Workspace, chain: Sequence[VersionForecast], beside: VersionForecast) -> Graded:
    """The days that both forecast without knowing them: of the live one's, what served last knew of no such day."""
    start = max(chain[0].last, beside.last)
    sales = sold_panel.sold(ws, ProductLinks(ws).load())
    if sales is None:
        raise NotFound("There are no sales to grade by.")
    days = sales.dates[(sales.dates > start) & (sales.dates <= start + pd.Timedelta(days=turns.MOST_DAYS)) & (sales.dates <= beside.dates[-1])]
    ids = chain[0].ids[chain[0].ids.isin(beside.ids)]
    live = np.full((len(ids), len(days)), np.nan)
    for forecast in chain:
        later = np.asarray(days > forecast.last)
        live[:, later] = forecast.of(ids, days[later])
    rows = pd.Index(sales.unique_ids).get_indexer(ids)
    known = np.where(rows[:, None] >= 0, sales.sales[rows], np.nan)
    before = np.asarray(sales.dates <= start)
    usual = np.nan_to_num(nanmean(known[:, before][:, -beside.period.steps(USUAL_DAYS) :], axis=1))
    return Graded(known[:, np.isin(sales.dates, days)], live, beside.of(ids, days), usual)


def _by_itself(ws: Workspace) -> bool:
    """Whether the shop's settings leave going back to the evidence; where they are damaged, nothing is done."""
    try:
        return settings_store(ws).load().values.go_back == "by_itself"
    except StateDamaged as damage:
        logger.warning("%s Nothing is done by itself meanwhile.", damage)
        return False
