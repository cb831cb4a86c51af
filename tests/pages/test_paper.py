"""Copies of tables for the printer."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
import streamlit as st
from patience import PATIENCE
from streamlit.testing.v1 import AppTest

from pages.components.shared import paper

NUMBER, DATE = st.column_config.NumberColumn, st.column_config.DateColumn


@pytest.mark.parametrize(
    ("value", "column", "text"),
    [
        (1234.5, NUMBER(format="%,.0f"), "1,234"),
        (1234.5, NUMBER(format="%,.2f"), r"1,234\.50"),
        (12.0, NUMBER(format="%+.1f %%"), r"\+12\.0 %"),
        (3.04, NUMBER(format="%.1f d"), r"3\.0 d"),
        (12345.0, NUMBER(format="localized"), "12,345"),
        (7, NUMBER(format="%d"), "7"),
        (float("nan"), NUMBER(format="%,.0f"), "-"),
        (None, None, "-"),
        (pd.NaT, DATE(format="D MMM"), "-"),
        (date(2026, 7, 3), DATE(format="ddd D MMM YYYY"), "Fri 3 Jul 2026"),
        (pd.Timestamp(2026, 7, 3), DATE(format="MMM YYYY"), "Jul 2026"),
        (["Order now", "Changed"], st.column_config.MultiselectColumn(), "Order now, Changed"),
        ("a|b <b>*", None, r"a\|b \<b\>\*"),
    ],
)
def test_a_cell_on_paper_reads_as_it_does_on_the_screen(value, column, text):
    assert paper.cell(value, column) == text


def test_a_copy_has_every_row_and_what_is_left_out_is_said():
    def page():
        import pandas as pd
        import streamlit as st

        from pages.components.shared import paper

        columns = {"name": st.column_config.ButtonColumn("Product", key="press"), "past": st.column_config.LineChartColumn("Past"), "n": "Units"}
        paper.copy("few", pd.DataFrame({"name": ["Tea", "a|b"], "past": [[1], [2]], "n": [1, 2]}), columns)
        paper.copy("many", pd.DataFrame({"n": range(paper.MAX_ROWS + 3)}), {})

    at = AppTest.from_function(page, default_timeout=60).run()
    assert at.markdown[0].value.split("\n") == ["| Product | Units |", "| :- | :- |", "| Tea | 1 |", r"| a\|b | 2 |"]
    assert len(at.markdown[1].value.split("\n")) == 2 + paper.MAX_ROWS
    assert at.caption[0].value == f"The first {paper.MAX_ROWS} of {paper.MAX_ROWS + 3} rows; the download has all."


def test_a_long_table_says_what_it_leaves_out():
    def script():
        from pages.components.shared import tables

        for rows in (tables.MOST, tables.MOST + 1234):
            tables.left_out(rows)
            tables.left_out(rows, "Filter to see others.", order="worst")

    at = AppTest.from_function(script, default_timeout=PATIENCE).run()
    assert [caption.value for caption in at.caption] == ["The first 500 of 1,734.", "The 500 worst of 1,734. Filter to see others."]
