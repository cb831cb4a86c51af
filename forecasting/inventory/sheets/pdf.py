"""An order as a PDF for its supplier: head, table over as many pages as it needs, total."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from forecasting.core import unseen
from forecasting.inventory.sheets import fonts, pages, wording
from forecasting.inventory.sheets.order_sheet import OrderSheet
from forecasting.inventory.sheets.pages import GAP, LEADING, MARGIN, PADDING, SIZE, Paper, Row
from forecasting.inventory.sheets.wording import TextColumn

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

INK, QUIET, HAIRLINE, SHADE = 0x131A26, 0x4A5568, 0xDDE1E8, 0xF5F6F8
TITLE: Final = 18.0
LABEL_WIDTH: Final = 90.0
"""Points of the labels in the head."""
HEADER: Final = LEADING + 2 * PADDING
"""Points of the header of the table, and of its total."""
FOOT: Final = 30.0
"""Points above the lower margin that belong to the number of the page."""


class _Style(NamedTuple):
    """How a text looks: points, weight, colour."""

    size: float = SIZE
    bold: bool = False
    color: int = INK


PLAIN, STRONG, NOTE, FOOTNOTE = _Style(), _Style(bold=True), _Style(color=QUIET), _Style(SIZE - 1, color=QUIET)
TITLED, FACT, LABEL = _Style(TITLE, bold=True), _Style(SIZE + 1), _Style(SIZE + 1, color=QUIET)


@dataclass(frozen=True)
class _Layout:
    """Where everything stands on the paper.

    Args:
        size: Width and height of a page in points.
        columns: The table.
        wide: The width of each column in points.
        head: Labels and wrapped texts of the head.
        notes: Lines below the table.
        title: The title, wrapped.
    """

    size: tuple[float, float]
    columns: Sequence[TextColumn]
    wide: Sequence[float]
    head: Sequence[tuple[str, tuple[str, ...]]]
    notes: Sequence[str]
    title: tuple[str, ...]

    @property
    def top(self) -> float:
        """Where the first line of text begins."""
        return self.size[1] - MARGIN

    @property
    def head_height(self) -> float:
        """Points of title and head."""
        return len(self.title) * (TITLE + 6) + sum(len(lines) for _, lines in self.head) * (LEADING + 2) + LEADING


def order_pdf(sheet: OrderSheet, paper: Paper = "A4") -> bytes:
    """The order on paper; the same order gives the same bytes.

    Its fonts are embedded, with the letters that it has. Letters for which there is no font stand as a sign that says so, and a sentence names them.
    """
    with fonts.ONE_AT_A_TIME:
        return _drawn(sheet, paper)


def undrawn(sheet: OrderSheet) -> list[str]:
    """Scripts and signs for which no font is installed here, for a person; empty if the PDF draws every letter."""
    with fonts.ONE_AT_A_TIME:
        return _undrawn(sheet)


def _drawn(sheet: OrderSheet, paper: Paper) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    fonts.register()
    layout = _layout(sheet, paper)
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=layout.size, invariant=1, pageCompression=1, lang="en", initialFontName=fonts.OWN[0])
    canvas.setTitle(unseen.escaped(sheet.title))
    canvas.setCreator("Shelfcast")
    canvas.setAuthor(unseen.escaped(sheet.shop) or "Shelfcast")
    room = layout.top - MARGIN - FOOT - HEADER
    below = HEADER + LEADING * (len(layout.notes) + 1)
    paged = pages.paged(pages.rows(layout.columns, layout.wide), room - layout.head_height, room, below)
    for number, rows in enumerate(paged, start=1):
        at = _head(canvas, layout) if number == 1 else layout.top
        at = _table(canvas, layout, rows, at)
        if number == len(paged):
            _total(canvas, layout, at)
        _foot(canvas, layout, f"{sheet.title} · {sheet.supplier}".rstrip(" ·"), f"Page {wording.units(number)} of {wording.units(len(paged))}")
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _undrawn(sheet: OrderSheet) -> list[str]:
    cells = [cell for column in wording.columns(sheet) for cell in column.cells]
    texts = [sheet.title, *cells, *(text for _, text in wording.facts(sheet))]
    return fonts.lacking(text for text in texts if not text.isascii())


def _layout(sheet: OrderSheet, paper: Paper) -> _Layout:
    """What stands where; the paper is turned where a table is too wide for it."""
    columns, size = wording.columns(sheet), pages.SIZES[paper]
    names = sum(not column.is_number for column in columns)
    wide = pages.widths(columns, size[0] - 2 * MARGIN)
    if names and sum(wide) + GAP * (len(columns) - 1) > size[0] - 2 * MARGIN + 1:
        size = (size[1], size[0])
        wide = pages.widths(columns, size[0] - 2 * MARGIN)
    room = size[0] - 2 * MARGIN
    head = [(label, pages.wrap(text, room - LABEL_WIDTH, SIZE + 1)) for label, text in wording.facts(sheet)]
    notes = [line for note in (*wording.notes(sheet), *_undrawn_said(sheet)) for line in pages.wrap(note, room, SIZE)]
    return _Layout(size, columns, wide, head, notes, pages.wrap(sheet.title, room, TITLE, bold=True))


def _undrawn_said(sheet: OrderSheet) -> list[str]:
    names = _undrawn(sheet)
    if not names:
        return []
    return [f"No font for these letters was at hand, and {fonts.LACKING} stands for each of them: {', '.join(names)}. The other files have them."]


def _head(canvas: Canvas, layout: _Layout) -> float:
    """Draws title and facts; where the table begins."""
    at = layout.top - TITLE
    for line in layout.title:
        _write(canvas, line, (MARGIN, at), TITLED)
        at -= TITLE + 6
    for label, lines in layout.head:
        _write(canvas, label, (MARGIN, at), LABEL)
        for line in lines:
            _write(canvas, line, (MARGIN + LABEL_WIDTH, at), FACT)
            at -= LEADING + 2
    return layout.top - layout.head_height


def _table(canvas: Canvas, layout: _Layout, rows: Sequence[Row], at: float) -> float:
    """Draws header and rows; where what follows begins."""
    at = _band(canvas, layout, [column.label for column in layout.columns], at)
    for row in rows:
        for cell, (left, right), column in zip(row.cells, _edges(layout), layout.columns, strict=True):
            for number, line in enumerate(cell):
                place = (right if column.is_number else left, at - PADDING - SIZE - number * LEADING)
                _write(canvas, line, place, to_the_right=column.is_number)
        at -= row.height
        _rule(canvas, layout, at, HAIRLINE)
    return at


def _total(canvas: Canvas, layout: _Layout, at: float) -> None:
    texts = [column.total for column in layout.columns]
    place = next((number for number, column in enumerate(layout.columns) if not column.is_number), 0)
    texts[place] = "Total"
    at = _band(canvas, layout, texts, at)
    for line in layout.notes:
        at -= LEADING
        _write(canvas, line, (MARGIN, at), NOTE)


def _band(canvas: Canvas, layout: _Layout, texts: Sequence[str], at: float) -> float:
    """Draws a shaded row in bold letters; where what follows begins."""
    canvas.setFillColorRGB(*_rgb(SHADE))
    canvas.rect(MARGIN - PADDING, at - HEADER, layout.size[0] - 2 * MARGIN + 2 * PADDING, HEADER, stroke=0, fill=1)
    for text, (left, right), column in zip(texts, _edges(layout), layout.columns, strict=True):
        _write(canvas, text, (right if column.is_number else left, at - PADDING - SIZE), STRONG, to_the_right=column.is_number)
    _rule(canvas, layout, at - HEADER, INK)
    return at - HEADER


def _foot(canvas: Canvas, layout: _Layout, left: str, right: str) -> None:
    room = layout.size[0] - 2 * MARGIN - fonts.width(right, SIZE - 1) - GAP
    _write(canvas, pages.wrap(left, room, SIZE - 1)[0], (MARGIN, MARGIN), FOOTNOTE)
    _write(canvas, right, (layout.size[0] - MARGIN, MARGIN), FOOTNOTE, to_the_right=True)


def _edges(layout: _Layout) -> list[tuple[float, float]]:
    """Left and right of each column."""
    edges, left = [], MARGIN
    for width in layout.wide:
        edges.append((left, left + width))
        left += width + GAP
    return edges


def _write(canvas: Canvas, text: str, at: tuple[float, float], style: _Style = PLAIN, *, to_the_right: bool = False) -> None:
    """Draws one line of text from a point on, or up to it."""
    x, y = at
    x = x - fonts.width(text, style.size, bold=style.bold) if to_the_right else x
    canvas.setFillColorRGB(*_rgb(style.color))
    for name, part in fonts.runs(text, bold=style.bold):
        canvas.setFont(name, style.size)
        canvas.drawString(x, y, part)
        x += canvas.stringWidth(part, name, style.size)


def _rule(canvas: Canvas, layout: _Layout, at: float, color: int) -> None:
    canvas.setStrokeColorRGB(*_rgb(color))
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN - PADDING, at, layout.size[0] - MARGIN + PADDING, at)


def _rgb(color: int) -> tuple[float, float, float]:
    return (color >> 16) / 255, (color >> 8 & 255) / 255, (color & 255) / 255
