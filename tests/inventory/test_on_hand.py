"""A count moves on: what was sold since is gone, what came since is there, and nothing is counted twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.core.panel import Panel
from forecasting.core.period import DAY, MONTH, WEEK, Period
from forecasting.inventory.orders import on_hand_words
from forecasting.inventory.stock import count_grades, on_hand
from forecasting.inventory.stock.count_grades import Spread
from forecasting.inventory.stock.counts import COUNTED_AT, SALES_TO, Counts, counts_of
from forecasting.inventory.stock.on_hand import OnHand
from forecasting.inventory.stock.units_sold import UnitsSold

MONDAY = date(2026, 11, 23)


def moment(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, 23, hour).astimezone(UTC) + timedelta(days=day)


def panel_of(*names: str, period: Period = DAY) -> Panel:
    series = pd.DataFrame({"unique_id": names, "product_id": names})
    return Panel(series, pd.DatetimeIndex([MONDAY]), np.ones((len(names), 1)), {}, period)


def sales_of(*rows: tuple[str, int, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["product_id", "date", "sales"]).astype({"product_id": "str", "sales": float})
    return frame.assign(date=pd.Timestamp(MONDAY) + pd.to_timedelta(frame["date"].astype(int), unit="D"))


def days(*numbers: int) -> np.ndarray:
    return np.datetime64(MONDAY, "D") + np.array(numbers).astype("timedelta64[D]")


def counted(units: float, day: int, sales_to: int | None = None, *, period: Period = DAY, hour: int = 12) -> Counts:
    known = pd.NaT if sales_to is None else pd.Timestamp(MONDAY) + timedelta(days=sales_to)
    frame = pd.DataFrame({"product_id": ["bread"], COUNTED_AT: [pd.NaT], SALES_TO: [known]})
    return counts_of(np.array([units]), frame, panel_of("bread", period=period), moment(day, hour))


def receipts_of(*rows: tuple[int, float], hour: int = 15) -> pd.DataFrame:
    listed = [(0, pd.Timestamp(MONDAY) + timedelta(days=day), moment(day, hour).replace(tzinfo=None), units) for day, units in rows]
    frame = pd.DataFrame(listed, columns=["row", "day", "when", "units"])
    return frame.astype({"row": np.int64, "day": "datetime64[us]", "when": "datetime64[us]", "units": float})


def now(counts: Counts, sales: pd.DataFrame, receipts: pd.DataFrame, until: int = 10) -> OnHand:
    sold = UnitsSold.of(sales, panel_of("bread")).between(np.array([0]), counts.sales_from, days(until))
    since = pd.DataFrame({"row": [0], "day": counts.day.astype("datetime64[us]"), "moment": counts.moment})
    return OnHand(counts, sold, on_hand.came(receipts, since), np.array([3.0]), np.array([np.nan]))


def test_a_count_moves_on_by_what_was_sold_and_came() -> None:
    sales = sales_of(("bread", -1, 50), ("bread", 0, 5), ("bread", 1, 7), ("milk", 1, 90))
    shelf = now(counted(19, 0), sales, receipts_of((-1, 100), (2, 24)))
    assert (shelf.sold[0], shelf.came[0], shelf.units[0]) == (12, 24, 31)
    (note,) = on_hand_words.notes(shelf, np.array([0]), np.array([True]))
    assert note == "Counted 3 days ago: 19, 12 sold since, 24 came since: 31 in stock"


def test_a_return_is_back_on_the_shelf() -> None:
    assert now(counted(10, 0), sales_of(("bread", 1, 4), ("bread", 2, -1)), receipts_of()).units[0] == 7


def test_more_sold_than_counted_is_named_and_no_stock_below_zero() -> None:
    shelf = now(counted(10, 0), sales_of(("bread", 1, 14)), receipts_of())
    assert (shelf.book[0], shelf.units[0], shelf.oversold[0]) == (-4, 0, 4)
    (note,) = on_hand_words.notes(shelf, np.array([0]), np.array([True]))
    assert note.startswith("Counted 3 days ago: 10, 14 sold since, 0 came since: 4 more sold than that, so 0 is taken to be in stock. Count again")
    table = pd.DataFrame({"unique_id": ["bread"], "oversold": shelf.oversold})
    assert on_hand_words.oversold(table, "unique_id") == (
        "1 shelf sold more than was counted and came, so 0 is taken to be in stock: bread. Count again, or book what came as received."
    )


def test_a_count_is_of_the_morning_unless_the_sales_of_its_day_were_saved_already() -> None:
    sales = sales_of(("bread", 0, 5), ("bread", 1, 7))
    assert now(counted(20, 0), sales, receipts_of()).units[0] == 8
    assert now(counted(20, 0, sales_to=-1), sales, receipts_of()).units[0] == 8
    assert now(counted(20, 0, sales_to=0), sales, receipts_of()).units[0] == 13


def test_of_the_day_of_the_count_only_what_was_booked_after_it_came_later() -> None:
    assert now(counted(20, 0), sales_of(), receipts_of((0, 6), hour=15)).came[0] == 6
    assert now(counted(20, 0), sales_of(), receipts_of((0, 6), hour=9)).came[0] == 0


@pytest.mark.parametrize(("period", "day", "sold"), [(WEEK, 0, 70), (WEEK, 2, 50), (WEEK, 7, 0), (MONTH, 0, 19), (MONTH, 8, 0)])
def test_of_a_week_or_month_that_had_begun_the_days_from_the_count_on_count(period: Period, day: int, sold: float) -> None:
    begun = {WEEK: 0, MONTH: -22}[period]
    sales = UnitsSold.of(sales_of(("bread", begun, 70)), panel_of("bread", period=period))
    assert sales.between(np.array([0]), counted(1, day, period=period).sales_from, days(40))[0] == sold


def test_a_state_without_dates_was_saved_then_and_says_so() -> None:
    counts = counts_of(np.array([5.0, np.nan]), pd.DataFrame({"product_id": ["bread", "milk"]}), panel_of("bread", "milk"), moment(2))
    assert (counts.day[0], counts.known.tolist(), counts.dated) == (days(2)[0], [True, False], False)
    shelves = OnHand(counts, np.zeros(2), np.zeros(2), np.zeros(2), np.full(2, np.nan))
    first, second = on_hand_words.notes(shelves, np.array([0, 1]), np.array([True, True]))
    assert (first, second) == ("Saved 25 Nov 2026: 5, 0 sold since, 0 came since: 5 in stock", "")


MOVES = st.lists(st.tuples(st.integers(-5, 9), st.integers(-3, 30)), max_size=12, unique_by=lambda row: row[0])
CAME = st.lists(st.tuples(st.integers(-5, 9), st.integers(1, 30)), max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 200), st.integers(-4, 9), MOVES, CAME, st.randoms())
def test_the_book_adds_up_in_any_order_of_events(units: int, day: int, sold: list[tuple[int, int]], came: list[tuple[int, int]], chance) -> None:
    shelf = now(counted(units, day), sales_of(*(("bread", *row) for row in sold)), receipts_of(*came))
    assert shelf.book[0] == units - sum(n for at, n in sold if at >= day) + sum(n for at, n in came if at >= day)
    assert shelf.units[0] - shelf.oversold[0] == shelf.book[0]
    assert shelf.units[0] >= 0
    chance.shuffle(sold)
    chance.shuffle(came)
    again = now(counted(units, day), sales_of(*(("bread", *row) for row in sold)), receipts_of(*came))
    assert again.book[0] == shelf.book[0]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 200), MOVES, CAME)
def test_a_count_after_everything_is_what_there_is(units: int, sold: list[tuple[int, int]], came: list[tuple[int, int]]) -> None:
    assert now(counted(units, 10), sales_of(*(("bread", *row) for row in sold)), receipts_of(*came), until=11).book[0] == units


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 200), st.integers(-3, 9), MOVES, CAME)
def test_a_count_that_finds_what_was_expected_changes_nothing(units: int, day: int, sold: list[tuple[int, int]], came: list[tuple[int, int]]) -> None:
    sales, receipts = UnitsSold.of(sales_of(*(("bread", *row) for row in sold)), panel_of("bread")), receipts_of(*came)
    first = counted(units, -4)
    (expected,) = count_grades.grades([first, counted(0, day)], [np.full(1, np.nan)] * 2, sales, receipts, days(10)[0])["expected"]
    second = counted(expected, day)
    graded = count_grades.grades([first, second], [np.array([2.0])] * 2, sales, receipts, days(10)[0])
    assert graded["difference"].tolist() == [0.0]
    frame = sales_of(*(("bread", *row) for row in sold))
    assert now(second, frame, receipts).book[0] == now(first, frame, receipts).book[0]


def test_what_is_missing_is_graded_in_units_and_money_once_all_sales_are_saved() -> None:
    sales = UnitsSold.of(sales_of(("bread", 0, 5), ("bread", 1, 7)), panel_of("bread"))
    counts, costs = [counted(20, 0), counted(9, 2), counted(11, 2, hour=13), counted(3, 5)], [np.array([2.0])] * 4
    graded = count_grades.grades(counts, costs, sales, receipts_of((1, 6)), days(3)[0])
    assert graded[["age", "before", "sold", "came", "counted"]].to_numpy().tolist() == [[2, 20, 12, 6, 11], [3, 11, 0, 0, 3]]
    assert graded["difference"].tolist()[0] == -3
    assert graded["value"].tolist()[0] == -6
    assert graded["difference"].isna().tolist() == [False, True]


def test_a_count_that_is_carried_over_is_graded_once() -> None:
    first = counted(20, 0)
    graded = count_grades.grades(
        [first, first, counted(18, 3)], [np.full(1, np.nan)] * 3, UnitsSold.of(sales_of(), panel_of("bread")), receipts_of(), days(9)[0]
    )
    assert graded["difference"].tolist() == [-2]
    assert graded["value"].isna().all()


def test_certainty_is_learned_from_counts_and_unknown_before() -> None:
    rows = pd.DataFrame(
        {
            "sold": [9.9, 99.0, 9.9, 9.9],
            "age": [1.0, 10.0, 1.0, 1.0],
            "difference": [np.sqrt(10), -10.0, 0.0, np.nan],
            "expected": [50.0, 50.0, 50.0, np.nan],
        }
    )
    assert count_grades.learned(rows[3:]) is None
    assert count_grades.learned(rows[:1].assign(expected=-1.0)) is None  # something came that nobody booked
    assert "not known yet" in on_hand_words.certainty(None)
    spread = count_grades.learned(rows)
    assert spread is not None
    assert (round(spread.rate, 6), spread.counts) == (1.0, 3)
    assert "within 3.2 units of what is expected after 10 were sold since the count, and 10 after 100." in on_hand_words.certainty(spread)
    assert Spread(1.0, 3).margin(np.zeros(1), np.zeros(1))[0] == 0
