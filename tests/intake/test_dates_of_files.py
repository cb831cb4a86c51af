"""Whole files with dates of all kinds: a table of what each becomes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from forecasting.core.errors import InputError, QuestionsOpen
from forecasting.intake import sales_file
from forecasting.intake.answers import Answers
from forecasting.intake.reader import read_table

TODAY = date(2026, 11, 30)
DAYS = [date(2026, 3, 1) + timedelta(days=number) for number in range(40)]
WEEKS = [date(2026, 1, 5) + timedelta(weeks=number) for number in range(20)]
MONTHS = [date(2025, month, 1) for month in range(1, 13)]
DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
FRENCH = {3: "mars", 4: "avril"}
SOLD = (7, 3, 8, 2, 9)


def read(content, **said):
    answers = Answers(**said)
    table = read_table(content, "sales.csv", answers)
    return sales_file.check(table, sales_file.guess_mapping(table), answers, today=TODAY)


def of_texts(texts, column="Date"):
    rows = [f"{text};Tea;{SOLD[place % len(SOLD)]}" for place, text in enumerate(texts)]
    return "\n".join([f"{column};Product;Units", *rows]).encode()


def days_of(read_file):
    return read_file.sales["date"].dt.date.tolist()


def week(form):
    return of_texts([form.format(y=day.isocalendar().year, w=day.isocalendar().week, short=day.year % 100) for day in WEEKS], "Week")


READ = {
    "W05-2026": (week("W{w:02d}-{y}"), WEEKS),
    "2026-W05-1": (week("{y}-W{w:02d}-1"), WEEKS),
    "KW05/2026": (week("KW{w:02d}/{y}"), WEEKS),
    "5. KW 2026": (week("{w}. KW {y}"), WEEKS),
    "Week 5, 2026": (week("Week {w}, {y}"), WEEKS),
    "wk 5 '26": (week("wk {w} '{short}"), WEEKS),
    "202605 below Week": (week("{y}{w:02d}"), WEEKS),
    "Year and KW": ("\n".join(["Jahr;KW;Artikel;Menge", *(f"2026;{day.isocalendar().week};Tee;1" for day in WEEKS)]).encode(), WEEKS),
    "w/c": (of_texts([f"w/c {day:%d/%m/%Y}" for day in WEEKS], "Week"), WEEKS),
    "week commencing": (of_texts([f"{day:%d/%m/%Y}" for day in WEEKS], "Week commencing"), WEEKS),
    "range within a month": (of_texts(["Jan 5-11, 2026", "Jan 12-18, 2026", "Jan 19-25, 2026", "Jan 26 - Feb 1, 2026"], "Week"), WEEKS[:4]),
    "Mar-25": (of_texts([f"{day:%b-%y}" for day in MONTHS], "Month"), MONTHS),
    "2025 Mar": (of_texts([f"{day:%Y %b}" for day in MONTHS], "Month"), MONTHS),
    "03.2025": (of_texts([f"{day:%m.%Y}" for day in MONTHS], "Monat"), MONTHS),
    "2025.03": (of_texts([f"{day:%Y.%m}" for day in MONTHS], "Monat"), MONTHS),
    "2025M03": (of_texts([f"{day:%YM%m}" for day in MONTHS], "Period"), MONTHS),
    "032025": (of_texts([f"{day:%m%Y}" for day in MONTHS], "Month"), MONTHS),
    "1er mars 2026": (of_texts([f"{'1er' if day.day == 1 else day.day} {FRENCH[day.month]} 2026" for day in DAYS]), DAYS),
    "2026年3月1日星期日": (of_texts([f"{day.year}年{day.month}月{day.day}日星期日" for day in DAYS]), DAYS),
    "1 مارس، 2026": (of_texts([f"{day.day} {'مارس' if day.month == 3 else 'أبريل'}، 2026" for day in DAYS]), DAYS),
    "2026. gada 1. marts": (of_texts([f"2026. gada {day.day}. {'marts' if day.month == 3 else 'aprīlis'}" for day in DAYS]), DAYS),
    "Arabic digits": (of_texts([f"{day:%d/%m/%Y}".translate(DIGITS) for day in DAYS], "التاريخ"), DAYS),
    "narrow no-break spaces": (of_texts([f"{day.month}/{day.day}/2026, 2:05:00\u202fPM" for day in DAYS]), DAYS),
    "zone by letters": (of_texts([f"{day:%d.%m.%Y} 14:05 MESZ" for day in DAYS]), DAYS),
    "Buddhist years": (of_texts([f"2569-{day:%m-%d}" for day in DAYS]), DAYS),
    "260301": (of_texts([f"{day:%y%m%d}" for day in DAYS]), DAYS),
    "01/03/26": (of_texts([f"{day:%d/%m/%y}" for day in DAYS]), DAYS),
    "serials with a decimal comma": (of_texts([f"{46082 + number},5" for number in range(40)]), DAYS),
    "milliseconds below created_at": (of_texts([str(1_772_366_400_000 + 86_400_000 * number) for number in range(40)], "created_at"), DAYS),
    "/Date(milliseconds)/": (of_texts([f"/Date({1_772_366_400_000 + 86_400_000 * number})/" for number in range(40)]), DAYS),
    "UTF-16": (of_texts([f"{day:%d.%m.%Y}" for day in DAYS], "Datum").decode().encode("utf-16"), DAYS),
    "a few odd dates": (of_texts([f"{day + timedelta(days=day == WEEKS[5])}" for day in WEEKS]), WEEKS),
    "months below their years": (
        b",2025,,,2026,,\nProduct,Jan,Feb,Mar,Jan,Feb,Mar\nTea,5,2,3,4,1,6\n",
        [*MONTHS[:3], *[day.replace(year=2026) for day in MONTHS[:3]]],
    ),
    "years down, months across": (
        b"Year,Product,Jan,Feb,Mar\n2025,Tea,5,2,3\n2026,Tea,4,1,6\n",
        [*MONTHS[:3], *[day.replace(year=2026) for day in MONTHS[:3]]],
    ),
    "202501 across": (b"SKU,202501,202502,202503,Total\nTea,5,2,3,10\n", MONTHS[:3]),
    "2025年1月 across": ("商品,2025年1月,2025年2月,2025年3月,合計\n茶,5,2,3,10\n".encode(), MONTHS[:3]),
}


@pytest.mark.parametrize("case", READ)
def test_a_file_is_read_right_whatever_form_its_dates_have(case):
    content, expected = READ[case]
    file = read(content)
    assert (days_of(file), file.understood.questions, len(file.problems)) == (expected, (), 0)


ASKED = {
    "weeks without a year": (of_texts([f"KW{number:02d}" for number in range(2, 9)]), ["2026-01-05", "2026-10-12"]),
    "days across without a year": (b"SKU,1 Mar,2 Mar,3 Mar,4 Mar\nTea,5,2,3,4\n", ["2026-03-01", "2025-03-01"]),
    "d_1": (b"item_id,d_1,d_2,d_3\nTea,5,2,3\n", ["2026-11-27"]),
    "days and months alike": (of_texts([f"{day:%d/%m/%y}" for day in DAYS[:8]]), ["--day-first", "--month-first"]),
}


@pytest.mark.parametrize("case", ASKED)
def test_what_only_a_person_knows_of_dates_is_asked(case):
    content, expected = ASKED[case]
    with pytest.raises(QuestionsOpen) as asked:
        read(content)
    assert [choice["flag"].removeprefix("--start-date ") for choice in asked.value.understood["questions"][0]["choices"]] == expected


REFUSED = {
    "Q1 2026": (of_texts([f"Q{quarter} 2025" for quarter in range(1, 5)], "Quarter"), "quarters are not supported"),
    "a column of quarters": (b"Year;Quarter;Product;Units\n2024;1;Tea;5\n2024;2;Tea;3\n2024;3;Tea;4\n", "quarters are not supported"),
    "H1 2026": (of_texts([f"H{half} {year}" for year in range(2020, 2026) for half in (1, 2)], "Period"), "half-years are not supported"),
    "FY24": (of_texts([f"FY{year}" for year in range(15, 26)], "Fiscal year"), "years are not supported"),
    "2024": (of_texts([str(year) for year in range(2010, 2026)], "Year"), "years are not supported"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_steps_longer_than_a_month_are_refused_in_those_words(case):
    content, words = REFUSED[case]
    with pytest.raises(InputError, match=words):
        read(content)
