"""What the gate looks at, and what it decides, as it is written into the manifest of a version."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from forecasting.core.shop_settings import GoLive

Measure = Literal["wape", "rmsse", "money"]
"""What is compared at common cutoffs: errors, those of files of products that seldom sell, or costs."""


@dataclass(frozen=True, slots=True)
class AtCutoff:
    """How two versions did at one past cutoff, on the same days and series.

    Args:
        cutoff: The last day that the challenger's models saw, as YYYY-MM-DD.
        champion: The champion's error, a share, or its cost, money.
        challenger: The challenger's.
        difference: challenger / champion - 1; above 0 is worse.
    """

    cutoff: str
    champion: float
    challenger: float
    difference: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions side by side at common cutoffs, by a paired t test over cutoffs.

    Args:
        measure: What was compared: "wape", "rmsse" in files of products that seldom sell, or "money".
        cutoffs: A row a cutoff.
        mean: The mean difference, a share; above 0 is worse.
        lower: Where the mean lies in 95 of 100 cases, from here,
        upper: to here.
        t: The mean by its standard error.
        limit: The t above which a challenger that is no worse comes less than once in a hundred times.
        held: Whether the challenger is worse beyond doubt, and by enough to matter.
        note: What else to know, e.g. what money was assumed; empty for nothing.
    """

    measure: Measure
    cutoffs: tuple[AtCutoff, ...]
    mean: float
    lower: float
    upper: float
    t: float
    limit: float
    held: bool
    note: str = ""

    @property
    def worse_at(self) -> int:
        """Cutoffs at which the challenger was worse."""
        return sum(at.difference > 0 for at in self.cutoffs)


@dataclass(frozen=True, slots=True)
class Check:
    """One look at the challenger's own forecast beside the champion's.

    Args:
        check: Its name: "total", "store", "region", "category", "weekdays", "dead series", "naive", "bands", "sales" or "numbers".
        name: Of which store, category or series; empty where it is of all.
        value: What was found.
        limit: Beyond which the version is held.
        held: Whether it is.
        text: The sentence that says so; empty where nothing is wrong.
    """

    check: str
    name: str
    value: float
    limit: float
    held: bool
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the gate decided, and on what figures.

    Args:
        held: Whether the version does not go live until a person says so.
        reason: The sentence that says why it is held, or why it goes live.
        rule: The setting that decided.
        champion: The version that it was compared with; None where nothing was.
        challenger: Whether it was trained for the shadow, so that it does not go live whatever the figures say.
        same_recipe: Whether both have the same settings, models and code; None where nothing was compared.
        recipe: The errors of both at common cutoffs; None where they were not compared.
        checks: What was looked at in its forecast.
        money: The costs of both at common cutoffs; None where they were not compared.
        notes: What was not judged and why, and what moves forecasts honestly; sentences.
    """

    held: bool
    reason: str
    rule: GoLive
    champion: int | None = None
    challenger: bool = False
    same_recipe: bool | None = None
    recipe: Comparison | None = None
    checks: tuple[Check, ...] = ()
    money: Comparison | None = None
    notes: tuple[str, ...] = field(default=())

    def facts(self) -> dict[str, Any]:
        """The member `gate` of the manifest."""
        return asdict(self)
