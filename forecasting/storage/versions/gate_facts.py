"""What the manifest of a version says of the gate in front of the live version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

GATE: Final = "gate"
"""Member of a manifest: what the gate decided, on what figures; versions of before the gate have none."""


def is_held(facts: Mapping[str, Any]) -> bool:
    """Whether the gate held a version back when it was published."""
    return bool((facts.get(GATE) or {}).get("held"))


def is_challenger(facts: Mapping[str, Any]) -> bool:
    """Whether a version was trained for the shadow, to serve only once somebody says so."""
    return bool((facts.get(GATE) or {}).get("challenger"))


def goes_live(facts: Mapping[str, Any]) -> bool:
    """Whether a version goes live as it is published."""
    return not (is_held(facts) or is_challenger(facts))


def reason(facts: Mapping[str, Any]) -> str:
    """Why a version was held, for a person; empty for one that was not."""
    return str(facts[GATE].get("reason") or "It waits until somebody makes it live.") if is_held(facts) else ""


def held_by_pin(facts: Mapping[str, Any], pinned: int) -> dict[str, Any]:
    """The facts of a version that waits, whatever the gate decided, since the live one is pinned; a challenger waits anyway."""
    if is_challenger(facts):
        return dict(facts)
    text = f"Version {pinned} is pinned: it stays live until somebody takes the pin off, or makes another version live."
    given = [reason(facts)] if is_held(facts) else []
    return {**facts, GATE: {**(facts.get(GATE) or {}), "held": True, "reason": " ".join([*given, text]), "pinned": pinned}}


def answer(facts: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest as a retrain answers with it: with `held`, `state` ("live", "held" or "challenger") and `reason`, the sentence that says why."""
    state = "held" if is_held(facts) else "challenger" if is_challenger(facts) else "live"
    return {**facts, "held": is_held(facts), "state": state, "reason": reason(facts) or str((facts.get(GATE) or {}).get("reason", ""))}
