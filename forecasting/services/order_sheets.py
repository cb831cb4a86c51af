"""Orders as their suppliers get them: files to send, the text of an e-mail, JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import orjson

from forecasting.core import formatting, notation
from forecasting.core.errors import InputError
from forecasting.core.shop_settings import ShopSettings
from forecasting.inventory.book.order import Order
from forecasting.inventory.sheets import message as messages
from forecasting.inventory.sheets.email import Email, order_email
from forecasting.inventory.sheets.order_sheet import OrderSheet, order_sheet
from forecasting.inventory.sheets.pages import Paper
from forecasting.services import orders, shop_settings, suppliers
from forecasting.storage.workspace import Workspace

Form = Literal["pdf", "xlsx", "csv", "html", "txt", "json"]
FORMS: Final[tuple[Form, ...]] = get_args(Form)
MEDIA_TYPES: Final[Mapping[Form, str]] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "html": "text/html",
    "txt": "text/plain",
    "json": "application/json",
}
LETTER_COUNTRIES: Final = ("US", "CA")
"""Countries whose paper is US Letter."""


@dataclass(frozen=True, slots=True)
class SheetFile:
    """An order sheet as a file.

    Args:
        name: Of the file.
        media_type: Of the content.
        content: The same for the same order.
    """

    name: str
    media_type: str
    content: bytes


def sheet(ws: Workspace, identity: str) -> OrderSheet:
    """What an order says to its supplier; raises NotFound, OrdersDamaged and StateDamaged."""
    return of_order(ws, orders.order(ws, identity))


def of_order(ws: Workspace, order: Order) -> OrderSheet:
    """What this order says to its supplier, by the terms as they are today; raises StateDamaged."""
    chosen = _settings(ws)
    said = {"shop": chosen.shop_name, "deliver_to": chosen.delivery_address}
    return order_sheet(order, suppliers.sourcing(ws), currency=chosen.currency or None, **said)


def message(ws: Workspace, identity: str) -> dict[str, Any]:
    """An order as JSON for programs, and for those that are told when it is placed; raises as `sheet`."""
    return messages.message(sheet(ws, identity))


def email(ws: Workspace, identity: str) -> Email:
    """An order as the text of an e-mail; raises as `sheet`."""
    said = sheet(ws, identity)
    with notation.using(_settings(ws).notation):
        return order_email(said)


def file(ws: Workspace, identity: str, form: str) -> SheetFile:
    """An order as a file of a form; raises InputError for a form that there is not, and else as `sheet`."""
    known = next((each for each in FORMS if each == form), None)
    if known is None:
        raise InputError(f"An order sheet is {', '.join(FORMS[:-1])} or {FORMS[-1]}, not {form[:20]!r}.")
    said, settings = sheet(ws, identity), _settings(ws)
    with notation.using(settings.notation):
        content = _content(said, known, _paper(settings))
    return SheetFile(f"order-{said.number}.{known}", MEDIA_TYPES[known], content)


def undrawn(ws: Workspace, identity: str) -> str:
    """What the PDF of an order cannot draw and what helps, in a sentence; empty if it draws every letter. Raises as `sheet`."""
    from forecasting.inventory.sheets import pdf

    said = sheet(ws, identity)
    with notation.using(_settings(ws).notation):
        names = pdf.undrawn(said)
    if not names:
        return ""
    return (
        f"The PDF has no font for {formatting.listing(names)}: each such letter is shown as a replacement character. "
        "Use the print view or the XLSX, or install a TrueType font that has them (on Debian, fonts-wqy-zenhei or fonts-thai-tlwg-ttf)."
    )


def _content(said: OrderSheet, form: Form, paper: Paper) -> bytes:
    """Libraries that draw are imported when they are first needed."""
    if form == "pdf":
        from forecasting.inventory.sheets.pdf import order_pdf

        return order_pdf(said, paper)
    if form == "xlsx":
        from forecasting.inventory.sheets.spreadsheet import order_xlsx

        return order_xlsx(said, paper)
    if form == "csv":
        from forecasting.inventory.sheets.tables import order_csv

        return order_csv(said)
    if form == "html":
        from forecasting.inventory.sheets.print_view import order_html

        return order_html(said, paper)
    if form == "txt":
        letter = order_email(said)
        return f"{letter.subject}\n\n{letter.body}\n".encode(errors="backslashreplace")
    return orjson.dumps(messages.message(said), option=orjson.OPT_INDENT_2)


def _paper(settings: ShopSettings) -> Paper:
    """A4, or US Letter in a shop of the United States or Canada, by the country of its holidays, else by the region of its language."""
    place = settings.country[:2] if settings.country else settings.language.rpartition("_")[2]
    return "letter" if place in LETTER_COUNTRIES else "A4"


def _settings(ws: Workspace) -> ShopSettings:
    """What was chosen; the newest that can be read, since damaged settings do not keep an order from being sent."""
    return shop_settings.to_go_on_from(ws)[0].values
