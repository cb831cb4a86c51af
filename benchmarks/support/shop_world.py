"""What really happens in a shop of two stores: customers, shelves and deliveries, drawn from a seed and known to nobody but who draws them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

STORES: Final = ("Basel", "Zurich")
PRODUCTS: Final = ("Bread", "Bun", "Cake", "Coffee", "Flour", "Honey", "Jam", "Milk", "Oil", "Salt", "Soap", "Tea")
WEEK: Final = np.array([0.9, 0.8, 0.9, 1.0, 1.2, 1.5, 0.7])
_SUPPLIERS: Final = (
    {"name": "Hansen", "order_days": ["Mon", "Wed", "Fri"], "delivery_days": ["Tue", "Thu", "Sat"], "lead_time": 1},
    {"name": "Mills", "order_days": ["Mon"], "lead_time": 3, "minimum": {"value": 150.0}},
    {"name": "Nordic", "order_days": ["Mon", "Thu"], "lead_time": 2, "minimum": {"units": 60.0}, "currency": {"code": "NOK", "rate": 0.09}},
    {"name": "Olivia", "order_days": ["Mon"], "delivery_days": ["Fri"], "lead_time": 4, "freight": {"cost": 20.0, "free_from": 200.0}},
    {"name": "Pure", "order_days": ["Mon", "Tue", "Wed", "Thu", "Fri"], "lead_time": 2},
)
Series = tuple[str, str]


@dataclass
class Delivery:
    """Units of an order that come on a day, or are cancelled on it."""

    order: str
    day: date
    units: dict[Series, float]
    is_cancelled: bool = False

    def body(self) -> dict[str, Any]:
        """What is told of it over HTTP."""
        lines = [{"product_id": product, "store": store, "quantity": units} for (product, store), units in self.units.items()]
        return {"lines": lines} | ({"reason": "never came"} if self.is_cancelled else {"day": self.day.isoformat()})


@dataclass
class World:
    """What really happened by now.

    Args:
        random: Draws.
        on_hand, counted: Units on each shelf, now and at the count.
        past: Units sold before the month, of each series.
        sold, received, on_the_way: Units of each series, of the whole month.
        placed: Order -> its supplier, day and units.
        deliveries: What is still to come.
        counts: How often things happened.
        faults: What differs from what should be.
    """

    random: np.random.Generator
    on_hand: dict[Series, float] = field(default_factory=dict)
    counted: dict[Series, float] = field(default_factory=dict)
    past: Counter[Series] = field(default_factory=Counter)
    sold: Counter[Series] = field(default_factory=Counter)
    received: Counter[Series] = field(default_factory=Counter)
    on_the_way: Counter[Series] = field(default_factory=Counter)
    placed: dict[str, tuple[str, date, dict[Series, float]]] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def check(self, fits: bool, text: str) -> None:
        """Notes a fault unless something fits."""
        if not fits:
            self.faults.append(text)
            print(f"  FAULT {text}", file=sys.stderr, flush=True)

    def demand(self, day: date) -> dict[Series, int]:
        """Units that customers want on a day."""
        levels = {(product, store): 4 + 3 * (place % 5) for place, product in enumerate(PRODUCTS) for store in STORES}
        return {key: int(self.random.poisson(level * WEEK[day.weekday()])) for key, level in levels.items()}

    def count(self) -> None:
        """Draws what is on the shelves on the first evening."""
        self.counted = {(product, store): float(self.random.integers(20, 80)) for product in PRODUCTS for store in STORES}
        self.on_hand = dict(self.counted)

    def sell(self, day: date) -> dict[Series, int]:
        """Units that are sold on a day: what customers want, as far as it is there."""
        sold = {key: min(units, int(self.on_hand[key])) for key, units in self.demand(day).items()}
        for key, units in sold.items():
            self.on_hand[key] -= units
        self.sold.update(sold)
        return sold

    def place(self, order: str, supplier: str, day: date, units: dict[Series, float], due: date) -> None:
        """An order that was sent, and when its units will come."""
        self.placed[order] = (supplier, day, units)
        self.on_the_way.update(units)
        self.deliveries += self._planned(order, due, units)
        self.counts["placed"] += 1

    def take_in(self, delivery: Delivery) -> None:
        """What comes, or will not come any more."""
        self.on_the_way.subtract(delivery.units)
        if delivery.is_cancelled:
            return
        self.received.update(delivery.units)
        for series, units in delivery.units.items():
            self.on_hand[series] += units

    def _planned(self, order: str, due: date, units: dict[Series, float]) -> Iterator[Delivery]:
        """When the units of an order really come: now and then late, short, or never."""
        late = timedelta(days=int(self.random.choice([0, 0, 0, 1, 3])))
        self.counts["late"] += bool(late)
        if self.random.random() < 0.7:
            yield Delivery(order, due + late, units)
            return
        self.counts["short"] += 1
        first = {key: float(int(each * self.random.uniform(0.3, 0.9))) for key, each in units.items()}
        rest = {key: each - first[key] for key, each in units.items() if each > first[key]}
        yield Delivery(order, due + late, {key: each for key, each in first.items() if each})
        yield Delivery(order, due + late + timedelta(days=2), rest, is_cancelled=bool(self.random.random() < 0.4))


def sales_file(days: dict[date, dict[Series, int]]) -> bytes:
    """Sales of these days as a CSV file."""
    rows = [{"date": day, "product_id": key[0], "store": key[1], "sales": units} for day, sold in days.items() for key, units in sold.items()]
    return pd.DataFrame(rows).to_csv(index=False).encode()


def suppliers(closed: date) -> dict[str, Any]:
    """Five suppliers, the first of them closed for three days from a day on, and what each delivers."""
    names = [each["name"] for each in _SUPPLIERS]
    sources = [
        {"supplier": names[place % len(names)], "product_id": product, "unit_cost": 1.0 + place / 4, "multiple": 6.0 if place % 2 else 1.0}
        for place, product in enumerate(PRODUCTS)
    ]
    listed = [dict(each) for each in _SUPPLIERS]
    listed[0]["closures"] = [{"first": closed.isoformat(), "last": (closed + timedelta(days=2)).isoformat()}]
    return {"suppliers": listed, "sources": sources}


def keys_of(line: dict[str, Any]) -> Series:
    """The series of a line, or of a row."""
    return line["product_id"], line["store"]
