"""Two versions compared: on the same past days, on the same days ahead, and by their settings; or why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from forecasting.analysis import side_by_side, version_comparison
from forecasting.analysis.side_by_side import SideBySide
from forecasting.core import schema, settings_words
from forecasting.core.errors import InputError, NotFound
from forecasting.services import versions
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace

FACTS: Final = ("version", "trained", "sales_to", "series", "cutoffs")
"""Members of a manifest that a comparison repeats."""


def compare(ws: Workspace, a: int, b: int) -> dict[str, Any]:
    """Version b beside version a.

    `reason` says why they are not compared, or not in all, in one sentence, empty where they are. `errors` and `categories` are of the same past
    days, `cutoffs`; `total` and `series` are units on the same days ahead, `first` to `last`; `others` are the series that are not named. A
    version that was pruned has only its settings, and its errors where it was tested on the same days and series.

    Args:
        ws: Where.
        a: The first version.
        b: The second; differences are its amounts less those of the first.

    Raises:
        InputError: They are one version.
        NotFound: There is no such version.
        VersionDamaged: One of them cannot be read. VersionUnavailable, or SalesDamaged: not now.
    """
    if a == b:
        raise InputError(f"Version {a} cannot be compared with itself. Name another one.")
    facts = [_manifest(ws, number) for number in (a, b)]
    answer = _nothing(facts) | {"settings": _settings(*facts)}
    periods = [versions.period(each) for each in facts]
    if periods[0] != periods[1]:
        return _refused(
            answer, f"Version {a} has {periods[0].adjective} sales and version {b} {periods[1].adjective} ones, so that they are not compared."
        )
    pruned = [number for number, each in zip((a, b), facts, strict=True) if each.get("state") == "pruned"]
    if pruned:
        return answer | _of_manifests(facts, pruned)
    both = side_by_side.side_by_side(*(versions.load(ws, number) for number in (a, b)))
    if both is None:
        return _refused(answer, f"Versions {a} and {b} share no series, as the sample and sales of one's own, so that they are never compared.")
    return answer | _of_both(both, facts)


def _manifest(ws: Workspace, number: int) -> dict[str, Any]:
    store = Versions(ws.versions)
    try:
        return store.manifest(number)
    except NotFound:
        if number not in store.pruned():
            raise
        return {**store.pruned_manifest(number), "state": "pruned"}


def _nothing(facts: list[dict[str, Any]]) -> dict[str, Any]:
    """A comparison that says nothing yet."""
    named: dict[str, Any] = {side: {name: each.get(name) for name in FACTS} for side, each in zip("ab", facts, strict=True)}
    return named | {
        "reason": "",
        "cutoffs": [],
        "errors": [],
        "categories": [],
        "first": None,
        "last": None,
        "total": None,
        "series": [],
        "others": None,
    }


def _refused(answer: dict[str, Any], reason: str) -> dict[str, Any]:
    return answer | {"reason": reason, "settings": []}


def _settings(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{**setting._asdict(), "differs": setting.differs} for setting in settings_words.side_by_side(a, b)]


def _of_manifests(facts: list[dict[str, Any]], pruned: list[int]) -> dict[str, Any]:
    """What manifests alone say: errors where both were tested on the same days of the same series."""
    which = f"Version {pruned[0]} was" if len(pruned) == 1 else f"Versions {pruned[0]} and {pruned[1]} were"
    its = "its" if len(pruned) == 1 else "their"
    reason = f"{which} pruned: {its} settings are known, but not {its} forecast{'s' * (len(pruned) - 1)}."
    apart = version_comparison.difference(*facts)
    if apart:
        return {"reason": f"{reason} {apart}"}
    metrics = [each["metrics"] for each in facts]
    names = [name.removeprefix("wape_") for name in metrics[1] if name.startswith("wape_")]
    errors = [_error(name, *(of.get("wape" if name == schema.BLEND else f"wape_{name}") for of in metrics)) for name in (schema.BLEND, *names)]
    return {"reason": reason, "cutoffs": facts[1]["cutoffs"], "errors": errors}


def _of_both(both: SideBySide, facts: list[dict[str, Any]]) -> dict[str, Any]:
    a, b = (each["version"] for each in facts)
    days = [f"{day:%Y-%m-%d}" for day in both.days[[0, -1]]] if len(both.days) else [None, None]
    reasons = [] if both.cutoffs else [f"Versions {a} and {b} were tested on different days, so that their errors are not compared."]
    reasons += [] if len(both.days) else ["They forecast no day in common."]
    return {
        "reason": " ".join(reasons),
        "cutoffs": list(both.cutoffs),
        "errors": [_error(each.name, each.a, each.b) for each in both.models],
        "categories": [_error(each.name, each.a, each.b) for each in both.categories],
        "first": days[0],
        "last": days[1],
        "total": {"a": both.total.a, "b": both.total.b, "difference": both.total.difference} if len(both.days) else None,
        "series": [{"unique_id": each.name, "a": each.a, "b": each.b, "difference": each.difference} for each in both.series if len(both.days)],
        "others": {"series": both.others[0], "difference": both.others[1]} if len(both.days) else None,
    }


def _error(name: str, a: float | None, b: float | None) -> dict[str, Any]:
    """Errors of both as shares; `difference` above 0 says that the second is worse."""
    return {"name": name, "a": a, "b": b, "difference": None if a is None or b is None else b - a}
