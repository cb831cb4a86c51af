"""A choice among very many values sends a browser some of them, says how many there are, and finds the others."""

from __future__ import annotations

import pytest
from patience import PATIENCE
from streamlit.testing.v1 import AppTest

FIRST = "The first 500 of 2,000 products are listed. Type a part of a name and press Enter to find the others."
OTHERS = "Type another part to find others."
ANOTHER = "Type another part of a name and press Enter."


def script(count, typed):
    import streamlit as st

    from pages.components.shared import long_choice

    values = [f"{'Tea' if number % 3 else 'Cake'} {number:04d}" for number in range(count)]
    if "product" not in st.session_state:  # as the browser sends it
        st.session_state["product"] = typed
    long_choice.settle("product", values)
    listed = long_choice.options("product", values, st.session_state["product"])
    st.selectbox("Product", listed, index=None, accept_new_options=long_choice.is_long(values), key="product")
    long_choice.note("product", values, "products")


@pytest.mark.parametrize(
    ("count", "typed", "expected"),
    [
        (30, None, (30, "Cake 0000", None, [])),
        (30, "Soap", (30, "Cake 0000", None, [])),
        (2000, None, (500, "Cake 0000", None, [FIRST])),
        (2000, "TEA", (500, "Tea 0001", None, [f"1,333 of 2,000 products have \u201cTEA\u201d. The first 500 are listed. {OTHERS}"])),
        (2000, "00 tea", (85, "Tea 0001", None, [f"85 of 2,000 products have \u201c00 tea\u201d. {OTHERS}"])),
        (2000, "1999", (1, "Tea 1999", "Tea 1999", [f"1 of 2,000 products has \u201c1999\u201d. {OTHERS}"])),
        (2000, "Tea 1999", (501, "Tea 1999", "Tea 1999", [FIRST])),
        (2000, "Soap", (500, "Cake 0000", None, [f"None of 2,000 products has \u201cSoap\u201d. {ANOTHER}"])),
    ],
)
def test_a_few_values_are_all_listed_and_of_many_those_that_have_what_was_typed(count, typed, expected):
    at = AppTest.from_function(script, default_timeout=PATIENCE, kwargs={"count": count, "typed": typed}).run()
    [select] = at.selectbox
    assert (len(select.options), select.options[0], select.value, [caption.value for caption in at.caption]) == expected


@pytest.mark.parametrize(("part", "expected"), [("1999", "Tea 1999"), ("00 tea", None)])
def test_a_part_of_a_name_in_an_address_is_searched_before_anything_else_is_drawn(part, expected):
    def page():
        import streamlit as st

        from pages.components.shared import long_choice

        values = [f"Tea {number:04d}" for number in range(2000)]
        begins_again = long_choice.settle("product", values)
        listed = long_choice.options("product", values, st.session_state.get("product"))
        st.selectbox("Product", listed, index=None, accept_new_options=True, key="product", bind="query-params")
        if begins_again:
            st.rerun()
        long_choice.note("product", values, "products")

    at = AppTest.from_function(page, default_timeout=PATIENCE)
    at.query_params["product"] = part
    at.run()
    assert (at.selectbox[0].value, len(at.caption)) == (expected, 1)
