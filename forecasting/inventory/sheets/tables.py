"""An order as a CSV file, a row a line."""

from __future__ import annotations

import pandas as pd

from forecasting.core import spreadsheets
from forecasting.inventory.sheets.order_sheet import OrderSheet


def order_csv(sheet: OrderSheet) -> bytes:
    """Order, supplier and days on each row, its keys, and its amounts as plain numbers; empty where one is not known."""
    return spreadsheets.to_csv(order_table(sheet))


def order_table(sheet: OrderSheet) -> pd.DataFrame:
    """A row a line."""
    lines = sheet.lines
    head = {"order": sheet.number, "supplier": sheet.supplier, "order_date": sheet.order_date.isoformat(), "due": sheet.due.isoformat()}
    amounts = ("quantity", "pack_size", "packs", "unit_cost", "value")
    return pd.DataFrame(
        {
            **{name: [text] * len(lines) for name, text in head.items()},
            **{name: [line.key.get(name, "") for line in lines] for name in sheet.keys},
            **{name: pd.Series([getattr(line, name) for line in lines], dtype=float) for name in amounts},
            "currency": [sheet.currency or ""] * len(lines),
        }
    )
