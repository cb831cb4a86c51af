"""A sales frame becomes one gap-free calendar of many series."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.core.errors import InputError
from forecasting.core.panel import Panel, from_sales, unique_id


def frame(rows: list[tuple[object, ...]], columns: str) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=columns.split())
    return made.assign(date=pd.to_datetime(made["date"]), sales=made["sales"].astype(float))


@pytest.fixture
def sales() -> pd.DataFrame:
    """Two products; days without a row, a driver, and two days of it ahead."""
    rows = [
        ("2024-01-03", "b", "X", 3.0, 1.0, 2.0),
        ("2024-01-01", "b", "X", 1.0, np.nan, 1.0),
        ("2024-01-02", "a", "Y", 5.0, np.nan, 7.0),
        ("2024-01-05", "b", "X", np.nan, 1.0, 3.0),
        ("2024-01-04", "a", "Z", np.nan, 0.0, np.nan),
    ]
    return frame(rows, "date product_id category sales promo price")


def test_days_without_a_row_are_nan(sales: pd.DataFrame) -> None:
    panel = from_sales(sales)
    assert panel.unique_ids == ["a", "b"]
    assert panel.dates.tolist() == pd.date_range("2024-01-01", "2024-01-03").tolist()
    np.testing.assert_array_equal(panel.sales, [[np.nan, 5.0, np.nan], [1.0, np.nan, 3.0]])
    assert panel.last == pd.Timestamp("2024-01-03")


def test_the_calendar_ends_with_the_last_sales_and_drivers_go_on(sales: pd.DataFrame) -> None:
    panel = from_sales(sales)
    np.testing.assert_array_equal(panel.drivers["promo"][1], [np.nan, np.nan, 1.0, np.nan, 1.0])
    assert panel.ahead(2).tolist() == pd.date_range("2024-01-04", "2024-01-05").tolist()


def test_the_order_of_rows_does_not_matter(sales: pd.DataFrame) -> None:
    one, other = from_sales(sales), from_sales(sales.iloc[::-1])
    np.testing.assert_array_equal(one.sales, other.sales)
    assert one.unique_ids == other.unique_ids


def test_the_category_is_the_one_given_last(sales: pd.DataFrame) -> None:
    assert from_sales(sales).series["category"].tolist() == ["Z", "X"]


def test_without_key_columns_there_is_one_series() -> None:
    panel = from_sales(frame([("2024-01-01", 1.0), ("2024-01-02", 2.0)], "date sales"))
    assert panel.unique_ids == ["all"]
    assert panel.sales.tolist() == [[1.0, 2.0]]
    assert panel.keys == []


def test_no_sales_at_all_is_said() -> None:
    with pytest.raises(InputError, match="no sales yet"):
        from_sales(frame([("2024-01-01", np.nan)], "date sales"))


def test_drivers_have_no_gaps_when_read(sales: pd.DataFrame) -> None:
    panel = from_sales(sales.assign(open=np.nan))
    assert panel.driver("promo", 3)[1].tolist() == [0, 0, 1, 0, 1, 0]
    assert panel.driver("price", 3)[1].tolist() == [1, 1, 2, 2, 3, 3]
    assert panel.driver("price", 1)[0].tolist() == [7, 7, 7, 7]
    assert panel.driver("open", 0).tolist() == [[1, 1, 1], [1, 1, 1]]


def test_reading_a_driver_leaves_the_panel_alone(sales: pd.DataFrame) -> None:
    panel = from_sales(sales)
    before = {name: values.copy() for name, values in panel.drivers.items()}
    for name in panel.drivers:
        panel.driver(name, 9)
    for name, values in before.items():
        np.testing.assert_array_equal(panel.drivers[name], values)


def test_a_cut_keeps_only_drivers_that_are_known_ahead(sales: pd.DataFrame) -> None:
    panel = from_sales(sales.assign(open=np.where(sales["date"] < "2024-01-04", 1.0, np.nan)))
    early = panel.cut(2)
    assert early.last == pd.Timestamp("2024-01-02")
    assert early.sales.shape == (2, 2)
    np.testing.assert_array_equal(early.drivers["promo"], panel.drivers["promo"])
    assert early.drivers["open"].shape == (2, 2)


def test_selecting_takes_positions_or_a_mask(sales: pd.DataFrame) -> None:
    panel = from_sales(sales)
    for rows in (np.array([1]), np.array([False, True])):
        some: Panel = panel.select(rows)
        assert some.unique_ids == ["b"]
        np.testing.assert_array_equal(some.sales, panel.sales[[1]])
        np.testing.assert_array_equal(some.drivers["price"], panel.drivers["price"][[1]])


def test_identities_tell_keys_apart_whatever_they_contain() -> None:
    keys = pd.DataFrame({"product_id": ["a|b", "a", "a\\", "a\\|b"], "store": ["c", "b|c", "|b", "c"]}, dtype="str")
    assert len(set(unique_id(keys))) == 4
    assert unique_id(keys.iloc[:1]) == ["a\\|b|c"]


def promoted(promo: dict[str, list[float]], *, days: int) -> Panel:
    """Series with these promotions from a Monday on: on the `days` days with sales, and ahead."""
    names, values = list(promo), np.array(list(promo.values()), dtype=float)
    dates = pd.date_range("2024-01-01", periods=days)
    return Panel(pd.DataFrame({"unique_id": names}), dates, np.ones((len(names), days)), {"promo": values})


def test_without_a_plan_promotions_go_on_as_usual_by_weekday() -> None:
    mondays = [float(day % 14 == 0) for day in range(70)]
    panel = promoted({"mondays": mondays, "never": [0.0] * 70, "unknown": [np.nan] * 70}, days=70)
    ahead = panel.driver("promo", 9)[:, 70:]
    np.testing.assert_allclose(ahead[0], [0.5, 0, 0, 0, 0, 0, 0, 0.5, 0])
    assert not ahead[1:].any()


def test_what_is_usual_comes_from_known_days_of_the_last_eight_weeks() -> None:
    long_ago, recent = [1.0] * 14, [0.0, np.nan] * 28
    panel = promoted({"a": long_ago + recent}, days=70)
    assert not panel.driver("promo", 14)[:, 70:].any()
    assert promoted({"a": [np.nan, 1.0, 0.0]}, days=3).driver("promo", 8)[0].tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0]


def test_a_plan_counts_up_to_its_own_last_day_and_gaps_in_it_are_no_promotions() -> None:
    panel = promoted({"planned": [1.0] * 56 + [0.0, np.nan, 1.0, np.nan], "other": [1.0] * 56 + [np.nan] * 4}, days=56)
    assert panel.planned("promo").tolist() == [3, 0]
    assert panel.driver("promo", 5)[:, 56:].tolist() == [[0, 0, 1, 1, 1], [1, 1, 1, 1, 1]]


def daily(first: str, last: str, product: str = "a") -> pd.DataFrame:
    return pd.DataFrame({"date": pd.date_range(first, last, unit="us"), "product_id": product, "sales": 1.0})


def test_a_panel_does_not_begin_with_a_stray_day() -> None:
    stray = frame([("1970-01-01", "a", 9.0), ("1970-01-01", "gone", 9.0), ("1999-12-31", "b", 9.0)], "date product_id sales")
    panel = from_sales(pd.concat([stray, daily("2026-01-01", "2026-01-30"), daily("2026-01-02", "2026-01-03", "b")]))
    assert (panel.dates[0], len(panel.dates)) == (pd.Timestamp("2026-01-01"), 30)
    assert panel.unique_ids == ["a", "b", "gone"]
    assert np.isfinite(panel.sales).sum(axis=1).tolist() == [30, 2, 0]


def test_a_stray_day_does_not_make_days_of_weeks() -> None:
    weekly = daily("2025-01-06", "2026-01-26").iloc[::7]
    panel = from_sales(pd.concat([frame([("1970-01-01", "a", 9.0)], "date product_id sales"), weekly]))
    assert (panel.period.name, len(panel.dates)) == ("week", len(weekly))


def test_a_panel_has_ten_years_of_days_at_most() -> None:
    old, long = daily("1970-01-01", "1970-02-01", "old"), daily("1996-01-01", "2026-01-30")
    panel = from_sales(pd.concat([old, long]))
    assert (panel.dates[0], panel.last, len(panel.dates)) == (pd.Timestamp("2016-01-31"), pd.Timestamp("2026-01-30"), 3653)
    assert np.isfinite(panel.sales).sum(axis=1).tolist() == [3653, 0]
    months = long[long.date.dt.day == 1]
    assert len(from_sales(months).dates) == len(months)


def test_a_panel_begins_with_a_day_that_has_sales() -> None:
    panel = from_sales(pd.concat([daily("1970-01-01", "1970-02-01"), daily("2026-01-01", "2026-01-30")]))
    assert panel.dates[0] == pd.Timestamp("2026-01-01")


def test_numbers_that_would_overflow_in_a_sum_are_not_known() -> None:
    saved = frame(
        [("2026-01-01", "a", 5.0), ("2026-01-02", "a", 1e308), ("2026-01-03", "a", np.inf), ("2026-01-04", "a", 6.0)], "date product_id sales"
    )
    np.testing.assert_array_equal(from_sales(saved).sales, [[5, np.nan, np.nan, 6]])
