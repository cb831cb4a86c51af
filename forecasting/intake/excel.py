"""Excel workbooks, whose cells have types."""

from __future__ import annotations

import io

from python_calamine import CalamineError, CalamineWorkbook

from forecasting.core.errors import InputError, UnreadableFile
from forecasting.intake.answers import NOTHING_SAID, Answers
from forecasting.intake.filling import Contents
from forecasting.intake.sheet_names import visible_sheets
from forecasting.intake.sheet_table import Cells, Sheet, sheet_table
from forecasting.intake.sheets import chosen
from forecasting.intake.table import Table
from forecasting.intake.unpacking import brief
from forecasting.intake.workbook_check import check_workbook


def read_workbook(content: bytes, name: str, limit: int, answers: Answers = NOTHING_SAID, contents: Contents = "sales") -> Table:
    """The table in the sheet, or the sheets with one header, that have dates and sales.

    Raises:
        InputError: It has no such sheet or header as a person said.
        UnreadableFile: It is broken, locked, too large, or no sheet has rows.
    """
    check_workbook(content, name, limit)
    try:
        sheets = _sheets(content, answers.sheet, name)
    except CalamineError as error:
        raise UnreadableFile(
            f"{name} is a broken or locked workbook ({brief(error)}). Save it as .xlsx without a password and upload that."
        ) from error
    filled = [sheet for sheet in sheets if sheet.cells]
    if not filled:
        raise UnreadableFile(f"{name} is empty. Upload a workbook with at least one day of sales.")
    tables: list[Table] = []
    refusal: UnreadableFile | None = None
    for sheet in filled:
        try:
            tables.append(sheet_table(sheet, name, answers.header_line, contents))
        except UnreadableFile as error:
            refusal = refusal or error
    if not tables:
        raise refusal or UnreadableFile(f"{name} has a header but no rows below it. Upload a workbook with at least one day of sales.")
    return chosen(tables, all_of_them=answers.sheet is not None)


def _sheets(content: bytes, wanted: str | None, name: str) -> list[Sheet]:
    """The visible sheets, or those that a person named."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    visible = visible_sheets(workbook)
    if wanted is not None:
        folded = {sheet.strip().casefold(): sheet for sheet in reversed(visible)}
        parts = [wanted] if wanted.strip().casefold() in folded else wanted.split(",")
        unknown = next((part.strip() for part in parts if part.strip().casefold() not in folded), None)
        if unknown is not None:
            raise InputError(f'{name} has no sheet "{unknown[:80]}". Its sheets are {", ".join(visible)[:400]}.')
        visible = [folded[part.strip().casefold()] for part in parts]
    return [_sheet(workbook, sheet) for sheet in visible]


def _sheet(workbook: CalamineWorkbook, name: str) -> Sheet:
    sheet = workbook.get_sheet_by_name(name)
    cells: Cells = sheet.to_python(skip_empty_area=False)
    return Sheet(name, cells if any(cell != "" for row in cells for cell in row) else [], sheet.merged_cell_ranges or [])
