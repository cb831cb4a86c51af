"""The names of all that can change a forecast, and what people read for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from forecasting.core import schema
from forecasting.models import registry

DAYS, PRODUCTS, NEWCOMERS, STOPPED, CLOSED = "other days", "products new or gone", "new products", "no longer sold", "closed days"
TREND, WEEKDAY, YEAR, HOLIDAYS = "trend", "weekday", "time of year", "holidays"
RECENT, SHARES, SCALING, LIMITS = "recent sales", "shares of models", "scaling to totals", "limits"
NEW_SALES, CORRECTED, SETTINGS = "new sales", "corrected sales", "settings"
"""Causes, into which only a training splits the parts."""
AHEAD: Final = {schema.PRICE: "prices ahead", schema.PROMO: "promotions ahead", schema.OPEN: "opening days ahead"}
"""Driver -> what its plan adds."""
EFFECT: Final = {schema.PRICE: "effect of prices", schema.PROMO: "effect of promotions", schema.OPEN: "effect of opening days"}
"""Driver -> what its effect, learned anew, adds."""
OF_PROPHET: Final = {"trend": TREND, "weekly": WEEKDAY, "yearly": YEAR, "holidays": HOLIDAYS}
_OF_MODEL: Final = {"lstm": "network", "trees": "trees", "prophet": "curves"}

_NOT_KEPT: Final = "not kept by v"


@dataclass(frozen=True, slots=True)
class Part:
    """What can change a forecast.

    Args:
        name: In JSON and CSV; never changes.
        label: What people read.
        learned: Whether a model that is trained anew moves it, so that some of it is chance.
        short: What people read above a narrow column; empty where the label fits.
    """

    name: str
    label: str
    learned: bool = False
    short: str = ""


PARTS: Final = (
    Part(DAYS, "Days that left and came", short="Days"),
    Part(PRODUCTS, "Products new or gone", short="Products"),
    Part(AHEAD[schema.PRICE], "Prices planned", short="Prices"),
    Part(AHEAD[schema.PROMO], "Promotions planned", short="Promotions"),
    Part(AHEAD[schema.OPEN], "Opening days planned", short="Openings"),
    Part(CLOSED, "Closed days"),
    Part(TREND, "Level", learned=True),
    Part(YEAR, "Season", learned=True),
    Part(WEEKDAY, "Weekdays", learned=True),
    Part(HOLIDAYS, "Holidays", learned=True),
    Part(EFFECT[schema.PRICE], "Effect of prices", learned=True, short="Price effect"),
    Part(EFFECT[schema.PROMO], "Effect of promotions", learned=True, short="Promo effect"),
    Part(EFFECT[schema.OPEN], "Effect of opening days", learned=True, short="Open effect"),
    Part(RECENT, "Recent weeks"),
    Part(SHARES, "Between the models", learned=True, short="Models"),
    Part(SCALING, "Scaling to totals", learned=True, short="Scaling"),
    Part(LIMITS, "Limits"),
    Part(NEWCOMERS, "New products"),
    Part(STOPPED, "No longer sold"),
    Part(_OF_MODEL["lstm"], "Network trained anew", learned=True, short="Network"),
    Part(_OF_MODEL["trees"], "Trees trained anew", learned=True, short="Trees"),
    Part(_OF_MODEL["prophet"], "Curves trained anew", learned=True, short="Curves"),
    Part(NEW_SALES, "New sales", learned=True),
    Part(CORRECTED, "Corrected sales", learned=True),
    Part(SETTINGS, "Settings", learned=True),
)
"""Every part in the order of reading: a further one is a row here and a column of amounts."""
_BY_NAME: Final = {part.name: part for part in PARTS}


def model(name: str) -> str:
    """The part of a model that was trained anew, as a whole.

    Example:
        >>> model("lstm"), model("a_model_of_before")
        ('network', 'a_model_of_before')
    """
    return _OF_MODEL.get(name) or registry.within(name)


def not_kept(version: int) -> str:
    """The part that a version of an earlier release did not keep."""
    return f"{_NOT_KEPT}{version}"


def told_of_not_kept(parts: Iterable[str]) -> tuple[str, ...]:
    """What the part means that a version did not keep, one sentence; none where it is not among the parts.

    Example:
        >>> told_of_not_kept(["trend", "not kept by v3"])
        ('v3 was trained by an earlier release, which did not keep how it blends goods that sell on few days: that is one part.',)
    """
    silent = [name.removeprefix(_NOT_KEPT) for name in parts if name.startswith(_NOT_KEPT)]
    text = "was trained by an earlier release, which did not keep how it blends goods that sell on few days: that is one part."
    return tuple(f"v{version} {text}" for version in silent)


def label(name: str) -> str:
    """What people read for a part.

    Example:
        >>> label("trend"), label("network"), label("not kept by v3")
        ('Level', 'Network trained anew', 'Not kept by v3')
    """
    part = _BY_NAME.get(name)
    return name[:1].upper() + name[1:] if part is None else part.label


def short(name: str) -> str:
    """What people read above a narrow column.

    Example:
        >>> short("other days"), short("trend")
        ('Days', 'Level')
    """
    part = _BY_NAME.get(name)
    return part.short if part is not None and part.short else label(name)


def is_learned(name: str) -> bool:
    """Whether some of a part is chance; what no row tells of counts as certain.

    Example:
        >>> is_learned("trend"), is_learned("other days"), is_learned("not kept by v3")
        (True, False, False)
    """
    part = _BY_NAME.get(name)
    return part is not None and part.learned


def in_order(names: list[str]) -> list[str]:
    """Names in the order of reading; those of models last."""
    order = list(_BY_NAME)
    return sorted(names, key=lambda name: order.index(name) if name in order else len(order))
