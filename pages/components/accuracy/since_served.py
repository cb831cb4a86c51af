"""Since it served: does the live forecast keep its promise?"""

from __future__ import annotations

import math
from functools import partial
from typing import Final

import streamlit as st

from forecasting.analysis.monitoring.findings import Finding, named
from forecasting.analysis.monitoring.monitor import Monitor
from forecasting.core import formatting
from forecasting.core.errors import NotFound, SalesDamaged, StorageUnavailable, TryAgain
from forecasting.services import monitoring, workspaces
from pages.charts import language, monitor
from pages.components.shared import layout, markdown, person, wording
from pages.components.shared.addresses import UPLOAD
from pages.components.shared.figures import Chip, figure

PAST_CHECK: Final = "Past check"
SINCE_SERVED: Final = "Since it served"
VIEW: Final = "accuracy_view"
_ICONS: Final = {
    "level": "trending_down",
    "coverage": "unfold_more",
    "rows": "remove",
    "zeros": "exposure_zero",
    "weekdays": "date_range",
    "prices": "sell",
    "uploads": "cloud_off",
}
_COLORS: Final = {"alarm": "orange", "watch": "gray", "note": "gray"}
_NAMES: Final = {"Alarms": "alarm", "Watching": "watch", "Notes": "note", "Known": "known"}
_POINTS: Final = 0.005
"""A difference in points up to which the promise counts as kept."""


def is_asked_for() -> bool:
    """Whether somebody wants to see what became of the forecast, rather than the past check; asks."""
    st.session_state.setdefault(VIEW, PAST_CHECK)
    view = st.segmented_control("View", [PAST_CHECK, SINCE_SERVED], key=VIEW, label_visibility="collapsed", required=True)
    return view == SINCE_SERVED


def show() -> None:
    """The page of it."""
    try:
        found = monitoring.monitor(workspaces.workspace())
    except (SalesDamaged, StorageUnavailable) as error:
        st.error(markdown.plain(str(error)), icon=":material/error:")
        return
    if not found.days:
        first = formatting.weekday_date(found.next_look)
        layout.empty("hourglass_empty", "No day to grade yet", f"Upload the sales of days after the training. First look on {first}.")
        _findings(found)
        return
    _numbers(found)
    _findings(found)
    _charts(found)
    _smallest(found)


def _numbers(found: Monitor) -> None:
    period = found.graded.period
    more, gap = found.wape - found.promised, found.coverage - found.promised_coverage
    off = found.sold / found.forecast - 1 if found.forecast else float("nan")
    with st.grid(4, min_column_width=150):
        figure(
            "Error promised", formatting.percent(found.promised), Chip("past check", description=f"a product, a {period.name}"), "Before it served."
        )
        figure("Error met", formatting.percent(found.wape), _kept(more, worse=more > 0, after=f"in {period.count(found.days)}"), _MET)
        held = _kept(gap, worse=gap < 0, after=f"promised {formatting.percent(found.promised_coverage, 0)}")
        figure("Inside the 80 % range", formatting.percent(found.coverage), held, "Share of products and days that sold within their range.")
        chip = Chip(
            f"{formatting.percent(abs(off))} {'below' if off < 0 else 'above'}", description=f"forecast {formatting.headline(found.forecast)}"
        )
        figure("Forecast and sold", formatting.headline(found.sold), chip, "Units of all products together.")


_MET: Final = "Each day is graded with the forecast that was live when it began, also where that version was deleted since."


def _kept(points: float, *, worse: bool, after: str) -> Chip:
    """The chip of a promise and what became of it."""
    if not abs(points) > _POINTS:
        return Chip("as promised", description=after)
    text = f"{wording.points(points)} {'more' if points > 0 else 'less'}"
    return Chip(text, "orange" if worse else "gray", description=after)


def _findings(found: Monitor) -> None:
    groups = {name: [each for each in found.findings if _group(each) == loudness] for name, loudness in _NAMES.items()}
    filled = {name: listed for name, listed in groups.items() if listed}
    if not filled:
        _calm(found)
        return
    with st.container(border=True, key="findings_card"):
        title = formatting.count(len(groups["Alarms"]), "finding") if groups["Alarms"] else "No alarm"
        with layout.card_head(title, "Season, holidays and what was planned are taken out first; about one false alarm a year is to be expected"):
            names = {name: f"{name} {len(listed)}" for name, listed in filled.items()}
            chosen = st.pills("Show", list(filled), format_func=lambda name: names[name], default=next(iter(filled)), label_visibility="collapsed")
        for place, finding in enumerate(filled.get(chosen or next(iter(filled)), [])):
            _finding(finding, place)
    if not found.look.is_judged:
        _not_judged()


def _finding(finding: Finding, place: int) -> None:
    icon = "trending_up" if finding.what == "level" and finding.size > 0 else _ICONS[finding.what]
    color = _COLORS[finding.loudness]
    badges = [] if finding.since is None or "since" in finding.fact else [f":gray-badge[since {formatting.weekday_date(finding.since)}]"]
    if finding.what == "level":
        span = f"{formatting.signed_percent(finding.lower)} to {formatting.signed_percent(finding.upper)}"
        badges.append(f":{color}-badge[{formatting.signed_percent(finding.size)} ({span})]")
    with st.container(horizontal=True, gap="small", key=f"accuracy_finding_{place}"):
        st.markdown(f":{color}[:material/{icon}:]", width="content")
        with st.container(gap=None, width="stretch"):
            st.markdown(f"**{markdown.plain(finding.fact)}** {' '.join(badges)}")
            if finding.detail:
                st.markdown(markdown.plain(finding.detail))
            if finding.advice:
                st.caption(f"**What to do.** {markdown.plain(finding.advice)}")
        if finding.what in ("rows", "zeros", "uploads", "weekdays", "prices") and st.button(
            "Upload", icon=":material/upload:", key=f"accuracy_up_{place}"
        ):
            st.switch_page(UPLOAD)
        if finding.acknowledged:
            st.caption("Known", width="content")
        else:
            st.button("We know", icon=":material/check:", key=f"accuracy_know_{place}", on_click=partial(_acknowledge, finding.id))


def _acknowledge(finding: str) -> None:
    try:
        monitoring.acknowledge(workspaces.workspace(), finding, person.login())
    except (NotFound, TryAgain) as error:
        st.toast(markdown.plain(str(error)), icon=":material/warning:")


def _calm(found: Monitor) -> None:
    with st.container(border=True, horizontal=True, gap="small", key="calm_card"):
        if not found.look.is_judged:
            _not_judged()
            return
        st.markdown(":green[:material/check_circle:]", width="content")
        series = formatting.count(len(found.graded.y), "series", "series")
        st.markdown(f"**Nothing found in {found.graded.period.count(found.days)}.** {series} keep to the forecast.", width="stretch")


def _not_judged() -> None:
    st.caption("Levels and ranges are not judged yet: that takes a past check of three cutoffs or more, of two weeks each. Rows are.")


def _charts(found: Monitor) -> None:
    unit = found.graded.period.name
    left, right = st.columns([1.6, 1])
    with left, layout.card("Forecast and sold", f"Units a {unit}, each {unit} against the forecast that was live when it began", height="stretch"):
        chart = monitor.forecast_and_sold(found.daily)
        st.plotly_chart(chart, config=language.config(), key="served_chart", alt="What was sold beside what was forecast")
    caption = f"Error of a product on a {unit}. Dashed: promised {formatting.percent(found.promised)}. Shaded: 9 usual weeks of 10"
    with right, layout.card("Promised against met", caption, height="stretch"):
        chart = monitor.promised_and_met(found.weekly, found.promised, found.usual_weeks)
        st.plotly_chart(chart, config=language.config(), key="met_chart", alt="The error of each week beside the promised one")


def _smallest(found: Monitor) -> None:
    """The honest figure of the page: what could be found."""
    listed = [f"{named(key)} {formatting.percent(share, 0)}" for key, share in found.smallest if not math.isnan(share)]
    if listed:
        text = (
            f"Smallest change of four weeks that would be an alarm: {markdown.plain(', '.join(listed))}. Less than that cannot be told from chance."
        )
        st.caption(text)


def _group(finding: Finding) -> str:
    return "known" if finding.acknowledged else finding.loudness
