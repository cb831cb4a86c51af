"""Products before their first sale are expected to sell as the launches that resemble them most."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.core import panel as panels
from forecasting.training.cold_start import twins

DAYS = 200


def shop(*launched: tuple[str, int, float, float, str], stores: tuple[str, ...] = ("a",)) -> pd.DataFrame:
    """Bread from the first day on, 20 a day but 40 on Saturdays, and products launched later: name, day, units a day, price, category."""
    dates = pd.date_range("2026-01-05", periods=DAYS)
    bread = np.where(dates.day_of_week == 5, 40.0, 20.0)
    parts = [pd.DataFrame({"date": dates, "product_id": "Bread", "sales": bread, "price": 2.0, "category": "Bread"})]
    for name, day, units, price, category in launched:
        columns = {"date": dates[day:], "product_id": name, "sales": units, "price": price, "category": category}
        parts.append(pd.DataFrame(columns))
    return pd.concat([pd.concat(parts).assign(store=store) for store in stores], ignore_index=True)


TARTS = (
    ("Plum tart", 60, 3.0, 20.0, "Tart"),
    ("Pear tart", 80, 5.0, 22.0, "Tart"),
    ("Roll", 100, 50.0, 1.0, "Bread"),
    ("Late tart", 190, 9.0, 21.0, "Tart"),
)


def known(*launched, **more) -> twins.Launches:
    return twins.launches(panels.from_sales(shop(*launched, **more)))


def test_launches_are_those_with_all_their_first_weeks_the_latest_first():
    seen = known(*TARTS)
    assert seen.products == ("Roll", "Pear tart", "Plum tart")
    assert (seen.starts.tolist(), seen.sums.tolist(), seen.price.tolist()) == ([100, 80, 60], [1400.0, 140.0, 84.0], [1.0, 22.0, 20.0])
    assert seen.before(110).products == ("Pear tart", "Plum tart")


def test_the_stores_of_a_product_are_added_up():
    assert known(*TARTS, stores=("a", "b")).sums.tolist() == [2800.0, 280.0, 168.0]


def test_the_nearest_price_in_its_category_comes_first():
    seen = known(*TARTS)
    assert [seen.products[place] for place in seen.nearest(10.0, "Tart")] == ["Plum tart", "Pear tart", "Roll"]
    assert [seen.products[place] for place in seen.nearest(1.5, "", most=1)] == ["Roll"]
    assert [seen.products[place] for place in seen.nearest(np.nan, "")] == ["Roll", "Pear tart", "Plum tart"]


def test_the_middle_of_its_twins_is_expected_or_what_a_person_chose():
    seen = known(*TARTS)
    assert twins.expect(seen).units + 1 == pytest.approx((1401 * 141 * 85) ** (1 / 3))
    assert twins.expect(seen, like="Plum tart").units == pytest.approx(84.0)
    assert twins.expect(known()) is None


def test_few_launches_say_no_range():
    expected = twins.expect(known(*TARTS))
    assert np.isnan([expected.lower_80, expected.upper_80]).all()


def test_the_range_is_how_wrong_twins_were_for_each_launch_left_out():
    random = np.random.default_rng(1)
    drawn = [(f"Tart {number:02}", 30 + number, float(units), 20.0, "Tart") for number, units in enumerate(np.exp(random.normal(2, 1, 60)))]
    seen = known(*drawn)
    expected = twins.expect(seen, 20.0, "Tart")
    missed = twins.misses(seen)
    inside = np.log1p(expected.lower_80) - np.log1p(expected.units), np.log1p(expected.upper_80) - np.log1p(expected.units)
    assert 0.8 <= np.mean((missed >= inside[0]) & (missed <= inside[1])) <= 0.85
    assert expected.lower_80 < expected.units < expected.upper_80


def test_days_have_the_weeks_of_the_twins_and_the_weekdays_of_the_shop():
    panel = panels.from_sales(shop(*TARTS))
    seen = twins.launches(panel)
    expected = twins.expect(seen, like="Plum tart")
    days = twins.days_of(expected, seen, panel, DAYS)
    assert days.sum() == pytest.approx(84.0)
    assert days.reshape(4, 7).sum(axis=1) == pytest.approx(21.0)
    assert int(np.argmax(days)) == (5 - panel.dates[-1].day_of_week - 1) % 7


def test_a_product_without_price_or_category_in_the_file_follows_the_latest():
    sales = shop(*TARTS).drop(columns=["price", "category"])
    seen = twins.launches(panels.from_sales(sales))
    assert [seen.products[place] for place in twins.expect(seen, 20.0, "Tart").twins] == ["Roll", "Pear tart", "Plum tart"]
