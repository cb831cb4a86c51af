"""Published versions: which one serves, what each says of itself, and its ensemble."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from forecasting.analysis import version_comparison
from forecasting.core import panel
from forecasting.core.errors import NotFound, VersionDamaged, VersionUnavailable
from forecasting.core.period import DAY, PERIODS, Period
from forecasting.core.settings import Settings
from forecasting.services import product_changes
from forecasting.storage.settings import settings_store
from forecasting.storage.versions import gate_facts, panel_file, sales_snapshot
from forecasting.storage.versions.manifest import readable
from forecasting.storage.versions.moves import LOCAL
from forecasting.storage.versions.served_in_place import Serving
from forecasting.storage.versions.serving import check, forget, serving_version
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace
from forecasting.training import ensemble_files
from forecasting.training.ensemble import Ensemble


def serving(ws: Workspace) -> Serving:
    """The version to serve and those refused; cheap enough for every rerun."""
    return serving_version(ws.versions)


forget_serving = forget


def load(ws: Workspace, version: int) -> Ensemble:
    """A version's ensemble; raises NotFound, VersionDamaged or VersionUnavailable, and SalesDamaged for one of before versions kept their sales."""
    versions = Versions(ws.versions)
    with versions.there(version) as folder, readable(folder, version, "."):
        check(folder, version)
        facts = versions.manifest(version)
        learned = panel_file.read(folder)
        if learned is None:
            learned = panel.from_sales(product_changes.applied(sales_snapshot.read(ws, folder, facts), product_changes.learned(facts)))
        return ensemble_files.load(folder, learned, country=facts.get("settings", {}).get("prophet", {}).get("country"))


def manifest(ws: Workspace, version: int) -> dict[str, Any]:
    """What a version says of itself; raises NotFound or VersionDamaged."""
    return Versions(ws.versions).manifest(version)


def versions(ws: Workspace) -> list[dict[str, Any]]:
    """The manifests of all versions that can be read, newest first, with `live`."""
    store = Versions(ws.versions)
    live, listed = store.live(), []
    for number in reversed(store.numbers()):
        try:
            listed.append({**store.manifest(number), "live": number == live})
        except NotFound:  # pruned meanwhile
            continue
        except (VersionDamaged, VersionUnavailable) as error:
            listed.append({"version": number, "live": number == live, "damaged": str(error)})
    return listed


def set_live(ws: Workspace, version: int, by: str = LOCAL) -> None:
    """Serves this version from now on, as somebody of this name wants it; raises NotFound or VersionDamaged."""
    Versions(ws.versions).set_live(version, by)


def settings(ws: Workspace) -> Settings:
    """The choices behind the live version, else the defaults; with the holidays that were chosen for the shop. Raises StateDamaged."""
    live = serving(ws).version
    return with_shop_holidays(ws, Settings() if live is None else Settings.from_dict(manifest(ws, live)["settings"]))


def with_shop_holidays(ws: Workspace, settings: Settings) -> Settings:
    """The settings of a retrain with the holidays that were chosen for the shop, where somebody chose. Raises StateDamaged."""
    country = settings_store(ws).load().values.country
    return settings if country is None else replace(settings, prophet=replace(settings.prophet, country=country or None))


def period(of: Mapping[str, Any]) -> Period:
    """What a row of a version's sales stands for, from its manifest; those of before weekly sales were known count as daily."""
    return PERIODS[of.get("period", DAY.name)]


def held_reason(of: Mapping[str, Any]) -> str:
    """Why a version did not go live when it was published, for a person, from its manifest; empty for one that did."""
    return gate_facts.reason(of)


def comparable(ws: Workspace, of: Mapping[str, Any]) -> dict[str, Any] | None:
    """The manifest of the newest version before this one whose errors may be held against it: of the same series, on the same days; or None.

    Args:
        ws: Where.
        of: The manifest of this version.
    """
    older = (other for other in versions(ws) if other["version"] < of["version"] and "damaged" not in other)
    return next((other for other in older if not version_comparison.difference(of, other)), None)
