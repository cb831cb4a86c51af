"""Which sheets a workbook has."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from forecasting.intake.reader import LIMIT
from forecasting.intake.sheet_names import sheet_names


def test_the_visible_sheets_come_in_their_order():
    content = io.BytesIO()
    with pd.ExcelWriter(content, engine="openpyxl") as writer:
        for name in ("Summary", "März", "Notes"):
            pd.DataFrame({"date": ["2026-01-01"]}).to_excel(writer, sheet_name=name)
        writer.sheets["Notes"].sheet_state = "hidden"
    assert sheet_names(content.getvalue(), LIMIT) == ("Summary", "März")


@pytest.mark.parametrize("content", [b"", b"date,sales\n2026-01-01,5\n", b"PK\x03\x04 broken", b"PAR1"], ids=["empty", "text", "broken", "parquet"])
def test_what_is_no_workbook_has_none(content):
    assert sheet_names(content, LIMIT) == ()
