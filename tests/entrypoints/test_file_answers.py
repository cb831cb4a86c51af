"""What a person says of a file has the same names on the command line, in forms and in Python, and what is printed there is understood here."""

from __future__ import annotations

import inspect
import json
import shlex
from datetime import date

import pytest

from forecasting import retrain_model
from forecasting.core.errors import InputError
from forecasting.entrypoints.api.forms import Choices
from forecasting.entrypoints.cli import arguments
from forecasting.entrypoints.cli.reading import mapping
from forecasting.entrypoints.cli.verbs import VERBS
from forecasting.entrypoints.file_answers import NAMES, answers_of
from forecasting.intake.answers import NOTHING_SAID, Answers, flags, form_fields

ANSWERS = [
    {"duplicates": "sum"},
    {"duplicates": "last"},
    {"date_order": "day"},
    {"date_order": "month"},
    {"date_order": "year"},
    {"sheet": "März 2026"},
    {"sheet": "-"},
    {"sheet": "--sheet"},
    {"encoding": "cp1250"},
    {"header_line": 5},
    {"header_line": 0},
    {"count_rows": True},
    {"leave_out": [("Status", "Cancelled")]},
    {"leave_out": [("Status", "Cancelled"), ("Status", "re=funded"), ("-Type", "-")]},
    {"start_date": date(2026, 3, 1)},
    {"period": "week"},
    {"accept": frozenset({"total", "spikes"})},
    {"mapping": {"store": "Outlet Name", "sales": "商品 'x' = \"y\""}},
    {"mapping": {"sales": "Qty"}, "duplicates": "last", "count_rows": True},
]


def as_answers(answer):
    return NOTHING_SAID.with_answer(answer)


@pytest.mark.parametrize("answer", ANSWERS, ids=flags)
@pytest.mark.parametrize("verb", ["upload", "retrain"])
def test_flags_that_are_printed_give_their_answer(verb, answer):
    args = arguments.parser(VERBS).parse_args([verb, "sales.csv", *shlex.split(flags(answer))])
    assert (answers_of(vars(args)), mapping(args.map)) == (as_answers(answer), answer.get("mapping", {}))


@pytest.mark.parametrize("answer", ANSWERS, ids=flags)
def test_fields_that_are_printed_give_their_answer(answer):
    fields = json.loads(json.dumps(form_fields(answer)))
    texts = {name: value if isinstance(value, (str, list)) else json.dumps(value) for name, value in fields.items()}
    choices = Choices.model_validate(texts)
    assert (answers_of(dict(choices)), json.loads(choices.mapping or "{}")) == (as_answers(answer), answer.get("mapping", {}))
    assert answers_of(fields) == as_answers(answer)
    assert set(fields) <= set(inspect.signature(retrain_model).parameters)


def test_flags_of_several_answers_stand_beside_each_other():
    every = [answer for answer in ANSWERS if not {"date_order", "sheet", "duplicates"} & answer.keys()]
    every += [{"date_order": "year"}, {"sheet": "-"}, {"duplicates": "sum"}]
    words = [word for answer in every for word in shlex.split(flags(answer))]
    args = arguments.parser(VERBS).parse_args(["upload", "sales.csv", *words])
    expected = NOTHING_SAID
    for answer in every:
        expected = expected.with_answer(answer)
    assert answers_of(vars(args)) == expected


def test_every_answer_has_the_same_name_everywhere():
    args = vars(arguments.parser(VERBS).parse_args(["upload", "sales.csv"]))
    assert [name for name in NAMES if name not in args] == []
    assert [name for name in NAMES if name not in Choices.model_fields] == []
    assert [name for name in NAMES if name not in inspect.signature(retrain_model).parameters] == []
    assert answers_of(args) == answers_of(dict(Choices())) == answers_of({}) == NOTHING_SAID


@pytest.mark.parametrize(
    ("stated", "order"),
    [
        ({"day_first": True}, "day"),
        ({"day_first": False}, "month"),
        ({"day_first": False, "month_first": True}, "month"),
        ({"day_first": None, "month_first": False, "year_first": False}, None),
        ({"year_first": True}, "year"),
    ],
)
def test_the_order_of_a_date(stated, order):
    assert answers_of(stated) == Answers(date_order=order)


@pytest.mark.parametrize(
    ("stated", "text"),
    [
        ({"day_first": True, "month_first": True}, "not with the day and the month at once"),
        ({"day_first": True, "year_first": True}, "not with the day and the year at once"),
        ({"day_first": False, "year_first": True}, "not with the month and the year at once"),
        ({"duplicates": "first"}, "duplicates is sum or last, not 'first'"),
        ({"period": "year"}, "period is day or week or month, not 'year'"),
        ({"header_line": -1}, "counted from 1"),
        ({"leave_out": ["Status"]}, "COLUMN=VALUE"),
        ({"leave_out": "Status"}, "COLUMN=VALUE"),
        ({"start_date": "1.3.2026"}, "The start date is a day as 2026-03-01, not '1.3.2026'"),
        ({"start_date": "2026-02-30"}, "not '2026-02-30'"),
    ],
)
def test_what_cannot_be_meant_is_refused(stated, text):
    with pytest.raises(InputError, match=text):
        answers_of(stated)


def test_one_text_may_stand_for_a_list():
    assert answers_of({"leave_out": "Status=Void", "accept": "total"}) == Answers(leave_out=(("Status", "Void"),), accept=frozenset({"total"}))
    assert answers_of({"leave_out": [("a=b", "c")], "start_date": date(2026, 3, 1)}) == Answers(
        leave_out=(("a=b", "c"),), start_date=date(2026, 3, 1)
    )
