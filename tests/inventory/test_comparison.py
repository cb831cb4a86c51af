"""What an assumption changes in the orders, in one sentence."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from forecasting.inventory.orders import comparison


def orders(quantities, **columns):
    return SimpleNamespace(table=pd.DataFrame({"order_quantity": quantities, **columns}))


PRODUCTS = {"product_id": ["Tea", "Tea", "Soap", "Cake"]}


def test_units_are_added_up_and_products_counted_once():
    before, after = orders([10.0, 0.0, 5.0, np.nan], **PRODUCTS), orders([20.0, 1020.0, 5.0, np.nan], **PRODUCTS)
    assert comparison.in_words(before, after) == "Orders change by +1,030 units, 1 product."
    assert comparison.changed_lines(before, after)["change"].tolist() == [10.0, 1020.0]


def test_what_was_not_ordered_before_counts_whole_and_without_products_lines_count():
    assert comparison.in_words(orders([np.nan, 4.0]), orders([6.0, 1.0])) == "Orders change by +3 units, 2 products."


def test_orders_that_stay_are_said_to_stay():
    assert comparison.in_words(orders([np.nan, 4.0]), orders([np.nan, 4.001])) == "Orders stay as they are."
