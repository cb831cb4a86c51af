"""Whether the rows of a file are those of receipts, so that rows of one day are added up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from forecasting.core import schema
from forecasting.intake.column_facts import sample
from forecasting.intake.column_words import words_of
from forecasting.intake.names import is_number_of, plain
from forecasting.intake.table import Table

_NUMBERS: Final = words_of(
    "receipt order invoice transaction trans txn ticket bill sale basket cart check document doc auftrag rechnung beleg commande facture factura "
    "pedido bestellung bon kassenbon pesanan чек заказ fis siparis paragon uctenka 伝票 レシート 注文 订单 小票 영수증 주문"
)
"""What numbers receipts, alone or before one of `_ENDINGS`."""
_ENDINGS: Final = ("", "id", "no", "nr", "num", "number", "nummer", "ref", "code")
_TIMES: Final = words_of(
    "time timeofday hour uhrzeit zeit heure hora ora tijd saat czas cas klockan ordertime saletime transactiontime timestamp "
    "время 時刻 時間 时间 시간"
)


def receipts_by(table: Table, mapping: Mapping[str, str]) -> str:
    """What shows that each row is part of a receipt, for a person; empty where nothing does."""
    for column in table.columns:
        if column in mapping.values():
            continue
        if is_number_of(column, _NUMBERS, _ENDINGS):
            return f"{column} numbers receipts"
        if plain(column) in _TIMES:
            return f"{column} is a time of day"
    return "the dates have times of day" if schema.DATE in mapping and _has_times(table, mapping[schema.DATE]) else ""


def is_receipt_column(name: str) -> bool:
    """Whether a column numbers receipts or tells the time of day, by its name."""
    return plain(name) in _TIMES or is_number_of(name, _NUMBERS, _ENDINGS)


def _has_times(table: Table, column: str) -> bool:
    """Whether the cells of the dates tell different times of a day."""
    cells = table.rows[column]
    if cells.dtype.kind == "M":
        return bool((cells.dropna() != cells.dropna().dt.normalize()).any())
    texts = sample(cells).to_pylist()
    times = {text.partition(":")[0][-2:] + text.partition(":")[2][:2] for text in texts if ":" in text}
    return len(times) > 1
