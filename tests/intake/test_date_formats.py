"""Days in the forms that systems around the world write."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from forecasting.core.errors import AmbiguousDates, InputError
from forecasting.intake.date_formats import DateHints, looks_like_days, parse_days, read_days

DAY = date(2026, 3, 1)


def read(*texts, **hints):
    return read_days(pa.array([*texts, ""]), DateHints(column="Date", **hints))


def days(*texts, **hints):
    return read(*texts, **hints).days.tolist()[:-1]


def test_a_year_of_four_digits_that_begins_with_two_zeros_is_none():
    texts = ("0001-01-01", "0001-01-01T00:00:00", "1/1/0001 12:00:00 AM", "01.01.0001", "0026/03/01", "00260301", "01-Jan-0001", "Jan 1, 0001")
    assert days(*texts, "2026-03-01") == [None] * len(texts) + [DAY]
    assert days(*texts[:6]) == [None] * 6
    assert days("01.03.26", "1 Mar 26") == [DAY, DAY]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 14:05:00 EST",
        "2026-03-01 14:05:00 America/New_York",
        "2026-03-01T14:05:00+01:00[Europe/Berlin]",
        "2026-03-01T14:05:00.000+0000",
        "01-Mar-2026 02:41 PM EDT",
        "Sunday, March 1, 2026",
        "Sunday, March 1, 2026 at 2:05 PM",
        "Sun, 01 Mar 2026 14:05:00 GMT",
        "Sun Mar 01 2026 14:05:00 GMT+0100 (Central European Standard Time)",
        "Sun Mar  1 14:05:00 EST 2026",
        "2026-03-01\u202f2:05\u202fPM",
        "14:05 01.03.2026",
        "01.03.2026 14.05",
        "01.03.2026 um 14:05 Uhr",
        "1. 3. 2026.",
        "So, 01.03.2026",
        "2026-03-01 Sun",
        "2026. 3. 1.",
        "2026. 3. 1. 오후 2:05:00",
        "2026년 3월 1일 일요일",
        "2026年3月1日(日)",
        "2026/03/01 下午2:05",
        "1 tháng 3, 2026",
        "٢٠٢٦-٠٣-٠١",
        "20260301141500",
        "'2026-03-01",
        "01032026",
        "2026-W09-7",
        "令和8年3月1日",
        "民國115年3月1日",
    ],
)
def test_a_day_is_read_whatever_system_wrote_it(text):
    assert days(text, order="day") == [DAY]


@pytest.mark.parametrize(
    "text",
    [
        "1 марта 2026 г.",
        "01 мар 2026",
        "1 березня 2026",
        "1 marca 2026",
        "1. března 2026",
        "1 Mart 2026 Pazar",
        "1 Μαρτίου 2026",
        "1. ožujka 2026.",
        "2026. március 1.",
        "1 martie 2026",
        "1 Maret 2026",
        "1. maaliskuuta 2026",
        "2026 m. kovo 1 d.",
        "1 de marzo de 2026",
        "1er mars 2026",
        "mar. 1 mars 2026",
        "1st of March 2026",
        "1 มี.ค. 2569",
        "1 मार्च 2026",
        "1 مارس 2026",
        "1 במרץ 2026",
    ],
)
def test_months_have_names_in_many_languages(text):
    assert days(text) == [DAY]


def test_a_name_of_two_months_is_the_one_of_the_language_of_the_column():
    assert days("5 listopada 2024", "6 kolovoza 2024") == [date(2024, 10, 5), date(2024, 8, 6)]
    assert days("5 listopada 2024", "6 sierpnia 2024") == [date(2024, 11, 5), date(2024, 8, 6)]
    assert days("5 listopada 2024") == [None]


@pytest.mark.parametrize(
    ("text", "day", "note"),
    [
        ("01/03/2569", DAY, "Date has Thai (Buddhist) years: 01/03/2569 is 1 March 2026."),
        ("1404/12/10", DAY, "Date has Persian years: 1404/12/10 is 1 March 2026."),
        ("1403/12/30", date(2025, 3, 20), "Date has Persian years: 1403/12/30 is 20 March 2025."),
        ("46082", DAY, "Date has day numbers of a workbook: 46082 is 1 March 2026."),
        ("1772366400", DAY, "Date has seconds since 1970, read as days in UTC: 1772366400 is 1 March 2026."),
        ("1772366400000", DAY, "Date has milliseconds since 1970, read as days in UTC: 1772366400000 is 1 March 2026."),
    ],
)
def test_another_calendar_or_count_is_read_and_said(text, day, note):
    once = read(text, order="day", numbers=True)
    assert (once.days.tolist()[0], once.notes) == (day, (note,))


@pytest.mark.parametrize("text", ["令和元年5月1日", "R1.5.1", "平成31/5/1", "民國108年5月1日", "108/05/01", "中華民國108.05.01"])
def test_years_of_an_era_are_read_and_said(text):
    once = read(text, order="day", numbers=True)
    assert (once.days.tolist()[0], once.notes) == (date(2019, 5, 1), (f"Date has years of an era: {text} is 1 May 2019.",))


def test_numbers_of_goods_are_no_years_of_an_era():
    assert not looks_like_days(pa.array(["113-03-01", "114-03-02", "R6.3.1"])).any()


def test_days_that_a_calendar_does_not_have():
    assert days("1404/12/30", "1404/13/01", "29/02/2570", order="day") == [None] * 3


def test_numbers_are_days_only_where_that_is_plausible():
    assert days("12345", "99999", "9234567890123456", "4006381333931", numbers=True, last_plausible=date(2028, 11, 22)) == [None] * 4
    assert days("46082", "1772366400") == [None] * 2


def test_a_column_of_six_digits_is_months():
    assert days("202401", "202402", numbers=True) == [date(2024, 1, 1), date(2024, 2, 1)]
    assert days("202401", "202413", numbers=True) == [None] * 2
    assert looks_like_days(pa.array(["202401", "202402", "202403"])).all()
    assert not looks_like_days(pa.array(["202401", "202405", "198211"])).any()


@pytest.mark.parametrize("texts", [("Week 5 2024", "Week 6 2024"), ("KW 5/2024", "KW 6/2024"), ("2024 W5", "2024-W06"), ("W05-24", "W06-24")])
def test_weeks_stand_for_their_mondays(texts):
    assert days(*texts) == [date(2024, 1, 29), date(2024, 2, 5)]


@pytest.mark.parametrize(
    "texts",
    [
        ("2024-01-01 - 2024-01-07", "2024-01-08 - 2024-01-14"),
        ("01/01/2024 - 07/01/2024", "08/01/2024 - 14/01/2024"),
        ("01.01.-07.01.2024", "08.01.-14.01.2024"),
        ("Jan 1 - Jan 7, 2024", "Jan 8 - Jan 14, 2024"),
        ("2024-01-01/2024-01-07", "2024-01-08/2024-01-14"),
        ("1 Jan 2024 to 7 Jan 2024", "8 Jan 2024 to 14 Jan 2024"),
    ],
)
def test_ranges_stand_for_their_first_days(texts):
    once = read(*texts)
    assert once.days.tolist()[:-1] == [date(2024, 1, 1), date(2024, 1, 8)]
    assert once.notes == (f"Ranges of days in Date were read as their first days: {texts[0]} is 1 January 2024.",)


def test_a_range_over_the_turn_of_the_year_begins_in_the_year_before():
    assert days("30.12.-05.01.2025") == [date(2024, 12, 30)]


@pytest.mark.parametrize("text", ["Q1 2024", "2024-Q1", "1Q24", "T1 2024", "1. Quartal 2024", "2024年第1季度", "I квартал 2024"])
def test_quarters_are_refused_by_name(text):
    with pytest.raises(InputError, match="quarters are not supported"):
        read(text)
    assert looks_like_days(pa.array([text])).all()


def test_weeks_without_a_year_and_islamic_years_are_refused_by_name():
    with pytest.raises(InputError, match="weeks without a year are not supported"):
        read("Week 5", "Week 6")
    with pytest.raises(InputError, match="years of the Islamic calendar"):
        read("1447/09/12")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("Jan-24", "Feb-24"), [date(2024, 1, 1), date(2024, 2, 1)]),
        (("03/24", "04/24"), [date(2024, 3, 1), date(2024, 4, 1)]),
        (("2024年3月", "2024年4月"), [date(2024, 3, 1), date(2024, 4, 1)]),
    ],
)
def test_months_with_a_short_year(texts, expected):
    assert days(*texts) == expected


@pytest.mark.parametrize("texts", [("1-Mar", "2-Mar"), ("Mar 10", "Mar 11"), ("03-01", "03-13"), ("1.3.", "13.3.")])
def test_days_without_a_year_are_known_as_such(texts):
    once = read(*texts)
    assert np.isnat(once.days).all()
    assert once.yearless.tolist()[0].month == 3


def test_two_digits_first_are_the_year_where_only_that_is_a_narrow_range():
    assert days("26-03-01", "26-03-02", "26-03-29") == [DAY, date(2026, 3, 2), date(2026, 3, 29)]
    assert days("01/03/26", "02/03/26", "29/03/26") == [DAY, date(2026, 3, 2), date(2026, 3, 29)]


def test_two_digits_first_are_asked_about_where_the_day_can_be_first_too():
    with pytest.raises(AmbiguousDates, match=r"is 24-01-01 1 January 2024 or 24 January 2001\? Say whether the year or") as asked:
        read("24-01-01", "24-02-01")
    assert [answer for _, _, answer in asked.value.choices] == [{"date_order": "year"}, {"date_order": "day"}]
    assert days("24-01-01", "24-02-01", order="year") == [date(2024, 1, 1), date(2024, 2, 1)]
    assert days("24-01-01", "24-02-01", order="day") == [date(2001, 1, 24), date(2001, 2, 24)]


def test_dots_mean_day_first_unless_that_is_long_ago():
    assert days("25.12.24") == [date(2024, 12, 25)]
    with pytest.raises(AmbiguousDates):
        read("26.03.01")


@pytest.mark.parametrize("text", ["2024-12-31 x", "31 Foo 2024", "1/1/1/1/1", "INV-2024-01", "500 g", "5 March 20245", "Total", "a" * 100])
def test_other_texts_are_no_days(text):
    assert days(text, order="day", numbers=True) == [None]
    assert not looks_like_days(pa.array([text])).any()


def test_many_texts_that_are_no_dates_are_given_up_early():
    assert np.isnat(parse_days(pa.array([f"INV-{number} x" for number in range(30_000)]), column="Date")).all()
