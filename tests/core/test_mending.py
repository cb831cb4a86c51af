"""Sales of an upload as a person mended them: names first, then categories and values; nothing that is not there."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from small_tables import sales

from forecasting.core.errors import InputError
from forecasting.core.plausibility import mending
from forecasting.core.plausibility.mends import MendedCategory, MendedName, MendedValue, Mends
from forecasting.intake.answers import Answers
from forecasting.intake.process.json_forms import answers_from_json, answers_to_json
from forecasting.intake.profile import remembered

DAY, NEXT = date(2026, 3, 4), date(2026, 3, 5)
COLUMNS = ("date", "product_id", "category", "sales")
NIGHT = sales(
    ("2026-03-04", "Croissant", "Bakery", 7600), ("2026-03-04", "Croisant", "Bakery", 3), ("2026-03-05", "Croisant", "Bakery", 4),
    ("2026-03-04", "Tea", "Drinks", 20), ("2026-03-05", "Tea", "Drinks", 900), columns=COLUMNS,
)  # fmt: skip
MENDS = Mends(
    names=(MendedName("product_id", "Croisant", "Croissant"),),
    categories=(MendedCategory("Tea", "Drinks", "Bakery"),),
    values=(MendedValue(("Croissant", "", ""), DAY, 7603, 25.0), MendedValue(("Tea", "", ""), NEXT, 900, None)),
)


def test_names_are_joined_then_categories_and_values_are_put_right_and_the_upload_stays_as_it_was():
    before = NIGHT.copy()
    assert mending.mended(NIGHT, MENDS).astype({"date": str}).to_numpy().tolist() == [
        ["2026-03-04", "Croissant", "Bakery", 25.0],
        ["2026-03-05", "Croissant", "Bakery", 4.0],
        ["2026-03-04", "Tea", "Bakery", 20.0],
    ]
    pd.testing.assert_frame_equal(NIGHT, before)
    assert mending.mended(NIGHT, Mends()) is NIGHT
    assert mending.notes(MENDS) == (
        '1 name mended: "Croisant" is "Croissant".',
        "1 category mended: Tea stays in Bakery, not Drinks.",
        "2 values mended: 25 in place of 7,603 on 4 Mar 2026 of Croissant; 900 on 5 Mar 2026 of Tea left out.",
    )


@pytest.mark.parametrize(
    ("mends", "missing"),
    [
        (Mends(names=(MendedName("product_id", "Rols", "Rolls"),)), "no product Rols"),
        (Mends(names=(MendedName("store", "Noth", "North"),)), "no store Noth"),
        (Mends(categories=(MendedCategory("Tea", "Food", "Bakery"),)), "no Tea in Food"),
        (Mends(names=(MendedName("product_id", "Tea", "Croissant"),), categories=(MendedCategory("Tea", "Drinks", "Bakery"),)), "no Tea in Drinks"),
        (Mends(values=(MendedValue(("Tea", "", ""), DAY, 21, 20),)), "no row with 21 on 4 Mar 2026 of Tea"),
        (Mends(values=(MendedValue(("Rolls", "", ""), DAY, 21, None),)), "no row with 21 on 4 Mar 2026 of Rolls"),
    ],
)
def test_what_is_mended_has_to_be_there(mends, missing):
    with pytest.raises(InputError, match=f"does not fit this file: it has {missing}"):
        mending.mended(NIGHT, mends)


def test_mends_go_with_the_answers_of_one_file_as_json_and_are_no_answer_for_the_next():
    said = Answers(duplicates="sum", mends=MENDS)
    assert answers_from_json(answers_to_json(said)) == said
    assert remembered(said) == Answers(duplicates="sum")
