"""The sheets of a workbook."""

from __future__ import annotations

import io

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from forecasting.core.errors import UnreadableFile
from forecasting.intake.workbook_check import check_workbook

_ZIP = b"PK\x03\x04"


def sheet_names(content: bytes, limit: int) -> tuple[str, ...]:
    """The visible sheets in their order; empty for a file that is no workbook, or one that cannot be read."""
    if not content.startswith(_ZIP):
        return ()
    try:
        check_workbook(content, "workbook", limit)
        return tuple(visible_sheets(CalamineWorkbook.from_filelike(io.BytesIO(content))))
    except (CalamineError, UnreadableFile):
        return ()


def visible_sheets(workbook: CalamineWorkbook) -> list[str]:
    """The names of the sheets that are not hidden, in their order."""
    return [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
