"""The order of a line as formulas that all spreadsheets know: the arithmetic of `arithmetic.py`, for people who change the sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from forecasting.inventory.arithmetic import TOLERANCE
from forecasting.inventory.orders.recommend import NOT_COUNTED, NOW, OVERSTOCK, OVERSTOCK_LEVELS, UNKNOWN
from forecasting.inventory.orders.wording import STATES
from forecasting.inventory.policy import Rule

TINY: Final = f"{TOLERANCE:.0E}"
"""Units that count as none, as in `arithmetic`, so that no pack is ordered for a rounding error."""
ROW: Final = "{row}"
"""Placeholder for the number of the line's row."""
STATE: Final = "{state}"
"""Placeholder for the line's state where nothing need be ordered."""
WAITING: Final = ("state", "inventory_position", "recommended")
"""Columns that are not known of a shelf before it is counted."""
_PACK: Final = "IF(<pack_size>>0,<pack_size>,1)"
_SHORT: Final = "<order_up_to>-<inventory_position>"
_BELOW: Final = "<reorder_point>-<inventory_position>"
_LOT: Final = f"MAX(<lot>,{_PACK})"
_LOTS: Final = f"(INT(({_BELOW})/{_LOT}+{TINY})+1)*{_LOT}"


def _packed(units: str) -> str:
    """A formula that rounds units up to whole packs, and to at least the minimum."""
    return f"ROUNDUP(MAX(MAX({units},<minimum_order>)/{_PACK}-{TINY},0),0)*{_PACK}"


_QUANTITY: Final[dict[Rule, str]] = {
    "order_up_to": f"IF({_SHORT}>{TINY},{_packed(_SHORT)},0)",
    "reorder_point": f"IF({_BELOW}>=-{TINY},{_packed(_LOTS)},0)",
    "min_max": f"IF(AND({_BELOW}>=-{TINY},{_SHORT}>{TINY}),{_packed(_SHORT)},0)",
    "newsvendor": f"IF({_SHORT}>{TINY},{_packed(_SHORT)},0)",
}


def formulas(rule: Rule, letters: Mapping[str, str]) -> dict[str, str]:
    """Column -> the formula of a row, with `ROW` and `STATE` in it, for each column that recalculates.

    Args:
        rule: The rule by which orders are calculated.
        letters: Column -> its letters in the sheet.
    """
    level = "<expected>+<safety_stock>"
    texts = {
        "state": f'IF(AND(ISNUMBER(<order>),<order>>0),"{STATES[NOW]}",IF(<recommended>="","{STATES[UNKNOWN]}",'
        f'IF(<inventory_position>>{OVERSTOCK_LEVELS:g}*MAX(<order_up_to>,0),"{STATES[OVERSTOCK]}","{STATE}")))',
        "order": 'IF(ISNUMBER(<yours>),<yours>,IF(ISNUMBER(<recommended>),<recommended>,""))',
        "order_value": 'IF(AND(ISNUMBER(<order>),ISNUMBER(<unit_cost>)),<order>*<unit_cost>,"")',
        "inventory_position": "<on_hand>+<on_order>-<backorders>",
        "reorder_point": level,
        "order_up_to": f"{level}+<lot>" if "lot" in letters else level,
        "recommended": _QUANTITY[rule],
    }
    return {name: f"={_placed(text, letters)}" for name, text in texts.items() if name in letters}


def until_counted(name: str, formula: str, letters: Mapping[str, str]) -> str:
    """The formula of a row whose shelf was not counted: it waits until somebody types the units on hand; an order of one's own does not.

    Args:
        name: The column.
        formula: As `formulas` has it.
        letters: Column -> its letters in the sheet.
    """
    if name not in WAITING:
        return formula
    ordered = f'IF(AND(ISNUMBER(<order>),<order>>0),"{STATES[NOW]}","{STATES[NOT_COUNTED]}")' if name == "state" else '""'
    return _placed(f"=IF(ISNUMBER(<on_hand>),{formula.removeprefix('=')},{ordered})", letters)


def _placed(text: str, letters: Mapping[str, str]) -> str:
    for name, letter in letters.items():
        text = text.replace(f"<{name}>", f"{letter}{ROW}")
    return text
