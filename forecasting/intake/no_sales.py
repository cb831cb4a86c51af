"""Cells of sales that hold no number: a dash for nothing sold, a word for a day on which the shop was closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core.formatting import count
from forecasting.intake.cells import distinct, shown

_DASHES: Final = frozenset("-‐‑‒–—―−－ー")
CLOSED: Final = frozenset(
    [
        "closed",
        "close",
        "shut",
        "holiday",
        "bank holiday",
        "public holiday",
        "day off",
        "geschlossen",
        "zu",
        "ruhetag",
        "feiertag",
        "urlaub",
        "betriebsferien",
        "betriebsurlaub",
        "cerrado",
        "cerrada",
        "festivo",
        "feriado",
        "fermé",
        "fermée",
        "ferme",
        "férié",
        "jour férié",
        "congé",
        "congés",
        "chiuso",
        "chiusa",
        "ferie",
        "fechado",
        "fechada",
        "gesloten",
        "feestdag",
        "lukket",
        "stengt",
        "stängt",
        "suljettu",
        "kiinni",
        "zamknięte",
        "nieczynne",
        "zavřeno",
        "zatvorené",
        "zatvoreno",
        "zaprto",
        "zárva",
        "închis",
        "затворено",
        "закрыто",
        "выходной",
        "зачинено",
        "κλειστό",
        "κλειστά",
        "kapalı",
        "tatil",
        "tutup",
        "libur",
        "cuti",
        "休業",
        "休業日",
        "休み",
        "定休日",
        "休館",
        "休",
        "休息",
        "关门",
        "关闭",
        "公休",
        "휴무",
        "휴업",
        "휴일",
        "ปิด",
        "nghỉ",
        "đóng cửa",
        "مغلق",
        "סגור",
    ]
)


def nothing_sold(cells: pd.Series) -> np.ndarray:
    """Which cells hold nothing but dashes, shape (n,)."""
    return _where(cells, lambda text: bool(text) and set(text) <= _DASHES)


def closed(cells: pd.Series) -> np.ndarray:
    """Which cells say that the shop was closed, shape (n,)."""
    return _where(cells, lambda text: text.strip("()[]*.! ").casefold() in CLOSED)


def notes(column: str, cells: pd.Series, dashes: np.ndarray, gaps: np.ndarray) -> tuple[str, ...]:
    """What became of them, for a person.

    Args:
        column: Its name.
        cells: As the file has them.
        dashes: Which of them count as 0, shape (n,).
        gaps: Which of them are days without sales, shape (n,).
    """
    lines = []
    if few := int(dashes.sum()):
        verb = "counts" if few == 1 else "count"
        lines.append(f'{count(few, "row")} with "{shown(cells, dashes)[0].strip()}" in {column} {verb} as 0: nothing sold.')
    if few := int(gaps.sum()):
        verb = "was" if few == 1 else "were"
        lines.append(f'{count(few, "row")} with "{shown(cells, gaps)[0].strip()}" in {column} {verb} left out: the sales of that day are not known.')
    return tuple(lines)


def _where(cells: pd.Series, holds: Callable[[str], bool]) -> np.ndarray:
    if cells.dtype.kind == "f":
        return np.zeros(len(cells), dtype=bool)
    places, texts = distinct(cells)
    return np.array([holds(text.strip()) for text in texts.to_pylist()], dtype=bool)[places]
