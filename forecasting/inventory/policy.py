"""How a shop orders a series that has no terms of its own."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from forecasting.core.settings import require

Rule = Literal["order_up_to", "reorder_point", "min_max", "newsvendor"]
Target = Literal["cycle", "fill", "costs"]

RULES: Final[tuple[Rule, ...]] = ("order_up_to", "reorder_point", "min_max", "newsvendor")
DAILY: Final[frozenset[Rule]] = frozenset({"reorder_point", "min_max"})
"""Rules under which the stock is reviewed at every step."""
TARGETS: Final[tuple[Target, ...]] = ("cycle", "fill", "costs")
CLASSES: Final = ("A", "B", "C")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How a shop orders, and the terms of series that have none of their own.

    Args:
        rule: `order_up_to`: at every review up to a level, (R, S). `reorder_point`: looked at every day, at the reorder point a lot of
            fixed size, (s, Q). `min_max`: looked at every day, at the reorder point up to a level, (s, S). `newsvendor`: once, for goods
            that do not outlast the protection period.
        target: What is promised. `cycle`: the chance of no stockout in a cycle. `fill`: the share of demand met from the shelf. `costs`:
            whatever costs least, from price, unit cost and holding cost.
        service_level: The promise of `cycle` and `fill`, in (0, 1).
        class_levels: The promise by class of value, A, B and C, each in (0, 1); None for one promise for all.
        lead_time: Days from order to delivery, in [0, 365].
        lead_time_sd: Standard deviation of the lead time, days, in [0, 180].
        review_period: Days from one review to the next, in [1, 365].
        holding_rate: Cost of holding a unit for a year, as a share of its cost, in [0, 10].
        order_cost: Cost of placing an order for one series, money, at least 0.
        start: Days after the last day of sales that went by unseen before the stock was counted, in [0, 365]: 0 for the morning after.
    """

    rule: Rule = "order_up_to"
    target: Target = "cycle"
    service_level: float = 0.95
    class_levels: tuple[float, float, float] | None = None
    lead_time: int = 7
    lead_time_sd: float = 0.0
    review_period: int = 7
    holding_rate: float = 0.25
    order_cost: float = 0.0
    start: int = 0

    def __post_init__(self) -> None:
        require(self.rule in RULES, f"The rule is one of {', '.join(RULES)}, not {self.rule!r}.")
        require(self.target in TARGETS, f"The target is one of {', '.join(TARGETS)}, not {self.target!r}.")
        for level in (self.service_level, *(self.class_levels or ())):
            require(0 < level < 1, f"A service level lies between 0 and 1 (0.95 is 95 %), not {level:g}.")
        require(self.class_levels is None or len(self.class_levels) == len(CLASSES), "Service levels by class are three: of A, B and C.")
        require(0 <= self.lead_time <= 365, f"The lead time lies between 0 and 365 days, not {self.lead_time}.")
        require(0 <= self.lead_time_sd <= 180, f"The spread of the lead time lies between 0 and 180 days, not {self.lead_time_sd:g}.")
        require(1 <= self.review_period <= 365, f"The review period lies between 1 and 365 days, not {self.review_period}.")
        require(0 <= self.holding_rate <= 10, f"The holding cost of a year lies between 0 and 10 times the unit cost, not {self.holding_rate:g}.")
        require(0 <= self.order_cost < float("inf"), f"The cost of an order is at least 0, not {self.order_cost:g}.")
        require(0 <= self.start <= 365, f"The stock was counted 0 to 365 days after the last sales, not {self.start}.")

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)
