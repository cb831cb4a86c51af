"""A product that is to be launched, as a person planned it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

LEARNED: Final = "planned_launches"
"""Of a version's manifest, and of a state of the links: the launches that were planned."""


@dataclass(frozen=True, slots=True)
class PlannedLaunch:
    """A product that is not sold yet.

    Args:
        product: Its name, as sales will have it.
        day: The first day on which it will be sold.
        category: Its category; empty if nobody said it.
        price: Of a unit, above 0; None if nobody said it.
        like: The earlier launch that a person expects it to sell like; empty for the nearest ones.
    """

    product: str
    day: date
    category: str = ""
    price: float | None = None
    like: str = ""

    def __str__(self) -> str:
        return f"{self.product} will be sold from {self.day:%Y-%m-%d} on"

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> PlannedLaunch:
        """A launch from what `facts` says of it."""
        price = None if facts["price"] is None else float(facts["price"])
        return cls(str(facts["product"]), date.fromisoformat(facts["day"]), str(facts["category"]), price, str(facts["like"]))

    def facts(self) -> dict[str, Any]:
        """The launch as states, manifests and the API have it."""
        return {"product": self.product, "day": self.day.isoformat(), "category": self.category, "price": self.price, "like": self.like}


def learned(manifest: Mapping[str, Any]) -> tuple[PlannedLaunch, ...]:
    """The launches that a version was trained with, from its manifest; none of versions from before launches could be planned."""
    return tuple(PlannedLaunch.from_facts(each) for each in manifest.get(LEARNED, ()))


def listed(launches: Iterable[PlannedLaunch]) -> list[dict[str, Any]]:
    """Launches as states, manifests and the API have them."""
    return [launch.facts() for launch in launches]
