"""Which column of a file plays which role, from names in many languages and from cells: a guess that a person confirms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.core import schema
from forecasting.intake import cells
from forecasting.intake import column_words as known
from forecasting.intake.column_facts import SAMPLE_ROWS, ColumnFacts, facts_of, numbers
from forecasting.intake.column_mapping import NAMES, Mapping, suits_driver
from forecasting.intake.counted_periods import counted_all
from forecasting.intake.date_formats import looks_like_days
from forecasting.intake.date_numbers import are_moments
from forecasting.intake.keys import needless
from forecasting.intake.names import holds, own_name, plain, words
from forecasting.intake.table import Table

MIN_SHARE_WITHOUT_NAME: Final = 0.9
MIN_SHARE_WITH_NAME: Final = 0.5
"""Shares of the distinct cells that have to fit: in a column without a telling name, and in one with one."""
MIN_FILLED: Final = 0.9
"""Share of its cells that a key column should have; one with fewer loses to one with more."""
MAX_DISTINCT_SHARE: Final = 0.9
"""Share of different cells from which a column tells rows apart, and not products or stores."""
FEW_ROWS: Final = 20
"""Rows up to which nothing is made of how often cells repeat."""
GROUP: Final = "group"
"""What the names of a grouped report are called that stood on lines of their own: its products, where nothing else is."""
_COUNTED: Final = re.compile(r"\d+ ?[x×] ")
UNITS, SALES, MONEY = 3, 2, 1
"""What a number is by its name; the larger one is the sales."""


def guess_mapping(table: Table) -> Mapping:
    """A role for each column whose name and cells say it, and for dates and sales where only one column can be it."""
    facts = facts_of(table.rows)
    guess: Mapping = {}
    if table.reading.layout == "wide":
        guess = dict(zip((schema.DATE, schema.SALES), table.columns[-2:], strict=True))
    for role, choose in ((schema.DATE, _date), (schema.SALES, _sales)):
        if role in guess:
            continue
        column = choose([each for each in facts if each.name not in guess.values()])
        if column is not None:
            guess[role] = column
    guess |= keys_of([each for each in facts if each.name not in guess.values()])
    for role in (schema.CATEGORY, schema.PRICE, schema.PROMO, schema.OPEN):
        column = _attribute(role, [each for each in facts if each.name not in guess.values()])
        if column is not None:
            guess[role] = column
    guess = _without_other_flags(table.rows.iloc[:SAMPLE_ROWS], guess)
    supplier = _supplier([each for each in facts if each.name not in guess.values()]) if schema.PRODUCT in guess else None
    guess |= {schema.SUPPLIER: supplier} if supplier is not None else {}
    for role in needless(table.rows.iloc[:SAMPLE_ROWS], guess) if schema.DATE in guess else ():
        del guess[role]
    return {role: guess[role] for role in schema.ROLES if role in guess}


def keys_of(columns: list[ColumnFacts]) -> Mapping:
    """Product, store and region, each the column whose name tells it best."""
    guess: Mapping = {}
    for role, choose in ((schema.PRODUCT, _product), (schema.STORE, _store), (schema.REGION, _region)):
        column = choose([each for each in columns if each.name not in guess.values()])
        if column is not None:
            guess[role] = column
    return guess


def money_or_units(name: str) -> int:
    """What a number of sales is by its name: `UNITS`, `SALES` (either), `MONEY`, or 0 for something else.

    Example:
        >>> [money_or_units(name) for name in ("Total Qty", "Weekly_Sales", "Net sales", "Unit price")]
        [3, 2, 1, 0]
    """
    if holds(name, known.NOT_SALES - known.WEAK_NOT_SALES, known.NOT_SALES_ANYWHERE):
        return 0
    if holds(name, known.UNITS, known.UNITS_ANYWHERE):
        return UNITS
    if holds(name, known.WEAK_NOT_SALES):
        return 0
    if holds(name, known.MONEY, known.MONEY_ANYWHERE):
        return MONEY
    if holds(name, known.SALES, known.SALES_ANYWHERE):
        return SALES
    return UNITS if plain(name) in _exact(schema.SALES) else 0


def can_be_sales(facts: ColumnFacts) -> bool:
    """Whether the numbers of a column may be what was sold."""
    counts = len(facts.cells) > FEW_ROWS and money_or_units(facts.name) < SALES and facts.counts_rows
    return facts.numeric >= MIN_SHARE_WITH_NAME and not counts


def _date(columns: list[ColumnFacts]) -> str | None:
    named = [each for each in columns if _date_rank(each.name) > 0]
    fitting = [each for each in named if each.days >= MIN_SHARE_WITH_NAME]
    if fitting:
        return max(fitting, key=lambda each: (_date_rank(each.name), each.filled >= MIN_FILLED)).name
    sole = [each for each in columns if each.days >= MIN_SHARE_WITHOUT_NAME and not _is_value(each.name)]
    if len(sole) == 1:
        return sole[0].name
    exact = [each for each in named if plain(each.name) in _exact(schema.DATE) or counted_all(each.texts.to_pylist()) or are_moments(each.texts)]
    return exact[0].name if exact and not sole else None


def _date_rank(name: str) -> float:
    exact = _exact(schema.DATE)
    if plain(name) in exact:
        return 10.0 - exact.index(plain(name)) / len(exact)
    if not holds(name, known.DATE, known.DATE_ANYWHERE):
        return 0.0
    if holds(name, known.DATE_NOT):
        return 1.0
    return 5.0 if holds(name, known.DATE_FIRST) else 3.0


def _sales(columns: list[ColumnFacts]) -> str | None:
    fitting = [each for each in columns if can_be_sales(each) and each.days < MIN_SHARE_WITHOUT_NAME]
    named = [each for each in fitting if money_or_units(each.name) > 0]
    exact = _exact(schema.SALES)
    if named:

        def rank(each: ColumnFacts) -> tuple[float, ...]:
            place = -exact.index(plain(each.name)) if plain(each.name) in exact else -len(exact)
            return (money_or_units(each.name), each.filled >= MIN_SHARE_WITH_NAME, place, -len(words(each.name)))

        return max(named, key=rank).name
    free = [
        each
        for each in fitting
        if each.numeric >= MIN_SHARE_WITHOUT_NAME
        and not _is_value(each.name)
        and not holds(each.name, known.NOT_SALES, known.NOT_SALES_ANYWHERE)
        and not _is_key(each.name)
    ]
    if len(free) == 1:
        return free[0].name
    exactly = [each.name for each in columns if plain(each.name) in exact and each.filled > 0 and each.days < MIN_SHARE_WITH_NAME]
    return exactly[0] if exactly else None


def _product(columns: list[ColumnFacts]) -> str | None:
    product = _key(columns, schema.PRODUCT, known.PRODUCT, known.PRODUCT_ANYWHERE, known.PRODUCT_NOT)
    return product or next((each.name for each in columns if plain(each.name) == GROUP and each.numeric < MIN_SHARE_WITH_NAME), None)


def _lists_goods(column: ColumnFacts) -> bool:
    """Whether most cells list what an order has, as "2 x Mug, 1 x Bowl", so that they name no product."""
    texts = column.texts.to_pylist()
    return sum(_COUNTED.match(text) is not None for text in texts) > MIN_SHARE_WITH_NAME * len(texts)


def _store(columns: list[ColumnFacts]) -> str | None:
    return _key(columns, schema.STORE, known.STORE, known.STORE_ANYWHERE, known.PLACE_NOT)


def _region(columns: list[ColumnFacts]) -> str | None:
    never = known.PLACE_NOT | (known.ADDRESS if any(holds(each.name, known.CUSTOMER) for each in columns) else frozenset())
    return _key(columns, schema.REGION, known.REGION, known.REGION_ANYWHERE, never)


def _key(columns: list[ColumnFacts], role: str, known_words: frozenset[str], anywhere: Iterable[str], never: frozenset[str]) -> str | None:
    """The best column for a key: well filled, repeating, and with the most telling name."""
    exact = _exact(role)

    def rank(each: ColumnFacts) -> tuple[float, ...]:
        name = plain(own_name(each.name))
        others = {*words(own_name(each.name))} - known_words - known.TAILS
        place = -exact.index(name) / len(exact) if name in exact else -1.0
        repeats = len(each.cells) <= FEW_ROWS or each.distinct <= MAX_DISTINCT_SHARE * len(each.cells)
        return (each.filled >= MIN_FILLED, repeats, name in exact or not each.counts_rows, name in exact, not others, each.filled, place)

    def fits(each: ColumnFacts) -> bool:
        name = own_name(each.name)
        exactly = plain(name) in exact
        excluded = holds(name, never) and not (exactly and role != schema.REGION)
        suits = each.filled > 0 and not excluded and (exactly or holds(name, known_words, anywhere))
        return suits and not (role == schema.PRODUCT and _lists_goods(each))

    named = [each for each in columns if fits(each)]
    return max(named, key=rank).name if named else None


def _attribute(role: str, columns: list[ColumnFacts]) -> str | None:
    """The category or a driver: by its name, if its cells suit it."""
    exact = _exact(role)
    named = sorted((each for each in columns if plain(each.name) in exact), key=lambda each: exact.index(plain(each.name)))
    if role == schema.CATEGORY:
        named += [each for each in columns if holds(each.name, known.CATEGORY, known.CATEGORY_ANYWHERE) and each.days < MIN_SHARE_WITH_NAME]
    if role == schema.PROMO:
        named += [each for each in columns if holds(each.name, known.PROMO)]
    if role == schema.PRICE:
        named += [each for each in columns if holds(each.name, known.PRICE, known.PRICE_ANYWHERE) and not holds(each.name, known.PRICE_NOT)]
    return next((each.name for each in named if (each.filled > 0 if role == schema.CATEGORY else suits_driver(role, each.texts))), None)


def _without_other_flags(rows: pd.DataFrame, guess: Mapping) -> Mapping:
    """The guess without opening days whose closed rows mostly have sales, so that they flag something else: open ledger entries, open orders."""
    if schema.OPEN not in guess or schema.SALES not in guess:
        return guess
    closed = cells.as_yes_or_no(rows[guess[schema.OPEN]]) == 0
    sold = np.nan_to_num(cells.as_numbers(rows[guess[schema.SALES]], ".")) != 0
    if not closed.any() or sold[closed].mean() < MIN_SHARE_WITH_NAME:
        return guess
    return {role: column for role, column in guess.items() if role != schema.OPEN}


def _supplier(columns: list[ColumnFacts]) -> str | None:
    """Who delivers: by the name of the column, one of names before one of numbers."""
    exact = _exact(schema.SUPPLIER)
    named = [
        each
        for each in columns
        if (plain(each.name) in exact or holds(each.name, known.SUPPLIER, known.SUPPLIER_ANYWHERE))
        and not holds(each.name, known.SUPPLIER_NOT)
        and each.filled > 0
        and each.days < MIN_SHARE_WITH_NAME
        and not (each.numeric >= MIN_SHARE_WITH_NAME and each.has_cents)
    ]
    named.sort(key=lambda each: (each.numeric < MIN_SHARE_WITH_NAME, plain(each.name) in exact, each.filled), reverse=True)
    return named[0].name if named else None


def _exact(role: str) -> list[str]:
    return NAMES[role].split()


def _is_key(name: str) -> bool:
    return any(
        plain(name) in _exact(role) or holds(name, known_words)
        for role, known_words in ((schema.PRODUCT, known.PRODUCT), (schema.STORE, known.STORE))
    )


def _is_value(name: str) -> bool:
    """Whether a header is a day or a number, so that the file has no header at all."""
    text = pa.array([name])
    return bool(looks_like_days(text)[0] or np.isfinite(numbers(text))[0])
