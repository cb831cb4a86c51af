"""The guides to the exports of tills and shops: each example is read as its page says, with the answers that its page names."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from datetime import date

import pytest
from doc_blocks import blocks, unprinted
from repository import ROOT

from forecasting.core.errors import QuestionsOpen
from forecasting.entrypoints.cli import arguments, reading
from forecasting.entrypoints.cli.summary import summary
from forecasting.entrypoints.cli.verbs import VERBS
from forecasting.entrypoints.file_answers import answers_of
from forecasting.intake.answers import NOTHING_SAID
from forecasting.services.reading import read_sales
from forecasting.services.reading_processes import File

INDEX = ROOT / "docs" / "how-to" / "systems.md"
GUIDES = INDEX.with_suffix("")
LISTED = re.compile(r"^\| \[.+\]\(systems/([\w-]+)\.md\) \| .+ \| (.+) \|$", re.MULTILINE)
TODAY = date(2026, 3, 20)
CASES = {
    # file: its guide, questions that it is asked without an answer, units kept, series, first and last day of March 2026
    "square.csv": ("square", [], 23, 8, 2, 4),
    "shopify.csv": ("shopify", ["states"], 18, 3, 1, 4),
    "toast-20260301.csv": ("toast", ["dates", "states"], 12, 3, 1, 1),
    "toast-20260302.csv": ("toast", ["dates", "states"], 6, 3, 2, 2),
    "clover.csv": ("clover", ["states"], 11, 3, 2, 4),
    "loyverse.csv": ("loyverse", ["dates", "states"], 14, 4, 1, 3),
    "lightspeed.csv": ("lightspeed", [], 11, 3, 2, 4),
    "woocommerce.csv": ("woocommerce", ["states"], 21, 1, 2, 5),
    "odoo.csv": ("odoo", [], 30, 3, 2, 5),
    "amazon.txt": ("amazon", ["states"], 12, 3, 1, 4),
    "etsy.csv": ("etsy", ["dates"], 16, 3, 1, 5),
    "business-central.csv": ("business-central", ["dates", "states", "signs", "key"], 37, 5, 2, 6),
    "quickbooks.csv": ("quickbooks", ["dates"], 119, 3, 2, 6),
}


def guide(name):
    return GUIDES / f"{name}.md"


def commands(name):
    """File -> the arguments of the guide's command for it, and what it prints."""
    marked = blocks(guide(name))
    calls = [arguments.parser(VERBS).parse_args(shlex.split(block.text.replace("\\\n", " "))[1:]) for block in marked[::2]]
    return {call.file.name: (call, printed.text) for call, printed in zip(calls, marked[1::2], strict=True)}


def read(file, answers=NOTHING_SAID, mapping=None):
    content = (GUIDES / "files" / file).read_bytes()
    return read_sales(File(content, file, answers, alone=True), mapping or {}, today=TODAY)


def asked(file, answers):
    """The kinds of the questions to someone who has said nothing, but for the order of dates once that was asked."""
    try:
        return [question.kind for question in read(file).understood.questions]
    except QuestionsOpen as error:
        ordered = read(file, replace(NOTHING_SAID, date_order=answers.date_order))
        return [question.kind for question in (*error.questions, *ordered.understood.questions)]


def section(text, title):
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)[1]


def kinds(text):
    """The kinds of questions that a text names before its first colon; none for "Nothing."."""
    return re.findall(r"`([\w-]+)`", text.partition(":")[0])


@pytest.mark.parametrize("file", CASES)
def test_an_example_is_read_as_its_guide_says(file):
    name, questions, units, series, first, last = CASES[file]
    call, printed = commands(name)[file]
    answers = answers_of(vars(call))
    assert asked(file, answers) == questions == kinds(section(guide(name).read_text(encoding="utf-8"), "What is asked"))
    checked = read(file, answers, reading.mapping(call.map))
    told = checked.understood
    assert (told.questions, told.problems, told.units["kept"], told.series) == ((), 0, units, series)
    assert [day.date() for day in (told.first, told.last)] == [date(2026, 3, first), date(2026, 3, last)]
    assert unprinted(printed, summary(told)) is None
    columns = re.findall(r"^\| `(\w+)` \| `(.+)` \|$", section(guide(name).read_text(encoding="utf-8"), "What is read"), re.MULTILINE)
    assert dict(columns) == checked.mapping


def test_every_guide_and_example_is_listed_and_tested():
    guides = {name for name, *_ in CASES.values()}
    assert {path.stem for path in GUIDES.glob("*.md")} == guides
    assert {path.name for path in (GUIDES / "files").iterdir()} == set(CASES)
    rows = dict(LISTED.findall(INDEX.read_text(encoding="utf-8")))
    assert {name: re.findall(r"`([\w-]+)`", row) for name, row in rows.items()} == {name: questions for name, questions, *_ in CASES.values()}
