"""All suppliers of a shop, and what each of them delivers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.core.errors import NotFound, SettingsError
from forecasting.core.settings import require
from forecasting.inventory.suppliers.source import Source, sources_of
from forecasting.inventory.suppliers.supplier import Supplier


@dataclass(frozen=True)
class Sourcing:
    """Suppliers and sources.

    Args:
        suppliers: Each name once.
        sources: At most one of each rank for the same keys, each of a supplier in the list.
    """

    suppliers: tuple[Supplier, ...] = ()
    sources: tuple[Source, ...] = ()

    def __post_init__(self) -> None:
        names = {each.key for each in self.suppliers}
        require(len(names) == len(self.suppliers), f"Each supplier is listed once: {_twice(each.key for each in self.suppliers)} is there twice.")
        unknown = next((each for each in self.sources if each.supplier.casefold() not in names), None)
        if unknown is not None:
            raise SettingsError(f"{unknown.said} comes from {unknown.supplier}, which is not among the suppliers. Add it.")
        places = [(*each.key, each.rank) for each in self.sources]
        require(len(set(places)) == len(places), "A product has one first and one second source in a place, not several. Keep one of them.")

    def supplier(self, name: str) -> Supplier:
        """The supplier of this name; raises NotFound, with the names that there are."""
        key = " ".join(name.split()).casefold()
        supplier = next((each for each in self.suppliers if each.key == key), None)
        if supplier is None:
            there = ", ".join(each.name for each in self.suppliers[:20]) or "none yet"
            raise NotFound(f"There is no supplier {name[:80]!r}. Suppliers: {there}.")
        return supplier

    def with_sources(self, sources: Iterable[Source]) -> Sourcing:
        """The same with other sources in the place of those with their keys and rank; new suppliers get default terms."""
        again = {(*each.key, each.rank): each for each in (*self.sources, *sources)}
        known = {each.key for each in self.suppliers}
        new = {each.supplier.casefold(): Supplier(name=each.supplier) for each in again.values() if each.supplier.casefold() not in known}
        return Sourcing((*self.suppliers, *new.values()), tuple(again.values()))

    def with_supplier(self, supplier: Supplier) -> Sourcing:
        """The same with other terms of one supplier, or with one more."""
        others = {each.key: each for each in self.suppliers} | {supplier.key: supplier}
        return Sourcing(tuple(others.values()), self.sources)

    def unit_costs(self, keys: Sequence[Mapping[str, str]]) -> FloatArray:
        """What a unit of the series with these keys costs at its first source, in the shop's money, shape (n,); NaN where that is not known."""
        rates = {each.key: 1.0 if each.currency is None else each.currency.rate for each in self.suppliers}
        found = sources_of(self.sources, keys)
        return np.array([np.nan if each is None or each.cost is None else each.cost * rates[each.supplier.casefold()] for each in found], dtype=float)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {"suppliers": [each.to_dict() for each in self.suppliers], "sources": [each.to_dict() for each in self.sources]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Sourcing:
        """What `to_dict` wrote; raises SettingsError."""
        try:
            suppliers = tuple(Supplier.from_dict(each) for each in values.get("suppliers", ()))
            return cls(suppliers, tuple(Source.from_dict(each) for each in values.get("sources", ())))
        except (TypeError, AttributeError) as error:
            raise SettingsError(f"Suppliers are a list of suppliers and a list of sources: {error}.") from error


def _twice(keys: Iterable[str]) -> str:
    names = sorted(keys)
    return next((a for a, b in pairwise(names) if a == b), "")
