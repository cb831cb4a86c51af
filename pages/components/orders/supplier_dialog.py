"""The dialog in which a supplier is added or changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from forecasting.core import dates, notation, signs
from forecasting.core.errors import SettingsError, ShelfcastError
from forecasting.inventory.suppliers import texts
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.inventory.suppliers.supplier import EVERY_DAY, Closure, Currency, Freight, Minimum, Supplier
from forecasting.services import supplier_file, suppliers
from pages.components.shared import markdown, parts, person

if TYPE_CHECKING:
    from forecasting.storage.workspace import Workspace

EDITED: Final = "orders_supplier_edited"
"""Where the session keeps the name of the supplier in the dialog, None for a new one, and the number of the state that the person saw."""
SAID: Final = "orders_suppliers_said"
"""Where it keeps what the last press did, and whether it failed."""
MAX_CHARACTERS: Final = 100
LEAD_HELP: Final = "Days from the order to the delivery. Empty: learned from what came, once three orders were received."
WEIGHT_HELP: Final = "In the measure in which a file of suppliers gives the weight of a unit."
CLOSED_HELP: Final = "Days such as 2026-12-24/2026-12-31; 2027-04-05."


def open_for(name: str | None, number: int) -> None:
    """Opens the dialog in the next run."""
    st.session_state[EDITED] = (name, number)


def show(ws: Workspace, sourcing: Sourcing) -> None:
    """The dialog, if it is open."""
    if EDITED not in st.session_state:
        return
    name, number = st.session_state[EDITED]
    known = next((each for each in sourcing.suppliers if each.name == name), None)
    title = "Add a supplier" if known is None else f"{markdown.plain(known.name)}"
    parts.dialog(title, width="medium", on_dismiss=_close)(_content)(ws, sourcing, known, number)


def _content(ws: Workspace, sourcing: Sourcing, known: Supplier | None, number: int) -> None:
    before = known or Supplier(name="?")
    with st.form("orders_supplier_form", border=False):
        name = st.text_input("Name", value="" if known is None else known.name, max_chars=MAX_CHARACTERS, disabled=known is not None)
        wanted = _terms(before)
        wanted["freight"], currency = _money(before)
        closed = st.text_input("Closed on", value=supplier_file.closures(before), help=CLOSED_HELP)
        wanted["contact"] = st.text_input("Contact", value=before.contact, max_chars=MAX_CHARACTERS, placeholder="orders@example.com")
        sent = st.form_submit_button("Save", type="primary", icon=":material/save:")

    def changed() -> Sourcing:
        return sourcing.with_supplier(replace(before, name=name, closures=_closures(closed), currency=currency(), **wanted))

    if sent and save(ws, changed, number, f"Saved {name.strip()}.", person.login()):
        _close()
        st.rerun()
    elif sent:
        said()
    if known is not None:
        _remove(ws, sourcing, known, number)


def _terms(before: Supplier) -> dict[str, Any]:
    """Days, times and what an order has to reach."""
    days, named = signs.week(notation.current()), dates.weekday
    ordered = st.pills("Takes orders on", days, default=sorted(before.order_days), selection_mode="multi", format_func=named)
    left, right = st.columns(2)
    with left:
        cut_off = st.time_input("Until", value=before.cut_off, step=900, help="Empty: the whole day.")
    with right:
        lead_time = st.number_input("Lead time in days", 0, 365, before.lead_time, help=LEAD_HELP)
    delivered = st.pills("Delivers on", days, default=sorted(before.delivery_days), selection_mode="multi", format_func=named)
    return {
        "order_days": frozenset(ordered) or EVERY_DAY,
        "cut_off": cut_off,
        "delivery_days": frozenset(delivered) or EVERY_DAY,
        "lead_time": lead_time,
        "minimum": _minimum(before.minimum),
    }


def _minimum(before: Minimum) -> Minimum:
    """What an order has to reach."""
    left, middle, right = st.columns(3)
    with left:
        value = st.number_input("Minimum value", 0.0, value=float(before.value) or None, help="In the supplier's money.")
    with middle:
        units = st.number_input("Minimum units", 0.0, value=float(before.units) or None)
    with right:
        weight = st.number_input("Minimum weight", 0.0, value=float(before.weight) or None, help=WEIGHT_HELP)
    return Minimum(value=value or 0.0, units=units or 0.0, weight=weight or 0.0)


def _money(before: Supplier) -> tuple[Freight, Callable[[], Currency | None]]:
    """What the way costs, and what reads the supplier's money, which raises SettingsError."""
    left, right = st.columns(2)
    with left:
        cost = st.number_input("Delivery costs", 0.0, value=float(before.freight.cost) or None)
    with right:
        free_from = st.number_input("Free from", 0.0, value=None if before.freight.free_from is None else float(before.freight.free_from))
    left, right = st.columns(2)
    with left:
        code = st.text_input("Currency", value="" if before.currency is None else before.currency.code, max_chars=3, help="Empty: the shop's own.")
    with right:
        rate = st.number_input(
            "Rate", 0.0, value=1.0 if before.currency is None else float(before.currency.rate), format="%.4f", help="What one unit of it costs."
        )
    day = None if before.currency is None else before.currency.of_day
    typed = code.strip().upper()
    return Freight(cost=cost or 0.0, free_from=free_from), lambda: Currency(code=typed, rate=rate or 0.0, of_day=day) if typed else None


def _closures(text: str) -> tuple[Closure, ...]:
    """The days and spans of a text; raises SettingsError."""
    try:
        return texts.closures(text)
    except ValueError as error:
        raise SettingsError(f"The closed days cannot be read. {CLOSED_HELP}") from error


def _remove(ws: Workspace, sourcing: Sourcing, known: Supplier, number: int) -> None:
    with st.popover("Remove", icon=":material/delete:"):
        st.markdown("What it delivers is then without a supplier. Its orders stay in the order book.")
        if st.button(f"Remove {markdown.plain(known.name)}", type="primary", key="orders_supplier_remove"):
            left = tuple(each for each in sourcing.suppliers if each.key != known.key)
            sources = tuple(each for each in sourcing.sources if each.supplier.casefold() != known.key)
            if save(ws, lambda: Sourcing(left, sources), number, f"Removed {known.name}.", person.login()):
                _close()
                st.rerun()


def save(ws: Workspace, wanted: Callable[[], Sourcing], number: int, done: str, by: str) -> bool:
    """Saves suppliers and sources after the state that the person saw; whether that was done, which the page then says."""
    try:
        suppliers.save(ws, wanted(), by, after=number)
    except ShelfcastError as error:
        st.session_state[SAID] = (str(error), True)
        return False
    st.session_state[SAID] = (done, False)
    return True


def said() -> None:
    """Whether the last press saved, or why not; said once."""
    if SAID in st.session_state:
        text, failed = st.session_state.pop(SAID)
        st.markdown(f"{':red[:material/error:]' if failed else ':green[:material/check_circle:]'} {markdown.plain(text)}")


def _close() -> None:
    st.session_state.pop(EDITED, None)
