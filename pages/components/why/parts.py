"""Parts of the page that says why a forecast changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd
import streamlit as st

from forecasting.analysis.change_explanation import picture
from forecasting.core import formatting, unseen
from forecasting.core.errors import ShelfcastError
from forecasting.services import change_explanation, versions, workspaces
from pages.charts import language, waterfall
from pages.components.shared import cells, layout, markdown, paper
from pages.components.why import links

if TYPE_CHECKING:
    from forecasting.analysis.change_explanation.explanation import Explanation
    from forecasting.analysis.change_explanation.picture import Picture
    from forecasting.services.change_explanation import Why

EACH, SAME = "Next days of each", "Same days only"
COLUMN_WIDTH: Final = 92
MOST_ROWS: Final = 16
"""Of a table that does not scroll."""


class Pair(NamedTuple):
    """The two versions that a person chose.

    Args:
        before, after: Their numbers.
        same_days: Whether only days count that both forecast.
    """

    before: int
    after: int
    same_days: bool


def versions_there() -> dict[str, dict[str, Any]]:
    """Every version that can be explained, newest first, by its name."""
    listed = versions.versions(workspaces.workspace())
    return {links.named(each["version"]): each for each in listed if "damaged" not in each}


def ask(there: dict[str, dict[str, Any]], live: int) -> Pair | None:
    """The two versions; None, said, where there is only one."""
    if len(there) < 2:
        with layout.empty("waterfall_chart", "There is one version only.", "Retrain after new sales: then you see here what changed, and why."):
            return None
    names = list(there)
    usual = names.index(links.named(live)) if links.named(live) in names else 0
    earlier = usual + 1 if usual + 1 < len(names) else 0
    for key in (links.BEFORE, links.AFTER):
        if st.session_state.get(key) not in (None, *names):
            del st.session_state[key]
    with st.grid(2, min_column_width=150):
        before = st.selectbox("Before", names, index=earlier, key=links.BEFORE, bind="query-params", help=_help(there))
        after = st.selectbox("After", names, index=usual, key=links.AFTER, bind="query-params")
    days = st.segmented_control("Days", (EACH, SAME), default=EACH, required=True, label_visibility="collapsed", key="why_days")
    return Pair(there[before]["version"], there[after]["version"], days == SAME)


def _help(there: dict[str, dict[str, Any]]) -> str:
    lines = [f"{name}: {formatting.moment(pd.Timestamp(each['trained']))}{', live' if each['live'] else ''}" for name, each in there.items()]
    return "  \n".join(lines[:12])


def explained(pair: Pair) -> Why | None:
    """Why the forecast changed, with a placeholder while it is found out; None, said, where it cannot be."""
    try:
        with st.skeleton(height=420):
            return change_explanation.why(workspaces.workspace(), pair.before, pair.after, same_days=pair.same_days)
    except ShelfcastError as error:
        with layout.empty("compare_arrows", "These versions cannot be compared.", markdown.plain(str(error))):
            return None


def csv(pair: Pair, filters: dict[str, str]) -> bytes:
    """The table of all series that the filters choose, as `change_explanation.table_csv` gives it."""
    return change_explanation.table_csv(change_explanation.why(workspaces.workspace(), pair.before, pair.after, same_days=pair.same_days), filters)


def context(told: Explanation, pair: Pair, filters: dict[str, str]) -> str:
    """What the numbers are of: "Next 28 days of v6 and of v7, Bread"."""
    of = ", ".join(filters.values()) or "everything added up"
    days = told.window.period.count(len(told.window.after))
    which = f"{days} that v{pair.before} and v{pair.after} both forecast" if pair.same_days else f"Next {days} of v{pair.before} and of v{pair.after}"
    return markdown.plain(f"{which}, {of}")


def answer(of: Why, told: Explanation, shown: Picture, pair: Pair) -> None:
    """The sentence, the bars, what of them is chance, and what is certain."""
    st.markdown(f"#### {markdown.plain(picture.sentence(told, shown))}", anchors=False)
    if shown.bars:
        st.plotly_chart(
            waterfall.waterfall(shown, links.named(pair.before), links.named(pair.after)),
            config=language.config(),
            key="why_bars",
            alt=f"From v{pair.before} to v{pair.after}: {', '.join(waterfall.texts(shown))}",
        )
        chance = filter(None, [of.chance(told, shown)])
        st.caption(" ".join(["The parts add up exactly.", *waterfall.cut_scale(shown), *chance, *of.certain]))
    if shown.rest:
        with st.expander(f"Other: {len(shown.rest)} small parts"):
            st.markdown("  \n".join(f"{picture.label(name)} {picture.signed(units, shown.digits)}" for name, units in shown.rest.items()))


def table(shown: Picture) -> None:
    """Every product with all parts: columns add up to the bars, rows to the change."""
    form = f"%,.{shown.digits}f"
    config: dict[str, Any] = {"name": st.column_config.TextColumn("Product", pinned=True, width=150)}
    config |= {name: st.column_config.NumberColumn(name.title(), format=form, width=COLUMN_WIDTH) for name in ("before", "after")}
    signed = ["change", *shown.bars]
    labels = {"change": "Change"} | {name: picture.short(name) for name in shown.bars}
    helps = {name: picture.label(name) for name in shown.bars if picture.label(name) != labels[name]}
    signs = form.replace("%", "%+")
    config |= {name: st.column_config.NumberColumn(labels[name], format=signs, width=COLUMN_WIDTH, help=helps.get(name)) for name in signed}
    rows = shown.table
    cells.show(
        unseen.legible(rows.assign(**{name: rows[name].replace(0, pd.NA) for name in signed})),
        column_config=config,
        hide_index=True,
        height="content" if len(rows) <= MOST_ROWS else 430,
        placeholder="0",
        alt="What changed of each product, and why",
    )
    paper.copy("why", rows, config)
