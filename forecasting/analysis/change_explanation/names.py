"""The names of all that can change a forecast, and what people read for them."""

from __future__ import annotations

from typing import Final

from forecasting.core import schema
from forecasting.models import registry

DAYS, PRODUCTS, NEWCOMERS, STOPPED, CLOSED = "other days", "products new or gone", "new products", "no longer sold", "closed days"
TREND, WEEKDAY, YEAR, HOLIDAYS = "trend", "weekday", "time of year", "holidays"
RECENT, SHARES, SCALING, LIMITS = "recent sales", "shares of models", "scaling to totals", "limits"
AHEAD: Final = {schema.PRICE: "prices ahead", schema.PROMO: "promotions ahead", schema.OPEN: "opening days ahead"}
"""Driver -> what its plan adds."""
EFFECT: Final = {schema.PRICE: "effect of prices", schema.PROMO: "effect of promotions", schema.OPEN: "effect of opening days"}
"""Driver -> what its effect, learned anew, adds."""
OF_PROPHET: Final = {"trend": TREND, "weekly": WEEKDAY, "yearly": YEAR, "holidays": HOLIDAYS}
_OF_MODEL: Final = {"lstm": "network", "trees": "trees", "prophet": "curves"}
_LABELS: Final = {
    DAYS: "Days that left and came",
    PRODUCTS: "Products new or gone",
    AHEAD[schema.PRICE]: "Prices planned",
    AHEAD[schema.PROMO]: "Promotions planned",
    AHEAD[schema.OPEN]: "Opening days planned",
    CLOSED: "Closed days",
    TREND: "Level",
    YEAR: "Season",
    WEEKDAY: "Weekdays",
    HOLIDAYS: "Holidays",
    EFFECT[schema.PRICE]: "Effect of prices",
    EFFECT[schema.PROMO]: "Effect of promotions",
    EFFECT[schema.OPEN]: "Effect of opening days",
    RECENT: "Recent weeks",
    SHARES: "Between the models",
    SCALING: "Scaling to totals",
    LIMITS: "Limits",
    NEWCOMERS: "New products",
    STOPPED: "No longer sold",
    _OF_MODEL["lstm"]: "Network trained anew",
    _OF_MODEL["trees"]: "Trees trained anew",
    _OF_MODEL["prophet"]: "Curves trained anew",
}
"""Name -> what people read, in the order of reading."""


def model(name: str) -> str:
    """The part of a model that was trained anew, as a whole.

    Example:
        >>> model("lstm"), model("a_model_of_before")
        ('network', 'a_model_of_before')
    """
    return _OF_MODEL.get(name) or registry.within(name)


def not_kept(version: int) -> str:
    """The part that a version of an earlier release did not keep."""
    return f"not kept by v{version}"


def label(name: str) -> str:
    """What people read for a part.

    Example:
        >>> label("trend"), label("network"), label("not kept by v3")
        ('Level', 'Network trained anew', 'Not kept by v3')
    """
    return _LABELS.get(name) or name[:1].upper() + name[1:]


def in_order(names: list[str]) -> list[str]:
    """Names in the order of reading; those of models last."""
    order = list(_LABELS)
    return sorted(names, key=lambda name: order.index(name) if name in order else len(order))
