"""Lines of a report that are no rows of sales: totals, repeated headers, lines of dashes, captions."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core.formatting import count
from forecasting.intake.cell_kinds import DAY, NUMBER
from forecasting.intake.grid import Grid, cell_kinds, date_column, is_number_column, matches, shown
from forecasting.intake.table import is_empty

LAST_ROWS: Final = 40
"""Rows at the end among which captions are looked for."""
USUALLY_FILLED: Final = 0.8
"""Share of filled cells from which a column is one that each row should fill."""
RARE_SHARE: Final = 0.5
"""Rows for each day below which rows with a total's name and every cell are rare."""
MAX_DOUBTFUL_ROWS: Final = 100_000
"""Rows with a total's name whose dates are looked at, at most."""
MAX_TOTALS_SHARE: Final = 0.5
"""Share of rows that may be totals, at most; where more are named so, it is the name of something else."""

_WORDS: Final = (
    r"(?:(?:grand|sub|report|overall|store|day|daily|net|column|page)[- ]?)?totals?|sum|gesamt(?:summe|ergebnis|betrag)?|(?:zwischen|end)?summe|"
    r"insgesamt|total g[eé]n[eé]ral|total general|total geral|sous[- ]?total|totale(?: complessivo| generale)?|totaux|subtotale|suma(?: total)?|"
    r"razem|ogó[łl]em|suma ko[nń]cowa|celkem|celkov[yý] sou[cč]et|spolu|összesen|végösszeg|ukupno|skupaj|genel toplam|(?:ara )?toplam|"
    r"итого|всего|общий итог|итог|разом|усього|σύνολο|γενικό σύνολο|合計|総計|小計|合计|总计|小计|總計|总和|합계|총계|소계|총합계|รวม|รวมทั้งหมด|"
    r"المجموع|الإجمالي|الاجمالي|(?:sub|eind)?totaal|jumlah|tổng(?: cộng)?|i alt|summa|totalt|delsumma|yhteensä|jami|kopā|iš viso|kokku"
)
NAMED: Final = rf"(?i)^[\s*=:#-]*(?:{_WORDS})[\s*=:.#-]*$"
_WITH_NAME: Final = rf"(?i)^[\s*=#-]*(?:{_WORDS})(?:\s+(?:for|of|per|für|pour|de|di|por|voor)\s+|\s*[:(-]\s*|\s+).+|^.+[\s:-](?:{_WORDS})[\s*=:.#-]*$"
_RULE: Final = r"^[\s\-=_+*~.─━═│|┼]{2,}$"


_TO_DATE: Final = r"(?i)^(?:.* )?(?:ytd|year[- ]to[- ]date)(?: .*)?$"


def names_total(name: str) -> bool:
    """Whether a column's name says that it adds up others.

    Example:
        >>> names_total("Total"), names_total("Total 2024"), names_total("YTD"), names_total("Totally Tea")
        (True, True, True, False)
    """
    return any(re.search(pattern, name.strip()) for pattern in (NAMED, _WITH_NAME, _TO_DATE))


def without_report_lines(grid: Grid) -> Grid:
    """The grid without repeated headers, lines of dashes, total rows, and captions below the table."""
    grid = _without_rules(_without_repeated_headers(grid))
    totals = _total_rows(grid)
    grid = grid.without(totals, f"{count(int(totals.sum()), 'total row')} left out.")
    return _without_captions(grid)


def _without_repeated_headers(grid: Grid) -> Grid:
    """Without rows that repeat the names of the columns, and the title of the page right above them."""
    named = [name for name in grid.rows if name not in grid.unnamed]
    repeats = np.full(len(grid.rows), bool(named))
    for name in named:
        repeats &= _equals(grid.rows[name], str(name))
        if not repeats.any():
            return grid
    titles = np.zeros(len(repeats), dtype=bool)
    can_be_title = (np.sum([~is_empty(grid.rows[name]) for name in grid.rows], axis=0) <= 1) & ~repeats
    for place in map(int, np.flatnonzero(repeats)):
        above = place - 1
        while above >= 0 and can_be_title[above]:
            titles[above] = True
            above -= 1
    note = f"{count(int(repeats.sum()), 'line')} that {'repeat' if repeats.sum() > 1 else 'repeats'} the header left out."
    return grid.without(repeats | titles, note)


def _equals(cells: pd.Series, text: str) -> np.ndarray:
    """Which cells are a text."""
    if not isinstance(cells.dtype, pd.CategoricalDtype):
        return np.zeros(len(cells), dtype=bool)
    known = np.append((cells.cat.categories.str.strip() == text).astype(bool), False)
    return known[cells.cat.codes.to_numpy()] if known.any() else np.zeros(len(cells), dtype=bool)


def shown_row(grid: Grid, place: int) -> list[str]:
    """The filled texts of a row, "" for empty cells."""
    row = grid.rows.iloc[[place]]
    return [shown(row[name])[0].strip() for name in row]


def _without_rules(grid: Grid) -> Grid:
    """Without rows of nothing but dashes; they are not counted, as they hold nothing."""
    rule, filled = np.ones(len(grid.rows), dtype=bool), np.zeros(len(grid.rows), dtype=bool)
    for name in grid.rows:
        if not rule.any():
            return grid
        cells = grid.rows[name]
        dashes = matches(cells, _RULE)
        rule &= dashes | is_empty(cells)
        filled |= dashes
    return grid.without(rule & filled, "")


def _total_rows(grid: Grid) -> np.ndarray:
    """Which rows are totals: a cell is named so, or begins or ends so, and a cell is empty that others fill.

    Rows with every cell and just such a name are totals if they are rare. Where they stand on most days, they may be those of a product or
    a shop of that name: whether they add up the others is asked later.
    """
    exactly, named = np.zeros(len(grid.rows), dtype=bool), np.zeros(len(grid.rows), dtype=bool)
    for name in grid.rows:
        exactly |= matches(grid.rows[name], NAMED)
        named |= exactly | matches(grid.rows[name], _WITH_NAME)
    if not named.any() or named.all():
        return np.zeros(len(named), dtype=bool)
    day = date_column(grid.rows)
    incomplete = grid.short.copy()
    for name in grid.rows:
        empty = is_empty(grid.rows[name])
        if empty[~named].mean() <= 1 - USUALLY_FILLED or name == day:
            incomplete |= empty
    if day is not None and not incomplete[named].all():
        places = np.flatnonzero(named & ~incomplete)[:MAX_DOUBTFUL_ROWS]
        incomplete[places] = cell_kinds(grid.rows[day].iloc[places]) != DAY
    whole = exactly & ~incomplete
    days = 1 if day is None else grid.rows[day].nunique()
    totals = named & incomplete | whole if whole.sum() < RARE_SHARE * days else named & incomplete
    return totals if totals.mean() <= MAX_TOTALS_SHARE else np.zeros(len(totals), dtype=bool)


def _without_captions(grid: Grid) -> Grid:
    """Without the lines below the last row that has a day, as far as they hold a text alone or a sum of what stands above."""
    start = max(len(grid.rows) - LAST_ROWS, 0)
    tail = grid.rows.iloc[start:]
    day = date_column(grid.rows)
    kinds = {str(name): cell_kinds(tail[name]) for name in tail}
    if day is not None:
        dated = np.flatnonzero(kinds[day] == DAY)
        after = int(dated[-1]) + 1 if len(dated) else len(tail)
    else:
        full = np.flatnonzero(sum((kinds[str(name)] > 0).astype(int) for name in tail) > 1) if len(tail.columns) > 2 else np.arange(len(tail))
        after = int(full[-1]) + 1 if len(full) else len(tail)
    captions, sums = np.zeros(len(grid.rows), dtype=bool), np.zeros(len(grid.rows), dtype=bool)
    for place in range(after, len(tail)):
        of_row = {name: int(kind[place]) for name, kind in kinds.items() if kind[place]}
        numbers = [name for name, kind in of_row.items() if kind == NUMBER]
        captions[start + place] = not numbers and len(of_row) <= 2 and (len(of_row) < len(kinds) or len(kinds) == 1 < after)
        sums[start + place] = len(numbers) == len(of_row) > 0 and any(_is_sum(grid, name, start + place) for name in numbers)
    grid = grid.without(sums, f"{count(int(sums.sum()), 'total row')} left out.") if sums.any() else grid
    captions = captions[~sums]
    texts = "; ".join(" ".join(text for text in shown_row(grid, int(place)) if text)[:60] for place in np.flatnonzero(captions)[:3])
    return grid.without(captions, f'{count(int(captions.sum()), "line")} below the table left out ("{texts}").')


def _is_sum(grid: Grid, name: str, place: int) -> bool:
    """Whether a number is the sum of those above it."""
    if not is_number_column(grid.rows[name]):
        return False
    cells = grid.rows[name].iloc[: place + 1]
    numbers = pd.to_numeric(cells.astype("str").str.replace(r"[\s,']", "", regex=True), errors="coerce").to_numpy(dtype="float64")
    return bool(place and np.isfinite(numbers[-1]) and abs(np.nansum(numbers[:-1]) - numbers[-1]) <= 0.005 * abs(numbers[-1]))
