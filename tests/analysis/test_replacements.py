"""Products that look like one: the one ends as the other begins, with a near name and like sales."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from forecasting.analysis.replacements import Replacement, replacements

FIRST = pd.Timestamp("2026-04-01")


def days(product: str, first: int, last: int, units: float = 10.0) -> pd.DataFrame:
    """A product that sells the same on each of these days of the file."""
    dates = FIRST + pd.to_timedelta(range(first, last + 1), unit="D")
    return pd.DataFrame({"date": dates, "product_id": product, "sales": units}).astype({"product_id": "str"})


BREAD = days("Bread", 0, 80)


def test_a_corrected_name_is_seen():
    sales = pd.concat([BREAD, days("Croisant", 0, 41), days("Croissant", 42, 80, 14.0)])
    assert replacements(sales) == [Replacement("Croisant", date(2026, 5, 12), "Croissant", date(2026, 5, 13))]


@pytest.mark.parametrize(
    "other",
    [
        days("Croissant", 60, 80),
        days("Croissant", 42, 80, 40.0),
        days("Croissant", 0, 80),
        days("Bun", 42, 80),
        days("Croissant", 30, 41),
    ],
    ids=["a gap", "another level", "always there", "another name", "ended too"],
)
def test_what_differs_in_one_of_these_is_not_suggested(other: pd.DataFrame):
    assert replacements(pd.concat([BREAD, days("Croisant", 0, 41), other])) == []


def test_a_product_that_still_sells_is_not_replaced():
    assert replacements(pd.concat([BREAD, days("Croisant", 0, 79), days("Croissant", 75, 80)])) == []


def test_a_product_is_in_one_pair_at_most_and_the_nearest_name_wins():
    sales = pd.concat([BREAD, days("Tea 20", 0, 41), days("Tea 25", 42, 80), days("Tea 20 bag", 42, 80)])
    assert [(pair.old, pair.new) for pair in replacements(sales)] == [("Tea 20", "Tea 25")]


def test_without_products_or_sales_there_are_none():
    assert replacements(BREAD.drop(columns="product_id")) == []
    assert replacements(BREAD.head(0)) == []
