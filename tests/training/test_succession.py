"""Products that were replaced hand their history on."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from forecasting.storage.product_links import Link
from forecasting.training.succession import with_successors

FIRST = pd.Timestamp("2026-01-01")


def sales(*rows: tuple[str, int, float], **columns: list[object]) -> pd.DataFrame:
    """Rows of product, day of January and units."""
    frame = pd.DataFrame(rows, columns=["product_id", "day", "sales"]).astype({"product_id": "str"})
    frame.insert(0, "date", FIRST + pd.to_timedelta(frame.pop("day") - 1, unit="D"))
    return frame.assign(**columns)


def told(frame: pd.DataFrame) -> list[tuple[str, int, float]]:
    return [(row.product_id, row.date.day, row.sales) for row in frame.sort_values(["product_id", "date"]).itertuples()]


def link(old: str, new: str, day: int, factor: float = 1.0) -> Link:
    return Link(old, new, date(2026, 1, day), factor)


def test_what_was_sold_before_the_day_counts_for_the_new_product():
    before = sales(("Croisant", 1, 5.0), ("Croisant", 2, 6.0), ("Croissant", 3, 7.0), ("Bread", 1, 1.0))
    after = with_successors(before, [link("Croisant", "Croissant", 3)])
    assert told(after) == [("Bread", 1, 1.0), ("Croissant", 1, 5.0), ("Croissant", 2, 6.0), ("Croissant", 3, 7.0)]
    assert told(before)[1][0] == "Croisant"
    assert after.dtypes.to_dict() == before.dtypes.to_dict()


def test_what_the_old_one_sells_later_stays_its_own():
    after = with_successors(sales(("Old", 1, 5.0), ("Old", 4, 2.0), ("New", 4, 3.0)), [link("Old", "New", 3)])
    assert told(after) == [("New", 1, 5.0), ("New", 4, 3.0), ("Old", 4, 2.0)]


def test_units_of_one_day_are_added_up_and_the_new_ones_price_counts():
    rows = sales(("New", 1, 3.0), ("Old", 1, 5.0), price=[2.0, 1.0], category=["Cake", "Bun"])
    after = with_successors(rows, [link("Old", "New", 2)])
    assert after[["product_id", "sales", "price", "category"]].to_numpy().tolist() == [["New", 8.0, 2.0, "Cake"]]


def test_stores_stay_apart():
    rows = sales(("Old", 1, 5.0), ("Old", 1, 7.0), ("New", 1, 1.0), store=["a", "b", "b"])
    after = with_successors(rows, [link("Old", "New", 2)])
    assert after[["store", "sales"]].to_numpy().tolist() == [["a", 5.0], ["b", 8.0]]


@pytest.mark.parametrize("turn", [1, -1])
def test_a_product_replaced_twice_hands_on_what_it_was_handed(turn: int):
    links = [link("A", "B", 2), link("B", "C", 3)][::turn]
    assert told(with_successors(sales(("A", 1, 1.0), ("B", 2, 2.0), ("C", 3, 3.0)), links)) == [("C", 1, 1.0), ("C", 2, 2.0), ("C", 3, 3.0)]


@pytest.mark.parametrize(("first", "second"), [(4, 4), (9, 4), (4, 9)])
def test_days_and_names_of_a_chain_may_lie_in_any_order(first: int, second: int):
    rows = sales(("Z", 1, 1.0), ("B", 3, 2.0), ("C", 8, 3.0))
    links = [link("B", "C", second), link("Z", "B", first)]
    assert told(with_successors(rows, links)) == [("C", 1, 1.0), ("C", 3, 2.0), ("C", 8, 3.0)]


def test_without_links_or_products_nothing_changes():
    rows = sales(("Old", 1, 5.0))
    assert with_successors(rows, []) is rows
    assert with_successors(rows, [link("Other", "New", 9)]) is rows
    assert with_successors(rows.drop(columns="product_id"), [link("Old", "New", 9)]).columns.tolist() == ["date", "sales"]


def test_a_factor_turns_old_units_and_prices_into_new_ones():
    rows = sales(("Tea 500 g", 1, 3.0), ("Tea 500 g", 4, 2.0), ("Tea 250 g", 3, 5.0), price=[10.0, 10.0, 5.5])
    after = with_successors(rows, [link("Tea 500 g", "Tea 250 g", 3, 2.0)])
    assert told(after) == [("Tea 250 g", 1, 6.0), ("Tea 250 g", 3, 5.0), ("Tea 500 g", 4, 2.0)]
    assert after.sort_values("date")["price"].tolist() == [5.0, 5.5, 10.0]


def test_factors_of_a_chain_multiply():
    rows = sales(("a", 1, 3.0), ("b", 2, 5.0))
    after = with_successors(rows, [link("b", "c", 3, 4.0), link("a", "b", 2, 2.0)])
    assert told(after) == [("c", 1, 24.0), ("c", 2, 20.0)]


def test_whole_units_stay_whole_and_their_sum_is_off_by_half_a_unit_at_most():
    units = [1.0, 1.0, 0.0, 1.0, 3.0, 2.0, 1.0]
    rows = sales(*(("Big", day + 1, unit) for day, unit in enumerate(units)), ("Bread", 1, 3.0)).iloc[::-1]
    after = with_successors(rows, [link("Big", "Double", 9, 0.5)]).sort_values("date").query("product_id == 'Double'")["sales"]
    assert (after % 1 == 0).all()
    assert (abs(after.cumsum().to_numpy() - 0.5 * pd.Series(units).cumsum().to_numpy()) <= 0.5).all()


def test_weighed_goods_and_days_without_sales_keep_their_parts():
    rows = sales(("Ham", 1, 0.3), ("Ham", 2, float("nan")), ("Ham", 3, 1.0))
    after = with_successors(rows, [link("Ham", "Ham sliced", 9, 0.5)]).sort_values("date")["sales"]
    assert after.tolist() == pytest.approx([0.15, float("nan"), 0.5], nan_ok=True)


def test_counts_in_a_column_of_integers_take_a_factor():
    after = with_successors(sales(("a", 1, 3)).astype({"sales": "int64"}), [link("a", "b", 2, 0.5)])
    assert told(after) == [("b", 1, 2.0)]
