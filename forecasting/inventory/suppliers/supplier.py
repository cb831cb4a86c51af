"""The terms of a supplier: when it takes orders, when it delivers, and what an order has to reach."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, time
from typing import Any, Final

from forecasting.core.errors import SettingsError
from forecasting.core.settings import require

WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
EVERY_DAY: Final = frozenset(range(7))
MAX_LEAD_TIME_DAYS: Final = 365
_CURRENCY: Final = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, kw_only=True, order=True)
class Closure:
    """Days on which a supplier neither takes orders nor delivers.

    Args:
        first: The first of them.
        last: The last of them, not before the first.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        require(self.first <= self.last, f"A closure ends on {self.last}, before it begins on {self.first}.")

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, kw_only=True)
class Minimum:
    """What an order has to reach; 0 for no minimum.

    Args:
        value: In the supplier's currency.
        units: Units of all lines together.
        weight: In the measure in which the weights of products are given.
    """

    value: float = 0.0
    units: float = 0.0
    weight: float = 0.0

    def __post_init__(self) -> None:
        for name, amount in asdict(self).items():
            require(0 <= amount < float("inf"), f"The minimum {name} of an order is at least 0, not {amount:g}.")


@dataclass(frozen=True, kw_only=True)
class Freight:
    """What the way costs.

    Args:
        cost: Of one delivery, in the supplier's currency; at least 0.
        free_from: Value of an order, in the supplier's currency, from which delivery is free; None if it never is.
    """

    cost: float = 0.0
    free_from: float | None = None

    def __post_init__(self) -> None:
        require(0 <= self.cost < float("inf"), f"Freight costs at least 0, not {self.cost:g}.")
        require(self.free_from is None or 0 <= self.free_from < float("inf"), f"Delivery is free from a value of at least 0, not {self.free_from}.")

    def of(self, value: float) -> float:
        """What the delivery of an order of this value costs; an order of nothing costs nothing."""
        is_free = value <= 0 or (self.free_from is not None and value >= self.free_from)
        return 0.0 if is_free else self.cost


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """What fits on one pallet or into one container; None where nothing limits it.

    Args:
        name: What it is called, e.g. "pallet".
        units: Units.
        volume: In the measure in which the volumes of products are given.
        weight: In the measure in which their weights are given.
    """

    name: str
    units: float | None = None
    volume: float | None = None
    weight: float | None = None

    def __post_init__(self) -> None:
        limits = (self.units, self.volume, self.weight)
        require(any(limit is not None for limit in limits), f"Say what fits on a {self.name}: units, volume or weight.")
        for limit in limits:
            require(limit is None or 0 < limit < float("inf"), f"What fits on a {self.name} is above 0, not {limit}.")


@dataclass(frozen=True, kw_only=True)
class Currency:
    """The money of a supplier.

    Args:
        code: ISO 4217, e.g. "CHF".
        rate: Units of the shop's currency that one unit of it costs, above 0.
        of_day: The day of that rate; None if it is not known.
    """

    code: str
    rate: float = 1.0
    of_day: date | None = None

    def __post_init__(self) -> None:
        require(bool(_CURRENCY.fullmatch(self.code)), f"A currency is a code of three letters like EUR, not {self.code!r}.")
        require(0 < self.rate < float("inf"), f"A rate of exchange is above 0, not {self.rate:g}.")


@dataclass(frozen=True, kw_only=True)
class Supplier:
    """Who delivers, and at what terms.

    Args:
        name: Names are told apart without regard to case and outer spaces.
        order_days: Weekdays on which it takes orders, Monday 0; at least one.
        cut_off: The time of an order day until which an order counts as of that day, in the shop's zone; None for the whole day.
        delivery_days: Weekdays on which it delivers, Monday 0; at least one.
        lead_time: Days from the order day to the delivery, before that is moved to the next day of delivery; None to learn it from what came,
            or to take the shop's.
        closures: When it is closed.
        minimum: What an order has to reach.
        freight: What the way costs.
        capacity: What fits on one of its pallets or into one of its containers; None if that does not matter.
        currency: Its money; None for the shop's.
        contact: Whom to write to: an e-mail address, a telephone number, or any text.
    """

    name: str
    order_days: frozenset[int] = EVERY_DAY
    cut_off: time | None = None
    delivery_days: frozenset[int] = EVERY_DAY
    lead_time: int | None = None
    closures: tuple[Closure, ...] = ()
    minimum: Minimum = Minimum()
    freight: Freight = Freight()
    capacity: Capacity | None = None
    currency: Currency | None = None
    contact: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", " ".join(self.name.split()))
        object.__setattr__(self, "closures", tuple(sorted(self.closures)))
        require(bool(self.name), "A supplier needs a name.")
        for what, days in (("takes orders", self.order_days), ("delivers", self.delivery_days)):
            require(
                bool(days) and days <= EVERY_DAY, f"{self.name} {what} on weekdays from 0 (Monday) to 6 (Sunday), at least one, not {sorted(days)}."
            )
        lead = self.lead_time
        require(
            lead is None or 0 <= lead <= MAX_LEAD_TIME_DAYS, f"The lead time of {self.name} lies between 0 and {MAX_LEAD_TIME_DAYS} days, not {lead}."
        )

    @property
    def key(self) -> str:
        """What tells it apart from others."""
        return self.name.casefold()

    def is_open(self, day: date) -> bool:
        """Whether it takes orders and delivers on a day, were it the right weekday."""
        return not any(day in closure for closure in self.closures)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON: weekdays by their English names, days and times as text."""
        values = asdict(self) | {
            "order_days": [WEEKDAYS[day] for day in sorted(self.order_days)],
            "delivery_days": [WEEKDAYS[day] for day in sorted(self.delivery_days)],
            "cut_off": self.cut_off and self.cut_off.strftime("%H:%M"),
            "closures": [{"first": each.first.isoformat(), "last": each.last.isoformat()} for each in self.closures],
        }
        if self.currency is not None:
            values["currency"] = asdict(self.currency) | {"of_day": self.currency.of_day and self.currency.of_day.isoformat()}
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Supplier:
        """The supplier that `to_dict` wrote, with defaults for what is not named.

        Raises:
            SettingsError: A name is not known, or a value is not of its kind or outside its range.
        """
        try:
            return cls(**{name: _READERS.get(name, _as_it_is)(value) for name, value in values.items()})
        except (TypeError, ValueError, AttributeError, KeyError) as error:
            name = values.get("name", "a supplier") if isinstance(values, Mapping) else "a supplier"
            raise SettingsError(f"The terms of {name} cannot be read: {error}.") from error


def _as_it_is(value: Any) -> Any:
    return value


def _weekdays(names: Any) -> frozenset[int]:
    """Positions of weekdays given by name or position; none for every day."""
    if not names:
        return EVERY_DAY
    short = [name.lower() for name in WEEKDAYS]
    return frozenset(short.index(str(name).strip().lower()[:3]) if not isinstance(name, int) else name for name in names)


def _time(text: Any) -> time | None:
    return time.fromisoformat(text) if text else None


def _closures(values: Any) -> tuple[Closure, ...]:
    return tuple(Closure(first=date.fromisoformat(each["first"]), last=date.fromisoformat(each["last"])) for each in values or ())


def _minimum(values: Any) -> Minimum:
    return Minimum(**(values or {}))


def _freight(values: Any) -> Freight:
    return Freight(**(values or {}))


def _capacity(values: Any) -> Capacity | None:
    return Capacity(**values) if values else None


def _currency(values: Any) -> Currency | None:
    if not values:
        return None
    day = values.get("of_day")
    return Currency(**{**values, "of_day": date.fromisoformat(day) if day else None})


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "order_days": _weekdays,
    "delivery_days": _weekdays,
    "cut_off": _time,
    "closures": _closures,
    "minimum": _minimum,
    "freight": _freight,
    "capacity": _capacity,
    "currency": _currency,
}
