"""Why a forecast changed between two versions of a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Condition
from typing import Any, Final, NamedTuple

from cachetools import LRUCache, cached

from forecasting.analysis.change_explanation import names, noise, picture
from forecasting.analysis.change_explanation.causes import causes, changed_settings, corrections
from forecasting.analysis.change_explanation.explain import Version, explain
from forecasting.analysis.change_explanation.explanation import Explanation
from forecasting.analysis.change_explanation.picture import Picture
from forecasting.analysis.change_explanation.sales_between import trainings
from forecasting.analysis.change_explanation.window import window
from forecasting.core import spreadsheets
from forecasting.core.errors import NotFound
from forecasting.services import versions
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace

USUAL_DAYS: Final = 28


class Why(NamedTuple):
    """Why the forecasts of all series changed.

    Args:
        told: The amounts.
        certain: What certainly did or did not make them move, a sentence each.
        wape: Of the version after, at past cutoffs; None where it does not say.
        trainings: What has to be trained to tell new sales from corrected ones; nothing where there is nothing to tell apart.
    """

    told: Explanation
    certain: tuple[str, ...]
    wape: float | None = None
    trainings: tuple[str, ...] = ()

    def chance(self, told: Explanation, shown: Picture) -> str:
        """How much of what a filter chooses is chance, a sentence; empty where nobody knows."""
        return picture.chance(told, shown, self.wape)


@cached(LRUCache(2), condition=Condition())
def why(ws: Workspace, before: int, after: int, days: int | None = None, *, same_days: bool = False) -> Why:
    """Why the forecasts of all series changed; the two questions asked last are kept.

    Args:
        ws: Where.
        before, after: Numbers of the versions.
        days: Days ahead of each, whole weeks or months of such sales; None for 28, or as far as both forecast.
        same_days: Whether only days count that both versions forecast.

    Raises:
        NotFound: One of the versions does not exist, or was pruned.
        VersionDamaged: One cannot be read.
        InputError: They cannot be held against each other.
    """
    old, new = (versions.load(ws, _there(ws, number)) for number in (before, after))
    period = new.panel.period
    steps = min(period.steps(USUAL_DAYS), old.horizon, new.horizon) if days is None else period.steps(days)
    told = explain(Version(before, old), Version(after, new), window(old, new, steps, same_days=same_days))
    facts = versions.manifest(ws, before), versions.manifest(ws, after)
    apart = trainings(
        corrected=corrections(old, new) > 0,
        new_days=new.panel.last > old.panel.last,
        settings=bool(changed_settings(*(each.get("settings", {}) for each in facts))),
    )
    certain = (*names.told_of_not_kept(told.parts), *causes((facts[0], old), (facts[1], new)))
    return Why(told, certain, facts[1].get("metrics", {}).get("wape"), apart)


def answer(of: Why, filters: Mapping[str, str]) -> dict[str, Any]:
    """The answer for the series that a filter chooses, as JSON; raises NotFound and InputError."""
    told = of.told.of(filters)
    shown = picture.picture(told)
    return {
        "before": told.before,
        "after": told.after,
        "change": told.change,
        "parts": [{"name": name, "amount": units} for name, units in told.parts.items()],
        "text": picture.sentence(told, shown),
        "noise": noise.spread(told, of.wape),
        "chance": of.chance(told, shown),
        "days_left": told.window.left,
        "days_came": told.window.came,
        "certain": list(of.certain),
    }


def lines(of: Why, filters: Mapping[str, str]) -> list[str]:
    """The bars of the same as lines of text, a part each, in units that add up as they are shown; raises NotFound and InputError."""
    shown = picture.picture(of.told.of(filters))
    return [f"  {picture.signed(units, shown.digits):>10}  {picture.label(name)}" for name, units in shown.bars.items()]


def table_csv(of: Why, filters: Mapping[str, str]) -> bytes:
    """A row a series, most changed first, with unrounded amounts, safe to open in a spreadsheet; raises NotFound and InputError."""
    return spreadsheets.to_csv(of.told.of(filters).table())


def earlier(ws: Workspace, version: int) -> int | None:
    """The newest version before this one that is still there; None if there is none."""
    return max((number for number in Versions(ws.versions).numbers() if number < version), default=None)


def forget() -> None:
    """Keeps nothing any more."""
    one: Any = why
    one.cache_clear()


def _there(ws: Workspace, number: int) -> int:
    """The number of a version; raises NotFound, with what to do, for one that was pruned."""
    if number in Versions(ws.versions).pruned():
        raise NotFound(f"v{number} was pruned: its forecast is gone, so there is nothing to explain. Choose a version that is still there.")
    return number
