"""The sheets of a workbook."""

from __future__ import annotations

import io

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from forecasting.core.errors import UnreadableFile
from forecasting.intake.unpacking import check_workbook

_ZIP = b"PK\x03\x04"


def sheet_names(content: bytes, limit: int) -> tuple[str, ...]:
    """The visible sheets in their order; empty for a file that is no workbook, or one that cannot be read."""
    if not content.startswith(_ZIP):
        return ()
    try:
        check_workbook(content, "workbook", limit)
        sheets = CalamineWorkbook.from_filelike(io.BytesIO(content)).sheets_metadata
    except (CalamineError, UnreadableFile):
        return ()
    return tuple(sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible)
