"""Whether the challenger goes live: what was found, and the sentence that says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from forecasting.analysis.champion import broken, recipe, soundness
from forecasting.analysis.champion.figures import Comparison, Decision
from forecasting.analysis.champion.pair import Pair
from forecasting.analysis.champion.recipe import CommonDays
from forecasting.core import formatting
from forecasting.core.shop_settings import GoLive

MOST_SENTENCES: Final = 3
"""Findings that the reason tells of; all are among the checks."""
LATE_DAYS: Final = 35
"""Days between the sales of two versions from which the season may move forecasts by itself."""


def unchallenged(rule: GoLive, why: str, *, notes: tuple[str, ...] = ()) -> Decision:
    """A version that there is nothing to compare with goes live, whatever the rule; `why` is a sentence's rest: "it is the first version"."""
    return Decision(held=False, reason=f"Goes live: {why}.", rule=rule, notes=notes)


def common_cutoffs(pair: Pair, *, same_recipe: bool) -> list[CommonDays]:
    """What both forecast at common cutoffs; none of one recipe, of which they say nothing."""
    return [] if same_recipe else recipe.common_days(pair.champion, pair.challenger, pair.shared)


def decide(pair: Pair, rule: GoLive, days: list[CommonDays], money: Comparison | None, *, same_recipe: bool, challenger: bool = False) -> Decision:
    """What becomes of a challenger.

    Args:
        pair: It and the live version.
        rule: The setting of the shop.
        days: What `common_cutoffs` gave.
        money: The costs of both at common cutoffs; None where nobody knows.
        same_recipe: Whether both have one recipe.
        challenger: Whether it was trained for the shadow.
    """
    errors = recipe.compared_recipes(pair.challenger, days, pair.shared)
    checks = (*broken.checks(pair), *soundness.checks(pair))
    against = [*_against(errors, money), *(check.text for check in checks if check.held)]
    held = rule == "ask" or (rule == "if-not-worse" and bool(against))
    return Decision(
        held=held and not challenger,
        reason=_reason(pair, against, errors, rule=rule, same_recipe=same_recipe, challenger=challenger),
        rule=rule,
        champion=pair.number,
        challenger=challenger,
        same_recipe=same_recipe,
        recipe=errors,
        checks=checks,
        money=money,
        notes=_notes(pair, errors, same_recipe=same_recipe),
    )


def _against(errors: Comparison | None, money: Comparison | None) -> list[str]:
    """What the common cutoffs say against it: errors by themselves, money only where errors lean the same way."""
    found = [_worse(errors)] if errors and errors.held else []
    if money and money.held and errors and errors.mean > 0:
        found.append(f"{_worse(money)} in money")
    return found


def _worse(of: Comparison) -> str:
    """ "at 6 of 6 past forecasts 5.1 % worse (2.9 to 7.4)"."""
    lower, upper = (f"{100 * value:.1f}".replace("-", formatting.MINUS) for value in (of.lower, of.upper))
    return f"at {of.worse_at} of {len(of.cutoffs)} past forecasts {formatting.percent(of.mean)} worse ({lower} to {upper})"


def _reason(pair: Pair, against: Sequence[str], errors: Comparison | None, *, rule: GoLive, same_recipe: bool, challenger: bool) -> str:
    speaks = f"Against it: {_listed(against)}." if against else "Nothing speaks against it."
    if challenger:
        return f"A challenger: it is graded in the shadow, and serves once somebody says so. {speaks}"
    if rule == "ask":
        return f"Held: new versions wait until somebody says so. {speaks}"
    if against and rule == "if-not-worse":
        return f"Held: {_listed(against)}."
    if against:
        return f"Goes live, as every new version does here. {speaks}"
    return f"Goes live: {_what_is_new(pair, errors, same_recipe=same_recipe)}. {speaks}"


def _listed(against: Sequence[str]) -> str:
    shown, more = against[:MOST_SENTENCES], len(against) - MOST_SENTENCES
    return "; ".join([*shown, *([f"{more} more"] if more > 0 else [])])


def _what_is_new(pair: Pair, errors: Comparison | None, *, same_recipe: bool) -> str:
    """ "same recipe, 7 more days of sales"."""
    period, later = pair.challenger.panel.period, pair.later
    sales = f"{period.count(later).replace(' ', ' more ', 1)} of sales" if later > 0 else "no later sales"
    if same_recipe:
        return f"same recipe, {sales}"
    if errors is None:
        return f"another recipe, {sales}"
    better = "better" if errors.mean <= 0 else "worse, which may be chance"
    return f"another recipe, {sales}, in the mean of {len(errors.cutoffs)} past forecasts {formatting.percent(abs(errors.mean))} {better}"


def _notes(pair: Pair, errors: Comparison | None, *, same_recipe: bool) -> tuple[str, ...]:
    """What was not judged, and what moves forecasts honestly."""
    notes = []
    if not same_recipe and errors is None:
        notes.append("The recipes were not compared: both versions share fewer than 4 past forecasts.")
    if not pair.ahead[0].shape[1]:
        notes.append(f"The forecasts were not compared: version {pair.number} ends before this one begins.")
    elif not same_recipe:
        notes.append("Another recipe may forecast other totals without being wrong.")
    if pair.later * pair.challenger.panel.period.days > LATE_DAYS:
        notes.append(f"{pair.challenger.panel.period.count(pair.later)} lie between the sales of both: a season may have begun.")
    return tuple(notes)
