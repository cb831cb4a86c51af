"""An order as a page that a browser prints, in whatever letters the browser has."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from forecasting.core import unseen
from forecasting.inventory.sheets import wording
from forecasting.inventory.sheets.order_sheet import OrderSheet
from forecasting.inventory.sheets.pages import Paper

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""The page loads nothing and runs nothing."""
_STYLE: Final = """
body { font: 10pt/1.35 system-ui, sans-serif; color: #131a26; background: #fff; margin: 2rem auto; padding: 0 1rem; max-width: 60rem }
h1 { font-size: 18pt; margin: 0 0 .6rem } dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.5rem; margin: 0 0 1.2rem }
dt { color: #4a5568 } dd { margin: 0; overflow-wrap: anywhere } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid #dde1e8; overflow-wrap: anywhere }
th, tfoot td { background: #f5f6f8; font-weight: 600 } .number { text-align: right; white-space: nowrap; overflow-wrap: normal }
th:not(.number) { min-width: 6.5rem } div { overflow-x: auto }
tr { break-inside: avoid } thead { display: table-header-group } tfoot { display: table-row-group } p { color: #4a5568 }
@media print { body { margin: 0; padding: 0; max-width: none } div { overflow: visible }
  th, tfoot td { print-color-adjust: exact; -webkit-print-color-adjust: exact } }
"""


def order_html(sheet: OrderSheet, paper: Paper = "A4") -> bytes:
    """A whole HTML document without scripts, and without anything from elsewhere."""
    title, columns = _safe(sheet.title), wording.columns(sheet)
    classes = [' class="number"' if column.is_number else "" for column in columns]
    facts = "".join(f'<dt>{_safe(label)}</dt><dd dir="auto">{_safe(text)}</dd>' for label, text in wording.facts(sheet))
    head = "".join(f'<th scope="col"{kind}>{_safe(column.label)}</th>' for column, kind in zip(columns, classes, strict=True))
    rows = "\n".join(f"<tr>{_cells(cells, classes)}</tr>" for cells in zip(*(column.cells for column in columns), strict=True))
    total = _cells(["Total" if place == 1 else column.total for place, column in enumerate(columns)], classes)
    notes = "".join(f"<p>{_safe(note)}</p>" for note in wording.notes(sheet))
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>{title}</title>
<style>@page {{ size: {paper}; margin: 15mm }}{_STYLE}</style></head>
<body><h1>{title}</h1><dl>{facts}</dl>
<div><table><thead><tr>{head}</tr></thead><tbody>
{rows}
</tbody><tfoot><tr>{total}</tr></tfoot></table></div>{notes}</body></html>
"""
    return page.encode()


def _cells(texts: Iterable[str], classes: Iterable[str]) -> str:
    return "".join(f'<td{kind}><bdi dir="auto">{_safe(text)}</bdi></td>' for text, kind in zip(texts, classes, strict=True))


def _safe(text: str) -> str:
    return escape(unseen.escaped(text))
