"""A price that grows with the units of its row is the money of the row; any other price is that of one unit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.intake.line_amounts import are_of_rows, as_unit_prices

UNITS = np.array([1.0, 2, 3, 1, 4, 2, 1, 5])
PRODUCT = ["Tea", "Tea", "Tea", "Tea", "Milk", "Milk", "Milk", "Milk"]
ONE = np.array([4.2, 4.2, 4.0, 4.2, 1.5, 1.5, 1.5, 1.5])


def rows(prices, units=UNITS, product=PRODUCT):
    return pd.DataFrame({"product_id": product, "sales": units, "price": prices})


@pytest.mark.parametrize(
    ("prices", "units", "of_rows"),
    [
        pytest.param(ONE * UNITS, UNITS, True, id="money of rows"),
        pytest.param(ONE, UNITS, False, id="one unit"),
        pytest.param(ONE * np.where(UNITS > 2, 0.8, 1.0), UNITS, False, id="cheaper by the dozen"),
        pytest.param(np.array([4.0, 4, 6, 4, 1.5, 1, 1, 2]), UNITS, False, id="dearer where more is sold"),
        pytest.param(ONE, np.ones(8), False, id="one unit a row"),
        pytest.param(ONE * 0, UNITS, False, id="nothing known"),
        pytest.param(ONE * UNITS, np.array([1.0, 2, 1, 1, 1, 1, 1, 1]), False, id="one row tells nothing"),
    ],
)
def test_prices_are_those_of_rows_where_a_unit_then_costs_the_same(prices, units, of_rows):
    assert are_of_rows(rows(prices, units)) == of_rows


def test_what_rows_cost_is_divided_by_their_units_and_said():
    divided, notes = as_unit_prices(rows(np.append(ONE * UNITS, 3.0), np.append(UNITS, -1.0), [*PRODUCT, "Milk"]), "item-price")
    assert np.allclose(divided["price"], np.append(ONE, np.nan), equal_nan=True)
    assert notes == ("item-price is what a whole row cost, not one unit: divided by its units, it is the price.",)
    assert are_of_rows(rows(4.2 * UNITS).drop(columns="product_id"))
    same = rows(ONE)
    assert as_unit_prices(same, "price") == (same, ())
    assert as_unit_prices(same.drop(columns="price"), "")[1] == ()
