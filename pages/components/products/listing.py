"""The table of all products: searched while one types, sorted and filtered on the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

import pandas as pd
import streamlit as st

from forecasting.analysis import by_span, products
from forecasting.core import caches, formatting, numerals, schema, unseen
from forecasting.core.errors import NotFound
from forecasting.services import products as services
from pages.components.products import wording
from pages.components.shared import cells, live_version, paper, parts, product_links
from pages.components.shared import wording as shared
from pages.components.shared.filters import ask_filters, no_match

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ButtonColumnResult, ColumnConfig

    from forecasting.core.period import Period

Answer = TypeVar("Answer")
SEARCH, SORT, FLAGS, OPENED = "search", "sort", "products_flags", "products_opened"
"""Keys of the session; search and order stand in the URL."""
SORTS: Final = {
    "Revenue": (products.REVENUE, False),
    "Next": (products.NEXT, False),
    "Gains most": (products.CHANGE, False),
    "Loses most": (products.CHANGE, True),
    "Cover": (services.COVER, True),
    "Usual miss": (products.MISS, False),
    "Name": (products.PRODUCT, True),
}
"""What the URL says -> by which column, and whether the smallest comes first."""
FEW: Final = 12
"""Rows up to which the table is as high as they are."""
LAZY_FROM: Final = 1000
"""Rows beyond which the browser gets only those that it shows."""
MAX_ON_PAPER: Final = 200
"""Products that paper shows; more would slow the search."""
LINKED: Final = 6
"""Products found, up to which each has a link of its own above the table, for the keyboard."""


@parts.fragment()
def show(version: int, table_of: Callable[[dict[str, str]], pd.DataFrame], steps: int) -> None:
    """The controls and the table; typing draws nothing else anew.

    Args:
        version: What is served.
        table_of: Filters -> the table of the products that they choose; raises NotFound.
        steps: Days (weeks, months) ahead, and back.
    """
    ensemble = live_version.of_part(version)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input("Search", type="search", placeholder="Name or category", live=True, key=SEARCH, bind="query-params")
        sort = st.container(width=170)
    filters = ask_filters(ensemble, (schema.CATEGORY, *product_links.TRAVELLING))
    try:
        table = table_of(filters)
    except NotFound:
        card = st.container(border=True, key="no_match")
        no_match(card.container(gap=None), card, filters)
        return
    order = sort.selectbox("Sort by", _sorts(table), key=SORT, bind="query-params")
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch"):
            flags = _ask_flags(table)
        download = st.container(width="content")
    asked = (text or "", tuple(flags), order or _sorts(table)[0])
    rows = _once(table, _listed, *asked)
    download.download_button(
        "Download",
        lambda: services.products_csv(_listed(table_of(filters), *asked)),
        "products.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="products_csv",
    )
    if text and 0 < len(rows) <= LINKED:
        product_links.row(rows[products.PRODUCT].tolist(), filters)
    _draw(rows, filters, ensemble.panel.period, steps)


def _sorts(table: pd.DataFrame) -> list[str]:
    """Orders that make sense, the usual one first: of columns that say something."""
    return [name for name, (column, _) in SORTS.items() if column in table and table[column].notna().any()]


def _ask_flags(table: pd.DataFrame) -> list[str]:
    """Filters with counts; only flags that some product has."""
    counts = {flag: int(table[flag].sum()) for flag in services.flags_of(table)}
    there = [flag for flag, count in counts.items() if count]
    st.session_state[FLAGS] = [flag for flag in st.session_state.get(FLAGS, []) if flag in there]
    return st.pills(
        "Flags",
        there,
        selection_mode="multi",
        format_func=lambda flag: f"{wording.FLAGS[flag]} {numerals.write(counts.get(flag, 0))}",
        label_visibility="collapsed",
        key=FLAGS,
        persist_state="session",
    )


def _listed(table: pd.DataFrame, text: str, flags: tuple[str, ...], order: str) -> pd.DataFrame:
    return _sorted(_chosen(services.matching(table, text), list(flags), searched=bool(text)), order)


def _once(table: pd.DataFrame, work: Callable[..., Answer], *arguments: object) -> Answer:
    """What a function makes of a table, once for all who look at it, unless that would be much to keep."""
    return caches.once(table, work, table, *arguments) if len(table) <= LAZY_FROM else work(table, *arguments)


def _chosen(rows: pd.DataFrame, flags: list[str], *, searched: bool) -> pd.DataFrame:
    """The rows with one of the flags. Products no longer sold are there only where somebody asks for them, or looks for a name."""
    if flags:
        return rows[rows[flags].any(axis=1)]
    return rows if searched else rows[~rows[products.GONE]]


def _sorted(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    column, ascending = SORTS[name]
    return rows.sort_values(column, ascending=ascending, kind="stable", na_position="last")


def _draw(rows: pd.DataFrame, filters: Mapping[str, str], period: Period, steps: int) -> None:
    if rows.empty:
        st.caption("No product fits. Search for less, or take a filter away.")
        return
    columns = _columns(rows, filters, period, steps)
    shown = _once(rows, _cells, tuple(columns))
    cells.show(
        shown,
        column_config=columns,
        hide_index=True,
        height="content" if len(rows) <= FEW else 640,
        placeholder="",
        lazy=len(rows) > LAZY_FROM,
        key="products_table",
        alt="Products with their forecast, their change, their stock and how far their forecast is usually off",
    )
    paper.copy("products", shown, columns, most=MAX_ON_PAPER)
    st.caption(wording.totals(rows, period.count(steps)))


def _cells(rows: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """These columns of the rows as they are shown: one flag, the most urgent; shares as percentages."""
    rows = unseen.legible(rows)
    flags = services.flags_of(rows)
    first = [next(([wording.FLAGS[flag]] for flag, there in zip(flags, row, strict=True) if there), []) for row in rows[flags].to_numpy()]
    written = rows.assign(flag=pd.Series(first, rows.index, dtype=object))
    written[products.PRODUCT] = [product_links.label(name) for name in rows[products.PRODUCT]]
    written[products.MISS] = 100 * rows[products.MISS]
    if schema.CATEGORY in written:
        written[schema.CATEGORY] = written[schema.CATEGORY].map(unseen.escaped)
    return written[list(columns)]


def _columns(rows: pd.DataFrame, filters: Mapping[str, str], period: Period, steps: int) -> dict[str, ColumnConfig | ButtonColumnResult]:
    """The first ones answer on a phone."""
    ahead = period.count(steps)
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    whole = formatting.column(rows[products.NEXT].to_numpy(dtype=float))
    config: dict[str, ColumnConfig | ButtonColumnResult] = {
        products.PRODUCT: product_links.column([product_links.address(name, filters) for name in rows[products.PRODUCT]], OPENED, 138),
        products.NEXT: number(f"Next {steps}", format=whole, width=60, help=f"Units in the next {ahead}."),
        products.CHANGE: number("Change", format=whole.replace("%", "%+"), width=60, help=f"Units more or less than in the last {ahead}."),
        "flag": st.column_config.MultiselectColumn(
            "Flag", options=list(wording.FLAGS.values()), color=list(wording.COLORS.values()), width=118, help=wording.FLAG_HELP
        ),
        by_span.LAST_YEAR: number("Last year", format=whole, width=74, help="Units in the same weeks last year, on the same weekdays."),
        products.REVENUE: number("Revenue", format="%,.0f", width=78, help=f"What the next {ahead} bring at the planned or last known price."),
        services.COVER: number("Cover", format="%.1f d", width=66, help=wording.COVER_HELP),
        products.SPARK: st.column_config.LineChartColumn("Past and next", color="gray", y_min=0, width=120, help=wording.SPARK_HELP),
        products.MISS: st.column_config.ProgressColumn(
            "Usual miss", format=f"%.1f{formatting.NBSP}%%", min_value=0, max_value=100, color="gray", width=120, help=wording.MISS_HELP
        ),
        services.CLASS: text("Class", width=56, help=f"{shared.CLASS_HELP} {wording.XYZ_HELP}"),
        schema.CATEGORY: text("Category", width=110),
        products.LAST: number(f"Last {steps}", format=whole, width=64, help=f"Units in the last {ahead}."),
    }
    return {name: column for name, column in config.items() if name in ("flag", products.PRODUCT) or (name in rows and rows[name].notna().any())}
