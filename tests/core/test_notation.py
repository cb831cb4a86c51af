"""Numbers, money and dates as a shop writes them: by its currency, its language, its decimal style and its first weekday."""

# ruff: noqa: RUF001

from __future__ import annotations

import doctest
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from babel import Locale
from babel.localedata import locale_identifiers

from forecasting.core import dates, formatting, money, notation, numerals, signs
from forecasting.core.errors import SettingsError
from forecasting.core.notation import Notation
from forecasting.core.shop_settings import ShopSettings
from forecasting.core.signs import NBSP

DAY = pd.Timestamp("2026-11-21 09:14")


def written(of):
    """One of each kind in a notation."""
    with notation.using(of):
        return [
            formatting.units(-1234567.4),
            formatting.headline(12.34),
            formatting.signed(0.34),
            formatting.percent(0.123),
            money.amount(1234.5),
            money.headline(-142204.0),
            formatting.date(DAY),
            formatting.weekday_date(DAY),
            formatting.moment(DAY),
        ]


def test_the_examples_in_the_docstrings_hold():
    assert [doctest.testmod(module).failed for module in (notation, numerals, money, signs, dates)] == [0] * 5


@pytest.mark.parametrize(
    ("of", "texts"),
    [
        (
            Notation(),
            ["−1,234,567", "12.3", "+0.3", f"12.3{NBSP}%", "1,234.50", "−142,200", "21 Nov 2026", "Sat 21 Nov", "21 Nov 09:14"],
        ),
        (
            Notation(currency="EUR", language="de"),
            [
                "−1.234.567",
                "12,3",
                "+0,3",
                f"12,3{NBSP}%",
                f"1.234,50{NBSP}€",
                f"−142.200{NBSP}€",
                "21. Nov. 2026",
                "Sa., 21. Nov.",
                "21. Nov. 09:14",
            ],
        ),
        (
            Notation(currency="JPY", language="ja"),
            ["−1,234,567", "12.3", "+0.3", "12.3%", "￥1,234", "−￥142,200", "2026年11月21日", "11月21日(土)", "11月21日 9:14"],
        ),
        (
            Notation(currency="USD", language="en_US"),
            ["−1,234,567", "12.3", "+0.3", "12.3%", "$1,234.50", "−$142,200", "Nov 21, 2026", "Sat, Nov 21", f"Nov 21 9:14{NBSP}AM"],
        ),
        (
            Notation(currency="INR", language="en_IN"),
            ["−12,34,567", "12.3", "+0.3", "12.3%", "₹1,234.50", "−₹1,42,200", "21 Nov 2026", "Sat, 21 Nov", f"21 Nov 9:14{NBSP}AM"],
        ),
        (
            Notation(language="fa"),
            ["−۱٬۲۳۴٬۵۶۷", "۱۲٫۳", "+۰٫۳", "۱۲٫۳٪", "۱٬۲۳۴٫۵۰", "−۱۴۲٬۲۰۰", "۲۱ نوامبر ۲۰۲۶", "شنبه ۲۱ نوامبر", "۲۱ نوامبر ۹:۱۴"],
        ),
    ],
    ids=["plain", "EUR de", "JPY ja", "USD en_US", "INR en_IN", "fa"],
)
def test_each_language_writes_its_own_way(of, texts):
    assert written(of) == texts


def test_a_currency_alone_stands_as_in_english_and_a_style_wins_over_the_language():
    with notation.using(Notation(currency="CHF")):
        assert money.amount(1234.5) == f"CHF{NBSP}1,234.50"
    with notation.using(Notation(currency="EUR", language="de", decimal_style="1'234.5")):
        assert money.amount(1234.5) == f"1\u2019234.50{NBSP}€"
    with notation.using(Notation(decimal_style="1 234,5")):
        assert formatting.headline(1234.5) == "1\u202f234"


def test_every_language_can_be_chosen_and_has_its_own_ten_digits():
    for code in locale_identifiers():
        system = Locale.parse(code).default_numbering_system
        if system != "latn":
            zero = signs.ZEROS[system]
            assert [unicodedata.decimal(chr(zero + digit)) for digit in range(10)] == list(range(10))
    for code in ("bn", "my", "ff_Adlm", "ar_EG", "sv", "he", "root"):
        assert all(text.isprintable() or NBSP in text for text in written(Notation(currency="EUR", language=code)))


def test_no_mark_of_direction_stands_in_a_number():
    texts = "".join(text for code in ("ar", "ar_EG", "fa", "he") for text in written(Notation(currency="ILS", language=code))[:6])
    assert not any(ord(sign) in signs.MARKS for sign in texts)


def test_a_week_begins_as_chosen_else_as_in_the_region_else_on_monday():
    weeks = [Notation(), Notation(language="en_US"), Notation(language="ar_EG"), Notation(language="en_US", first_weekday="monday")]
    assert [signs.first_weekday(of) for of in weeks] == [0, 6, 5, 0]


def test_a_notation_holds_in_its_own_thread_only():
    with notation.using(Notation(language="de")), ThreadPoolExecutor(1) as other:
        assert other.submit(formatting.units, 1234.0).result() == "1,234"
        assert formatting.units(1234.0) == "1.234"
    assert formatting.units(1234.0) == "1,234"


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"currency": "EURO"}, "ISO 4217"),
        ({"currency": 3}, "currency is a text"),
        ({"language": "klingon"}, "code like de or en_IE"),
        ({"language": "../../etc"}, "code like de or en_IE"),
        ({"decimal_style": "1.5"}, "decimal_style is one of"),
        ({"first_weekday": "Mon"}, "first_weekday is one of"),
    ],
)
def test_what_nobody_knows_is_refused_in_one_sentence(values, says):
    with pytest.raises(SettingsError, match=says):
        ShopSettings.from_dict(values)


def test_settings_have_a_notation_and_write_codes_as_they_are_known():
    chosen = ShopSettings(currency="eur", language="en-IE")
    assert (chosen.currency, chosen.language) == ("EUR", "en_IE")
    assert ShopSettings.from_dict(chosen.to_dict()) == chosen
    assert chosen.notation == Notation(currency="EUR", language="en_IE")


def test_currencies_and_languages_are_named_in_english():
    assert notation.currencies()["EUR"] == "Euro"
    assert "DEM" not in notation.currencies()
    assert notation.languages()["en_IE"] == "English (Ireland)"


def test_numbers_of_versions_and_years_are_not_grouped():
    with notation.using(Notation(language="en_IN")):
        assert (numerals.write(1234567), numerals.write(1234567, grouped=False)) == ("12,34,567", "1234567")
