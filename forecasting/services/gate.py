"""The gate in front of the live version: what a new version is compared with, and what becomes of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from forecasting.analysis.champion import decision, recipe
from forecasting.analysis.champion.figures import Decision
from forecasting.analysis.champion.pair import Pair
from forecasting.core.errors import NotFound, SalesDamaged, StateDamaged, VersionDamaged, VersionUnavailable
from forecasting.core.shop_settings import GoLive
from forecasting.services import gate_money, product_changes, versions
from forecasting.storage.sales.table import Dataset
from forecasting.storage.settings import settings_store
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble

logger = logging.getLogger("shelfcast")


def chosen_rule(ws: Workspace) -> GoLive:
    """When new versions go live, as a person chose it; where the newest choice is damaged, the one before it."""
    store = settings_store(ws)
    try:
        return store.load().values.go_live
    except StateDamaged as damage:
        logger.warning("%s The settings before it decide what goes live.", damage)
        return store.newest_whole().values.go_live


def examine(ws: Workspace, trained: Ensemble, facts: Mapping[str, Any], rule: GoLive, *, challenger: bool = False) -> Decision:
    """What becomes of a version that is about to be published; nothing is changed.

    A live version that is damaged or missing protects nothing, and versions that share no series are never compared.

    Args:
        ws: Where.
        trained: The new version.
        facts: What its manifest says of settings, code, libraries, rows, sales and products.
        rule: When new versions go live.
        challenger: Whether it was trained for the shadow.
    """
    store = Versions(ws.versions)
    live = store.live()
    if live is None:
        return decision.unchallenged(rule, "it is the first version")
    try:
        champion, before = versions.load(ws, live), store.manifest(live)
    except (NotFound, VersionDamaged, VersionUnavailable, SalesDamaged) as fault:
        return decision.unchallenged(rule, f"version {live}, which is live, cannot be served", notes=(str(fault),))
    if champion.panel.period != trained.panel.period:
        return decision.unchallenged(rule, f"version {live} has {champion.panel.period.adjective} sales, so that the two are not compared")
    pair = Pair(live, champion, trained, (before.get("rows", 0), facts.get("rows", 0)), is_explained=_is_explained(ws, before, facts))
    if not len(pair.shared):
        return decision.unchallenged(rule, f"it shares no series with version {live}, so that the two are not compared")
    same_recipe = recipe.is_same(before, facts)
    days = decision.common_cutoffs(pair, same_recipe=same_recipe)
    money = gate_money.compared(pair, days)
    return decision.decide(pair, rule, days, money, same_recipe=same_recipe, challenger=challenger)


def _is_explained(ws: Workspace, before: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Whether sales were taken out since the live version learned: an upload was taken back, or what was said of products has changed."""
    if not product_changes.same(product_changes.learned(before), product_changes.learned(facts)):
        return True
    uploads = Dataset(ws).lineage()
    then, now = ({upload.version for upload in uploads.seen_in(of["sales_version"])} for of in (before, facts))
    return not then <= now
