"""Formats of numbers, dates and durations."""

from __future__ import annotations

import doctest
import math

import pandas as pd
import pytest

from forecasting.core import durations, formatting
from forecasting.core.period import PERIODS
from pages.components.shared import markdown, wording


def test_the_examples_in_the_docstrings_hold():
    assert [doctest.testmod(module).failed for module in (formatting, durations)] == [0, 0]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (130_990, "131,000"),
        (137_949, "137,900"),
        (5_153.4, "5,153"),
        (999.6, "1,000"),
        (812, "812"),
        (12.34, "12.3"),
        (3, "3"),
        (0, "0"),
        (0.26, "0.3"),
        (-1234.5, "\u22121,234"),
    ],
)
def test_a_headline_has_four_significant_digits(value, text):
    assert formatting.headline(value) == text


@pytest.mark.parametrize("write", [formatting.units, formatting.headline, formatting.percent])
def test_what_is_not_defined_is_not_a_number(write):
    assert write(math.nan) == "not known"


def test_signs_are_typographic_and_percentages_do_not_break():
    assert formatting.percent(-0.064) == "\u22126.4\u00a0%"
    assert formatting.units(-1234) == "\u22121,234"
    assert formatting.percent(0.58, 0) == "58\u00a0%"


def test_dates_have_no_leading_zero():
    day = pd.Timestamp("2026-12-05 09:04")
    assert [formatting.date(day), formatting.near_date(day), formatting.weekday_date(day), formatting.moment(day)] == [
        "5 Dec 2026",
        "5 Dec",
        "Sat 5 Dec",
        "5 Dec 09:04",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "time left not known yet"),
        (2, "a few seconds left"),
        (31, "about 35 s left"),
        (58, "about 1 min left"),
        (78, "about 1 min 20 s left"),
        (200, "about 4 min left"),
        (4000, "about 1 h 7 min left"),
    ],
)
def test_time_left_moves_in_steps(seconds, text):
    assert durations.time_left(seconds) == text


def test_sizes():
    assert [formatting.size(512), formatting.size(58_200), formatting.size(3_575_087)] == ["512 bytes", "58 KB", "3.6 MB"]


@pytest.mark.parametrize("text", ["**x**", ":red[x]", "$x$", "<img src=x onerror=alert(1)>", "[a](http://b)", "`x`", "# x", "a | b", "~~x~~", "&lt;"])
def test_plain_leaves_no_markdown(text):
    escaped = markdown.plain(text)
    unescaped = escaped.replace("\\", "").replace("\u2060", "")
    assert unescaped == text
    bare = escaped.replace("\u2060", "")
    assert all(bare[i - 1] == "\\" for i, letter in enumerate(bare) if letter in "*[]$<>`#|~&()_")


@pytest.mark.parametrize("text", [":tada:", ":material/home:", "me@example.com", "www.example.com", "https://example.com", "a -> b"])
def test_plain_parts_what_would_become_an_icon_or_a_link(text):
    assert "\u2060" in markdown.plain(text)


def test_plain_keeps_to_one_line():
    assert markdown.plain("a\n\n# b") == "a \\# b"


def test_plain_shows_what_cannot_be_shown_and_turns_nothing_around():
    assert markdown.plain("a\x00b\x1b[31m\ud800c") == r"a\\u0000b\\u001b\[31m\\ud800c"
    assert markdown.plain("a\u202etxt\u2066b") == r"a\\u202etxt\\u2066b"
    assert markdown.plain("\u05d0\u200f\u0301") == "\u05d0\u200f\u0301"


def test_listing_names_a_few():
    assert formatting.listing(["a"]) == "a"
    assert formatting.listing(["a", "b", "c"]) == "a, b and c"
    assert formatting.listing(["a", "b", "c"], 2) == "a, b and 1 more"
    assert formatting.listing([]) == ""


def test_errors_are_compared_in_points():
    assert wording.better(0.096, 0.098) == "0.2 points better"
    assert wording.better(0.101, 0.098) == "0.3 points worse"
    assert wording.better(0.098, 0.098) == ""
    assert wording.better(0.098, math.nan) == ""


@pytest.mark.parametrize(
    ("coverage", "text"),
    [(0.5, "too low"), (0.75, "a little low"), (0.796, "as promised"), (0.88, "a little high"), (0.97, "too high"), (math.nan, "not known")],
)
def test_coverage_in_words(coverage, text):
    assert wording.promise(coverage) == text


def test_days_weeks_and_months_are_named_by_what_tells_them_apart():
    day = pd.Timestamp(2026, 12, 19)
    assert [formatting.step_date(day, period) for period in PERIODS.values()] == ["Sat 19 Dec", "19 Dec", "Dec 2026"]
    assert [formatting.last_date(day, period) for period in PERIODS.values()] == ["19 Dec 2026", "week of 19 Dec 2026", "Dec 2026"]


def test_a_change_that_rounds_to_nothing_has_one_sign():
    assert [formatting.signed_percent(share) for share in (-0.003, 0.003, -0.006)] == ["+0\u00a0%", "+0\u00a0%", "\u22121\u00a0%"]
