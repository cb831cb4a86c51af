"""What a person makes of each finding before a merge: it is right, or it is mended."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import pandas as pd
import streamlit as st

from forecasting.core import formatting, numerals, schema
from forecasting.core.plausibility.findings import LargeValue, NearName, NewCategory
from forecasting.core.plausibility.mends import Mends
from pages.components.shared import markdown

if TYPE_CHECKING:
    from forecasting.core.plausibility.findings import Findings
    from pages.components.shared.file_input import FileInput

RIGHT, USUAL, ANOTHER, OUT, SAVED = "right", "usual", "another", "out", "saved"
"""What may be said of a finding: it is right, or in its place come the usual units, other units, no row, the saved name or category."""
PER_PAGE: Final = 6
"""Findings of a kind that are drawn at once."""
WHATS: Final = {schema.PRODUCT: "product", schema.REGION: "region", schema.STORE: "store"}
Finding = TypeVar("Finding", LargeValue, NearName, NewCategory)


@dataclass(frozen=True)
class Kind(Generic[Finding]):
    """Findings of one kind.

    Args:
        name: For keys of widgets.
        found: All of them.
        head: What they are, by their number.
        fact: One of them in words, in Markdown.
        choices: What may be said of one -> how that reads.
        of_all: The same said of all of them.
    """

    name: str
    found: Sequence[Finding]
    head: tuple[str, str]
    fact: Callable[[Finding], str]
    choices: Callable[[Finding], Mapping[str, str]]
    of_all: Mapping[str, str]


def names(upload: FileInput, findings: Findings) -> Mends:
    """The names that are mended, as far as the person said so; what else is mended depends on them."""
    return Mends(names=tuple(each.mended() for each in findings.names if _said(upload, each) == SAVED))


def all_of(upload: FileInput, findings: Findings) -> Mends:
    """All that is mended."""
    categories = tuple(each.mended() for each in findings.categories if _said(upload, each) == SAVED)
    values = tuple(each.mended(_units(upload, each)) for each in findings.values if _is_mended(upload, each))
    return Mends(names(upload, findings).names, categories, values)


def waits(upload: FileInput, findings: Findings) -> bool:
    """Whether another number is to come that was not typed yet."""
    return any(_said(upload, each) == ANOTHER and _typed(upload, each) is None for each in findings.values)


def show(upload: FileInput, findings: Findings) -> None:
    """Each finding with its choices, by kind, a few at once."""
    for kind in (_values(findings.values), _names(findings.names), _categories(findings.categories)):
        if kind.found:
            _kind(upload, kind)


def _values(found: Sequence[LargeValue]) -> Kind[LargeValue]:
    return Kind(
        "values",
        found,
        ("value far beyond the usual", "values far beyond the usual"),
        _value,
        _value_choices,
        {USUAL: "The usual for all", OUT: "Leave all out"},
    )


def _names(found: Sequence[NearName]) -> Kind[NearName]:
    def choices(each: NearName) -> dict[str, str]:
        return {RIGHT: f"A new {WHATS[each.key]}", SAVED: f"It is {markdown.plain(each.saved)}"}

    def fact(each: NearName) -> str:
        return f"**{markdown.plain(each.new)}** :gray[is new. Did you mean] **{markdown.plain(each.saved)}**:gray[?]"

    return Kind(
        "names", found, ("new name nearly as a saved one", "new names nearly as saved ones"), fact, choices, {SAVED: "All are the saved ones"}
    )


def _categories(found: Sequence[NewCategory]) -> Kind[NewCategory]:
    def choices(each: NewCategory) -> dict[str, str]:
        return {RIGHT: f"Move to {markdown.plain(each.after)}", SAVED: f"Keep in {markdown.plain(each.before)}"}

    def fact(each: NewCategory) -> str:
        return f"**{markdown.plain(each.product)}** :gray[is in {markdown.plain(each.after)} now, before in {markdown.plain(each.before)}.]"

    return Kind("categories", found, ("product in another category", "products in another category"), fact, choices, {SAVED: "Keep all as before"})


def _value(each: LargeValue) -> str:
    whose = ", ".join(filter(None, each.keys))
    day = formatting.weekday_date(pd.Timestamp(each.day))
    usual = f"usually {_number(each.replacement)}{f' on a {each.weekday}' if each.weekday else ''}"
    named = f"{markdown.plain(whose)}, " if whose else ""
    return f"{named}{day}: **{_number(each.units)}** :gray[{usual}]"


def _value_choices(each: LargeValue) -> dict[str, str]:
    usual = _number(each.replacement)
    return {RIGHT: f"Keep {_number(each.units)}", USUAL: f"Make it {usual}", ANOTHER: "Another number", OUT: "Leave out"}


def _number(units: float) -> str:
    """Every unit; two decimals where there are any."""
    return numerals.write(units, 0 if round(units, 2) == round(units) else 2)


def _kind(upload: FileInput, kind: Kind[Any]) -> None:
    with st.container(gap="small"):
        _head(upload, kind)
        pages = -(-len(kind.found) // PER_PAGE)
        key = upload.key(f"mend_{kind.name}_page_{pages}")
        page = st.session_state.get(key, 1)
        for each in kind.found[(page - 1) * PER_PAGE : page * PER_PAGE]:
            _row(upload, kind, each)
        if pages > 1:
            st.pagination(pages, key=key, persist_state="session")


def _head(upload: FileInput, kind: Kind[Any]) -> None:
    """How many there are and how many are mended; where there are several, what is said of all."""
    count, mended = len(kind.found), sum(_is_mended(upload, each) for each in kind.found)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        chip = f" :blue-badge[{numerals.write(mended)} mended]" if mended else ""
        st.markdown(f"**{formatting.count(count, *kind.head)}**{chip}", width="content")
        if count > 1:
            for said, label in {**kind.of_all, RIGHT: "All are right"}.items():
                st.button(label, type="tertiary", on_click=_say, args=(upload, kind.found, said), key=f"mend_{kind.name}_{said}")


def _row(upload: FileInput, kind: Kind[Any], each: Any) -> None:
    choices = kind.choices(each)
    st.session_state.setdefault(_key(upload, each), RIGHT)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(kind.fact(each), width="content")
        st.pills(
            markdown.plain(str(each)),
            list(choices),
            required=True,
            wrap=True,
            format_func=lambda said: choices[said],
            label_visibility="collapsed",
            key=_key(upload, each),
            persist_state="session",
        )
        if _said(upload, each) == ANOTHER:
            st.number_input(
                "Units",
                min_value=0.0,
                max_value=schema.MAX_AMOUNT,
                value=None,
                placeholder="Units",
                label_visibility="collapsed",
                width=120,
                key=f"{_key(upload, each)}_units",
                persist_state="session",
            )


def _say(upload: FileInput, found: Sequence[Any], said: str) -> None:
    for each in found:
        st.session_state[_key(upload, each)] = said


def _said(upload: FileInput, each: Any) -> str:
    return str(st.session_state.get(_key(upload, each)) or RIGHT)


def _is_mended(upload: FileInput, each: Any) -> bool:
    """Whether something comes in its place; not yet where another number is to be typed."""
    said = _said(upload, each)
    return said != RIGHT and (said != ANOTHER or _typed(upload, each) is not None)


def _units(upload: FileInput, each: LargeValue) -> float | None:
    """What comes in place of a value; None for no row."""
    return {USUAL: each.replacement, ANOTHER: _typed(upload, each)}.get(_said(upload, each))


def _typed(upload: FileInput, each: LargeValue) -> float | None:
    units: float | None = st.session_state.get(f"{_key(upload, each)}_units")
    return units


def _key(upload: FileInput, each: Any) -> str:
    """A finding by what it says: what is said of it is not said of another one."""
    return upload.key(f"mend_{hashlib.sha256(repr(each).encode(errors='replace')).hexdigest()[:16]}")
