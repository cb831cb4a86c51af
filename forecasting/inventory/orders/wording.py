"""Recommendations in words, with numbers that add up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from forecasting.core import formatting, money, numerals, schema
from forecasting.inventory.orders import on_hand_words
from forecasting.inventory.orders.own_quantities import with_quantities
from forecasting.inventory.orders.recommend import NOT_COUNTED, Orders
from forecasting.inventory.policy import DAILY
from forecasting.inventory.simulation.promises import NOT_JUDGED, NOT_KEPT
from forecasting.inventory.stock import state
from forecasting.training.reasons import TOO_NEW

__all__ = ["NOT_JUDGED", "NOT_KEPT"]
MANY_TOO_NEW: Final = "Too new, check by hand: not sold yet, or once or twice and then no more. They are not ordered until you have checked them."
FEW_SERVED: Final = 0.9
"""Share of demand met below which a kept promise of no stockouts still misses much: cycles without demand count as kept."""
STATES: Final = {
    "order_now": "Order now",
    "soon": "This week",
    "fine": "Fine",
    "overstock": "Overstock",
    "not_counted": "Not counted",
    "unknown": "No advice",
}
STOCK: Final = {
    "on_hand": "In stock",
    "on_order": "Coming",
    "due": "Due",
    "backorders": "Owed",
    "pack_size": "Pack of",
    "minimum_order": "Minimum",
    "unit_cost": "Unit cost",
    "price": "Price",
    "lead_time": "Lead time",
    "lead_time_sd": "Lead time spread",
    "lead_times": "Past lead times",
    "review_period": "Review every",
    "service_level": "Service",
    "shelf_life": "Shelf life",
    "unit_space": "Space",
    "holding_cost": "Holding a year",
    "order_cost": "Cost of an order",
}
"""Column of a stock file -> its label for a person, the usual columns first."""
STOCK_HELP: Final = {
    "on_order": "Units ordered but not delivered yet.",
    "backorders": "Units sold but not handed over yet.",
    "lead_time": "Days from order to delivery.",
    "lead_time_sd": "Standard deviation of the lead time, in days.",
    "review_period": "Days from one order to the next.",
    "service_level": "Promise, from 0 to 1: 0.95 is 95 %.",
    "shelf_life": "Days that a unit keeps on the shelf.",
    "unit_space": "Shelf space of one unit, in any measure.",
    "holding_cost": "Money to hold one unit for a year.",
}


def order_totals(orders: Orders, quantities: Mapping[str, float]) -> dict[str, float]:
    """The totals over all series, with the quantities that a person changed, and further sums.

    Args:
        orders: The recommendations.
        quantities: Units that a person ordered instead, by unique_id.

    Returns:
        Also `without_cost`, orders whose cost is not known, and in units `missed`, expected not to be served until an order of today is used up,
        and `surplus`, above the level where there is too much.
    """
    orders = with_quantities(orders, quantities)
    table = orders.table
    over = (table["inventory_position"] - table["order_up_to"])[(table["state"] == "overstock") & orders.sold]
    return {
        **orders.totals(),
        "without_cost": float((table["unit_cost"].isna() & (table["order_quantity"] > 0)).sum()),
        "missed": float(table["expected_lost"].sum()),
        "surplus": float(over.sum()),
    }


def sum_of(orders: Orders, place: int) -> str:
    """Why the quantity is recommended, as a sum whose rounded numbers add up.

    Args:
        orders: The recommendations.
        place: Position of the series in their table.
    """
    row: dict[str, Any] = {str(name): value for name, value in orders.table.iloc[place].items()}
    if row["reason"]:
        return str(row["reason"])
    digits = 0 if orders.ensemble.whole_units[orders.rows[place]] else 1
    if np.isnan(row["expected"]) or not (row["order_up_to"] or row["order_quantity"]):
        return _nothing(orders, row, place)
    recommended = _recommended(orders, row, place, digits)
    if row["order_quantity"] == row["recommended"] or np.isnan(row["order_quantity"]):
        return recommended
    return f"{_own(row, digits)} {recommended.replace('Order ', 'Recommended: ', 1).replace('Nothing to order', 'Recommended: nothing', 1)}"


def _nothing(orders: Orders, row: dict[str, Any], place: int) -> str:
    """Why nothing is ordered and nothing is to be kept: no sales are expected, or so few that an empty shelf keeps the promise."""
    if not row["expected"] > 0:
        return "Nothing to order: we expect no sales."
    few = f"only {formatting.headline(row['expected'])} expected in {_span(orders, place)}"
    return f"Nothing to order: {few}, so that an empty shelf keeps this promise."


def _span(orders: Orders, place: int) -> str:
    """ "14 days", "about 14 days" where the lead time varies: what an order has to cover."""
    steps = float(orders.stock.mean_lead[place] + orders.levels.cover[place])
    about = "" if (orders.stock.lead[place] == 1).any() else "about "
    return f"{about}{orders.ensemble.panel.period.count(round(steps))}"


def _own(row: dict[str, Any], digits: int) -> str:
    """What a person orders instead, and what follows: "You order 6, 18 fewer than recommended: about 12 sales would be missed."."""
    units = _number(row["order_quantity"], digits)
    if np.isnan(row["recommended"]):
        return f"You order {units}."
    more = _rounded(row["order_quantity"] - row["recommended"], digits)
    text = f"You order {units}, {_number(abs(more), digits)} {'more' if more > 0 else 'fewer'} than recommended"
    if np.isnan(row["expected_lost"]):
        return f"{text}."
    missed, left = formatting.headline(row["expected_lost"]), formatting.headline(row["expected_left"])
    return f"{text}: about {missed} sales would be missed and {left} units left over."


def _recommended(orders: Orders, row: dict[str, Any], place: int, digits: int) -> str:
    row = row | {"order_quantity": row["recommended"]}
    needed = _needed(orders, row, place, _rounded(row["order_up_to"] - row["lot"], digits), digits)
    if row["state"] == NOT_COUNTED or np.isnan(row["recommended"]):
        return f"Not counted. Filled up, this shelf would hold {_number(row['order_up_to'], digits)}: {needed}."
    if orders.policy.rule in DAILY:
        return _by_lots(orders, row, needed, digits)
    if not row["order_quantity"]:
        return f"Nothing to order: {_have(row, digits, 'plus', 'minus')} covers {needed}."
    short = _rounded(row["order_up_to"], digits) - _rounded(row["inventory_position"], digits)
    return f"Order {_number(row['order_quantity'], digits)}: {needed}, minus {_have(row, digits, 'minus', 'plus')}{_packed(row, short, digits)}."


def _needed(orders: Orders, row: dict[str, Any], place: int, level: float, digits: int) -> str:
    """ "1,344 expected in 14 days plus 250 safety stock"."""
    expected = _rounded(row["expected"], digits)
    safety = _rounded(level - expected, digits)
    under_one = row["expected"] > 0 and expected == 0
    text = f"{'under 1' if under_one else _number(expected, digits)} expected in {_span(orders, place)}"
    sign, size = ("plus", safety) if safety >= 0 else ("minus", -safety)
    return f"{text} {sign} {_number(size, digits)} {'safety stock' if safety >= 0 else 'that this promise does not need'}"


def _have(row: dict[str, Any], digits: int, more: str, owed: str) -> str:
    """ "120 on the shelf minus 60 on the way plus 5 owed"; `more` and `owed` are the signs of units on the way and owed."""
    parts = [f"{_number(row['on_hand'], digits)} on the shelf"]
    parts += [f"{more} {_number(row['on_order'], digits)} on the way"] if row["on_order"] else []
    parts += [f"{owed} {_number(row['backorders'], digits)} owed"] if row["backorders"] else []
    return " ".join(parts)


def _packed(row: dict[str, Any], short: float, digits: int) -> str:
    """How the shortfall becomes the order: whole packs, and the minimum."""
    pack, least, quantity = (_rounded(row[name], digits) for name in ("pack_size", "minimum_order", "order_quantity"))
    if quantity == short:
        return ""
    terms = [f"packs of {_number(pack, digits)}"] if pack != 1 else []
    terms += [f"a minimum of {_number(least, digits)}"] if least > short else []
    how = f"With {' and '.join(terms)}" if terms else "Rounded up"
    return f", is {_number(short, digits)}. {how}, that makes {_number(quantity, digits)}"


def _by_lots(orders: Orders, row: dict[str, Any], needed: str, digits: int) -> str:
    """The sum under rules that review the stock every day and order at the reorder point."""
    have = _have(row, digits, "plus", "minus")
    point = f"the reorder point of {_number(row['reorder_point'], digits)} ({needed})"
    if not row["order_quantity"]:
        return f"Nothing to order: {have} is above {point}."
    lots, up_to = f"in lots of {_number(row['lot'], digits)}", f"up to {_number(row['order_up_to'], digits)}"
    how = lots if orders.policy.rule == "reorder_point" else up_to
    return f"Order {_number(row['order_quantity'], digits)}, {how}: {have} is not above {point}."


def proof(row: dict[str, Any]) -> str:
    """The result of the past check for the promise: "Promised 95 %. Past check: no stockout in 95.8 % of 72 cycles, ...", or why there is none."""
    promised = f"Promised {formatting.percent(row['service_level'], 0)}"
    if row["promise"] == NOT_JUDGED or not row["cycles"]:
        return f"{promised}. Too little history to check it."
    achieved = f"Past check: no stockout in {formatting.percent(row['achieved'])} of {formatting.count(int(row['cycles']), 'cycle')}"
    served = "" if np.isnan(row["achieved_fill"]) else f", {formatting.percent(row['achieved_fill'])} of demand served"
    textbook = "" if np.isnan(row["achieved_textbook"]) else f" Textbook: {formatting.percent(row['achieved_textbook'])}."
    few = " Most days sell nothing here. Promise a share served to miss fewer sales." if row["achieved_fill"] < FEW_SERVED else ""
    return f"{promised}. {achieved}{served}.{textbook}{few}"


def textbook(row: dict[str, Any], digits: int = 0) -> str:
    """The textbook's order, and why it differs from ours."""
    if np.isnan(row["textbook_order_up_to"]):
        return ""
    return f"A textbook would order {_number(row['textbook_quantity'], digits)}. {row['why']}".strip()


def assumed(row: Mapping[str, Any]) -> str:
    """The assumed inputs: "Assumed: nothing in stock, lead time 7 days"; empty if all were given."""
    texts = assumptions(row)
    return f"Assumed: {', '.join(texts)}" if texts else ""


def assumptions(row: Mapping[str, Any]) -> list[str]:
    """The assumptions for the inputs that were not given, in words, with the numbers of the row."""
    says: dict[str, Callable[[], str]] = {
        state.ON_HAND: lambda: "nothing in stock",
        state.LEAD_TIME: lambda: f"lead time {_days(row[state.LEAD_TIME])}",
        state.REVIEW_PERIOD: lambda: f"review every {_days(row[state.REVIEW_PERIOD])}",
        state.PACK_SIZE: lambda: "single units",
        state.UNIT_COST: lambda: "no unit cost",
        state.SERVICE_LEVEL: lambda: f"{formatting.percent(row[state.SERVICE_LEVEL], 0)} service",
    }
    return [says[name]() for name in str(row["defaults"]).split(", ") if name in says]


def _days(days: float) -> str:
    return "day" if days == 1 else f"{numerals.shortest(days)} days"


def _rounded(value: float, digits: int) -> float:
    return float(round(value, digits))


def _number(value: float, digits: int) -> str:
    rounded = round(value, digits)
    return f"{rounded:,.{digits}f}" if digits and rounded % 1 else formatting.units(rounded)


def without_advice(orders: Orders) -> list[tuple[int, str]]:
    """How many series have no recommendation for a reason, and that reason, the most frequent first."""
    without = orders.table[orders.table["reason"].ne("")]
    few = without[schema.MODEL] == TOO_NEW
    reasons = without["reason"].mask(few & (few.sum() > 1), MANY_TOO_NEW)
    return [(int(count), str(reason)) for reason, count in reasons.value_counts(sort=True).items()]


def summary(orders: Orders) -> str:
    """The recommendations in a few sentences, for a person who will not open the file."""
    totals, promise = orders.totals(), orders.table["promise"]
    broken = orders.table.loc[promise == NOT_KEPT, schema.UNIQUE_ID].tolist()
    cost = "" if np.isnan(totals["value"]) else f" for {money.amount(totals['value'])}"
    series = f"{numerals.write(totals['order_now'])} of {numerals.write(len(orders.table))} series"
    parts = [f"Order {numerals.write(totals['units'])} units of {series} now{cost}."]
    parts += [f"{numerals.write(count)} without a recommendation: {reason}" for count, reason in without_advice(orders)]
    unpriced = int((np.isnan(orders.stock[state.PRICE]) | np.isnan(orders.stock[state.UNIT_COST])).sum())
    if orders.policy.target == "costs" and unpriced:
        parts.append(f"{formatting.count(unpriced, 'series has', 'series have')} no price or unit cost, so the service level decides.")
    if broken:
        parts.append(f"The past check missed the promise for {formatting.listing(broken)}. See the columns promise and achieved.")
    if not totals["counted"] and not (orders.table["state"] == NOT_COUNTED).any():
        parts.append("No stock was counted, so every shelf counts as empty. Give a stock file with --stock.")
    elif totals["counted"] < totals["to_count"]:
        counted = f"{numerals.write(totals['counted'])} of {numerals.write(totals['to_count'])} series"
        parts.append(f"{counted} are counted; the others have no order until they are.")
    parts.append(on_hand_words.oversold(orders.table, schema.UNIQUE_ID))
    return " ".join(filter(None, parts))
