"""Which product comes from whom: its first and its second source, at what cost and in what multiples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from operator import attrgetter
from typing import Any, Final

from forecasting.core import schema
from forecasting.core.errors import SettingsError
from forecasting.core.panel import Panel
from forecasting.inventory.suppliers.price_breaks import PriceBreaks

RANKS: Final = (1, 2)
"""First and second source."""
MAX_MEASURE: Final = 1e12


@dataclass(frozen=True, kw_only=True)
class Source:
    """A supplier of a product, and the terms of that product there.

    Args:
        supplier: Its name.
        product_id: The product; empty for everything that no other source says.
        region: The region in which it holds; empty for all.
        store: The store in which it holds; empty for all.
        rank: 1 for the first source, 2 for the second.
        unit_cost: Money of the supplier for a unit; None if it is not known.
        multiple: Units in which it is sold; None for the pack size of the stock.
        weight: Of a unit, in any measure; None if it is not known.
        volume: Of a unit, in any measure; None if it is not known.
        price_breaks: Prices that fall with the quantity; None for one price.
        as_of: The day of the newest row of a sales or stock file that named this supplier; None where a person or a file of suppliers said so, which
            no such row overrules.
    """

    supplier: str
    product_id: str = ""
    region: str = ""
    store: str = ""
    rank: int = 1
    unit_cost: float | None = None
    multiple: float | None = None
    weight: float | None = None
    volume: float | None = None
    price_breaks: PriceBreaks | None = None
    as_of: date | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "supplier", " ".join(self.supplier.split()))
        if not self.supplier:
            raise SettingsError(f"Say who delivers {self.said}.")
        if self.rank not in RANKS:
            raise SettingsError(f"A source of {self.said} is the first (1) or the second (2), not {self.rank}.")
        object.__setattr__(self, "rank", int(self.rank))
        for name, amount in (("unit cost", self.unit_cost), ("weight", self.weight), ("volume", self.volume)):
            if amount is not None and not 0 <= amount <= MAX_MEASURE:
                raise SettingsError(f"The {name} of {self.said} is at least 0, not {amount}.")
        if self.multiple is not None and not 0 < self.multiple <= MAX_MEASURE:
            raise SettingsError(f"The multiple of {self.said} is above 0, not {self.multiple}.")

    @classmethod
    def from_keys(cls, supplier: str, keys: Mapping[str, str], terms: Mapping[str, Any]) -> Source:
        """The source of what these keys name, at these terms; raises SettingsError."""
        return cls(supplier=supplier, **{**keys, **terms})

    @property
    def cost(self) -> float | None:
        """Money of the supplier for a unit of a small order; None if it is not known."""
        return self.unit_cost if self.price_breaks is None else self.price_breaks.prices[0]

    @property
    def key(self) -> tuple[str, ...]:
        """The key columns that it names, in the order of `schema.KEYS`; empty texts for those that it leaves open."""
        key: tuple[str, ...] = _KEY(self)
        return key

    @property
    def said(self) -> str:
        """What it is about, for a person."""
        return ", ".join(filter(None, self.key)) or "all products"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        breaks = self.price_breaks
        steps = [] if breaks is None else [{"quantity": q, "price": p} for q, p in zip(breaks.quantities, breaks.prices, strict=True)]
        return {name: getattr(self, name) for name in _PLAIN} | {"price_breaks": steps, "as_of": self.as_of and self.as_of.isoformat()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Source:
        """The source that `to_dict` wrote, with defaults for what is not named.

        Raises:
            SettingsError: A name is not known, or a value is not of its kind or outside its range.
        """
        try:
            steps = values.get("price_breaks") or ()
            breaks = PriceBreaks(tuple(each["quantity"] for each in steps), tuple(each["price"] for each in steps)) if steps else None
            day = values.get("as_of")
            return cls(**{**values, "price_breaks": breaks, "as_of": date.fromisoformat(day) if isinstance(day, str) else day})
        except (TypeError, ValueError, AttributeError, KeyError) as error:
            raise SettingsError(f"Who delivers a product cannot be read: {error}.") from error


_KEY: Final = attrgetter(*schema.KEYS)
_PLAIN: Final = tuple(each.name for each in fields(Source) if each.name not in ("price_breaks", "as_of"))


def keys_of(panel: Panel) -> list[dict[str, str]]:
    """The key columns of each series of a panel."""
    names = panel.keys
    columns = [panel.series[name].astype(str).tolist() for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)] if columns else [{}] * len(panel)


def sources_of(sources: Sequence[Source], series: Sequence[Mapping[str, str]], rank: int = 1) -> list[Source | None]:
    """For each series, the source of a rank that names most of its keys; of equally many, product before region before store; None for none.

    Args:
        sources: All of them.
        series: The key columns of each series.
        rank: 1 for the first source, 2 for the second.
    """
    by_key = {each.key: each for each in sources if each.rank == rank}
    if not by_key:
        return [None] * len(series)
    patterns = sorted({tuple(map(bool, key)) for key in by_key}, key=lambda named: (sum(named), named), reverse=True)
    return [_source_of(by_key, patterns, tuple([keys.get(role, "") for role in schema.KEYS])) for keys in series]


def _source_of(by_key: Mapping[tuple[str, ...], Source], patterns: Sequence[tuple[bool, ...]], keys: tuple[str, ...]) -> Source | None:
    for pattern in patterns:
        source = by_key.get(tuple([key if named else "" for key, named in zip(keys, pattern, strict=True)]))
        if source is not None:
            return source
    return None
