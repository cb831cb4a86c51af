"""Models learn from sales without what would mislead them, and each change is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import panels
import pytest

from forecasting.core.panel import Panel
from forecasting.core.period import WEEK
from forecasting.training.cleaning import clean as cleaning
from forecasting.training.cleaning.clean import Cleaned

DAYS = 400
HORIZON = 28


def calm(count: int = 8, days: int = DAYS) -> Panel:
    """Series that sell steadily, with a week and a year."""
    year = 1.0 + 0.3 * np.sin(2 * np.pi * np.arange(days) / 365.25)
    return panels.panel({f"p{i}": year * panels.regular(days, level=20.0 + 5 * i, growth=0.0, noise=3.0, seed=i) for i in range(count)})


def changed(panel: Panel, change: Callable[[np.ndarray], None], row: int = 0) -> Panel:
    """The same with one series changed in place by `change`."""
    sales = panel.sales.copy()
    change(sales[row])
    return replace(panel, sales=sales)


def with_order(panel: Panel, day: int = 380, times: float = 100.0) -> Panel:
    def order(sales: np.ndarray) -> None:
        sales[day] = times * sales.mean()

    return changed(panel, order)


def with_break(panel: Panel, day: int = 352, factor: float = 0.3) -> Panel:
    def broken(sales: np.ndarray) -> None:
        sales[day:] *= factor

    return changed(panel, broken)


def with_shortage(panel: Panel, start: int = 200, stop: int = 240) -> Panel:
    def short(sales: np.ndarray) -> None:
        sales[start:stop] = 0.0

    return changed(panel, short)


def untouched(cleaned: Cleaned, panel: Panel) -> bool:
    return not cleaned.notes and cleaned.panel is panel


def week_before(sales: np.ndarray) -> np.ndarray:
    """The seasonal naive forecast of four weeks."""
    return np.tile(sales[-7:], HORIZON // 7)


@pytest.mark.parametrize("seed", range(5))
def test_calm_series_stay_as_they_are(seed: int):
    rng = np.random.default_rng(seed)
    smooth = calm()
    counts = panels.panel({f"p{i}": rng.poisson(level, DAYS).astype(float) for i, level in enumerate((0.05, 0.5, 2.0, 10.0, 100.0))})
    lumpy = panels.panel({f"p{i}": (rng.random(DAYS) < 0.3) * np.round(rng.lognormal(1.0, 1.2, DAYS)) for i in range(8)})
    assert all(untouched(cleaning.clean(sales), sales) for sales in (smooth, counts, lumpy))


@pytest.mark.parametrize("times", [10.0, 100.0])
def test_an_order_of_many_times_the_usual_counts_as_a_usual_day(times: float):
    sales = with_order(calm(), times=times)
    cleaned = cleaning.clean(sales)
    assert cleaned.panel.sales[0, 380] == pytest.approx(calm().sales[0, 380], rel=0.35)
    np.testing.assert_array_equal(np.delete(cleaned.panel.sales, 380, axis=1), np.delete(sales.sales, 380, axis=1))
    assert list(cleaned.notes) == ["p0"]


def test_the_note_of_an_order_says_what_was_sold_when_and_what_to_do():
    def order(sales: np.ndarray) -> None:
        sales[:] = np.round(sales)
        sales[380] = 4000.0

    (note,) = cleaning.clean(changed(calm(), order)).notes["p0"]
    assert note == (
        "4,000 sold on 17 Jan 2024 counts as 20: 200 times a usual day, and no other day comes near it."
        " If it will come back, mark such days as promotions (promo = 1); if it is a mistake, upload the right number."
    )


def test_a_seasonal_naive_forecast_forgets_an_order_of_the_last_week():
    sales = with_order(calm(), day=DAYS - 3, times=20.0)
    future = calm(days=DAYS + HORIZON).sales[0, DAYS:]
    raw, clean = (np.abs(week_before(values) - future).sum() / future.sum() for values in (sales.sales[0], cleaning.clean(sales).panel.sales[0]))
    assert clean < 0.3 < 1.0 < raw


@pytest.mark.parametrize("days", [(15, 379), (30, 60, 91, 121, 152), (390, 395)])
def test_large_days_that_come_back_or_have_just_begun_are_no_outliers(days: tuple[int, ...]):
    def peaks(sales: np.ndarray) -> None:
        sales[list(days)] = 15 * sales.mean()

    sales = changed(calm(), peaks)
    assert untouched(cleaning.clean(sales), sales)


def test_a_day_on_which_the_whole_shop_sells_much_is_no_outlier():
    black_friday = calm()
    black_friday.sales[:, 325] *= 12
    assert untouched(cleaning.clean(black_friday), black_friday)


def test_promotions_are_compared_with_promotions():
    promo = np.zeros((8, DAYS))
    promo[:, 40::60] = 1.0
    sales = calm()
    sales.sales[0, 40] *= 9
    planned = replace(sales, drivers={"promo": promo})
    assert list(cleaning.clean(planned).notes) == ["p0"]
    sales.sales[0, 100::60] *= 8
    assert untouched(cleaning.clean(planned), planned)


@pytest.mark.parametrize("factor", [0.3, 3.0])
def test_days_before_a_break_are_scaled_to_the_new_level(factor: float):
    cleaned = cleaning.clean(with_break(calm(), factor=factor))
    np.testing.assert_allclose(cleaned.panel.sales[0], factor * calm().sales[0], rtol=0.15)
    np.testing.assert_array_equal(cleaned.panel.sales[1:], calm().sales[1:])


def test_the_note_of_a_break_says_since_when_and_how_much():
    (less,) = cleaning.clean(with_break(calm(), factor=0.3)).notes["p0"]
    (more,) = cleaning.clean(with_break(calm(), factor=3.0)).notes["p0"]
    assert less == "Sells about 66\u00a0% less since 20 Dec 2023; earlier sales were scaled to the new level."
    assert more == "Sells 3.28 times as much since 20 Dec 2023; earlier sales were scaled to the new level."


@pytest.mark.parametrize("start", [352, 353, 356])
def test_a_break_is_found_on_its_day(start: int):
    cleaned = cleaning.clean(with_break(calm(), day=start)).panel.sales[0]
    scaled = cleaned / with_break(calm(), day=start).sales[0] < 0.9
    assert abs(int(scaled.sum()) - start) <= 1


def test_a_change_that_is_a_season_or_a_drift_or_too_new_is_no_break():
    day = np.arange(1200)
    winter = np.where((day % 364 >= 100) & (day % 364 < 200), 0.3, 1.0)
    season = changed(calm(days=1200), lambda sales: np.multiply(sales, winter, out=sales))
    drift = changed(calm(), lambda sales: np.multiply(sales, np.linspace(1.0, 4.0, DAYS), out=sales))
    for sales in (season, drift, with_break(calm(), day=DAYS - 14), season.cut(1160), season.cut(870)):
        assert untouched(cleaning.clean(sales), sales)


def test_what_all_series_do_in_the_first_year_is_no_break():
    sales = calm()
    sales.sales[:, 340:] *= 0.4
    assert untouched(cleaning.clean(sales), sales)


def test_a_break_that_a_promotion_or_a_price_explains_stays():
    for name, before, after in (("promo", 0.0, 1.0), ("price", 3.0, 2.0)):
        driver = np.full((8, DAYS), before)
        driver[:, 352:] = after
        sales = replace(with_break(calm(), factor=3.0), drivers={name: driver})
        assert untouched(cleaning.clean(sales), sales)


def test_weeks_without_sales_count_as_gaps():
    sales = with_shortage(calm())
    cleaned = cleaning.clean(sales)
    assert np.isnan(cleaned.panel.sales[0]).nonzero()[0].tolist() == list(range(200, 240))
    assert cleaned.notes["p0"] == (
        "Nothing sold from 21 Jul 2023 to 29 Aug 2023, though it sells on 100\u00a0% of the days before and after:"
        " counts as out of stock, not as no demand.",
    )


@pytest.mark.parametrize(("start", "stop"), [(380, 400), (0, 60), (200, 220), (100, 300)])
def test_a_run_that_lasts_until_the_end_or_is_short_or_very_long_stays(start: int, stop: int):
    sales = with_shortage(calm(), start, stop)
    assert untouched(cleaning.clean(sales), sales)


def test_a_season_without_sales_stays():
    day = np.arange(1200)
    sales = changed(calm(days=1200), lambda values: np.copyto(values, 0.0, where=(day % 364 > 100) & (day % 364 < 160)))
    assert untouched(cleaning.clean(sales), sales)


@pytest.mark.parametrize("spoil", [with_order, with_break, with_shortage, lambda panel: with_order(with_break(with_shortage(panel)))])
def test_cleaning_again_changes_nothing(spoil: Callable[[Panel], Panel]):
    once = cleaning.clean(spoil(calm()))
    assert once.notes
    assert untouched(cleaning.clean(once.panel), once.panel)


@pytest.mark.parametrize("factor", [0.01, 1000.0])
def test_scaling_sales_scales_the_result(factor: float):
    sales = with_order(with_break(with_shortage(calm())))
    scaled = cleaning.clean(replace(sales, sales=factor * sales.sales))
    np.testing.assert_allclose(scaled.panel.sales, factor * cleaning.clean(sales).panel.sales)


def test_nothing_after_the_panels_end_is_looked_at():
    sales = with_order(with_break(with_shortage(calm())))
    other = replace(sales, sales=np.where(np.arange(DAYS) < 390, sales.sales, 7.0))
    for cut in (150, 300, 390):
        one, two = cleaning.clean(sales.cut(cut)), cleaning.clean(other.cut(cut))
        np.testing.assert_array_equal(one.panel.sales, two.panel.sales)
        assert one.notes == two.notes


def test_the_given_sales_stay_as_they_were():
    sales = with_order(with_break(with_shortage(calm())))
    before = sales.sales.copy()
    cleaning.clean(sales)
    np.testing.assert_array_equal(sales.sales, before)


def test_weeks_are_cleaned_as_days_are():
    rng = np.random.default_rng(0)
    steady = panels.panel({f"p{i}": rng.poisson(100 + 20 * i, 120).astype(float) for i in range(8)})
    weekly = replace(steady, period=WEEK)
    assert untouched(cleaning.clean(weekly), weekly)
    order, broken = with_order(weekly, day=60), with_break(weekly, day=100)
    assert cleaning.clean(order).panel.sales[0, 60] == pytest.approx(100, rel=0.3)
    np.testing.assert_allclose(cleaning.clean(broken).panel.sales[0, :100], 0.3 * weekly.sales[0, :100], rtol=0.2)


@pytest.mark.parametrize("sales", [np.full((1, 1), 3.0), np.full((2, 40), np.nan), np.zeros((2, 200))])
def test_the_smallest_and_emptiest_panels_stay_as_they_are(sales: np.ndarray):
    made = panels.panel({f"p{i}": row for i, row in enumerate(sales)})
    assert untouched(cleaning.clean(made), made)
