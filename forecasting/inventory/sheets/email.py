"""The text of an e-mail to the supplier."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from forecasting.core import unseen
from forecasting.inventory.sheets import wording
from forecasting.inventory.sheets.order_sheet import OrderSheet

LONGEST_LINK: Final = 1_900
"""Characters of a mailto link that every mail program takes."""
_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Email:
    """A text to send.

    Args:
        to: The address in the supplier's contact; empty if there is none.
        subject: One line.
        body: Plain text.
        link: The same as a mailto link. Lines for which such a link has no room are left out, and it says how many.
    """

    to: str
    subject: str
    body: str
    link: str


def order_email(sheet: OrderSheet) -> Email:
    """The whole order as the text of an e-mail."""
    address = _ADDRESS.search(sheet.contact)
    to = address.group() if address else ""
    subject = unseen.escaped(f"{sheet.title} from {sheet.shop}" if sheet.shop else sheet.title)
    lines = [unseen.escaped(_line(sheet, place)) for place in range(len(sheet.lines))]
    return Email(to, subject, _body(sheet, lines), _link(sheet, to, subject, lines))


def _body(sheet: OrderSheet, lines: list[str]) -> str:
    left_out = len(sheet.lines) - len(lines)
    rest = [f"- and {wording.units(left_out)} more: see the order sheet attached."] if left_out else []
    where = [f"Deliver to: {unseen.escaped(sheet.deliver_to)}"] if sheet.deliver_to else []
    said = [*_opening(sheet), "", *lines, *rest, "", f"Total: {wording.lines_said(sheet)}.", *where, *wording.notes(sheet), "", "Kind regards"]
    return "\n".join([*said, unseen.escaped(sheet.shop)] if sheet.shop else said)


def _opening(sheet: OrderSheet) -> Iterator[str]:
    where = ", ".join(unseen.escaped(text) for text in sheet.shared.values())
    at = f" to {where}" if where else ""
    yield "Hello,"
    yield ""
    if sheet.state == "cancelled":
        yield f"please do not deliver order {sheet.number} of {wording.day(sheet.order_date)}. It is cancelled:"
    else:
        yield f"please deliver{at} by {wording.day(sheet.due)} (order {sheet.number} of {wording.day(sheet.order_date)}):"


def _line(sheet: OrderSheet, place: int) -> str:
    line = sheet.lines[place]
    packs = wording.packs(line)
    return f"- {wording.units(line.quantity)} {wording.name(line, sheet)}{f' ({packs})' if packs else ''}"


def _link(sheet: OrderSheet, to: str, subject: str, lines: list[str]) -> str:
    """The longest link that has room, by halving."""
    least, most = 0, len(lines)
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if len(_mailto(to, subject, _body(sheet, lines[:middle]))) <= LONGEST_LINK else (least, middle - 1)
    return _mailto(to, subject, _body(sheet, lines[:least]))


def _mailto(to: str, subject: str, body: str) -> str:
    crlf = body.replace("\n", "\r\n")
    return f"mailto:{quote(to, safe='@')}?subject={quote(subject, safe='')}&body={quote(crlf, safe='')}"
