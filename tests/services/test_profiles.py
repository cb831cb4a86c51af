"""The answers for a file are remembered by its header: the next export of the same system needs none, another one is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from forecasting.core.errors import InputError, NotFound, QuestionsOpen, StateDamaged
from forecasting.intake.answers import KEYS, LEVEL, Answers
from forecasting.intake.profile import Profile, header_id
from forecasting.intake.understood import Choice, Question
from forecasting.services import profile_reading, profiles, sales, submissions
from forecasting.services.submissions import Submission
from forecasting.storage.profiles import forgotten_store
from forecasting.storage.sales.table import Dataset

TILL = "Datum;Artikel;Ort;Menge;Status\n"
MAY = TILL + "".join(
    f"0{day}/05/2026;{item};Markt;{units};{state}\n"
    for day in (4, 5, 6, 7, 8)
    for item, units, state in (("Tee", 10 + day, "paid"), ("Brot", 20, "paid"), ("Tee", 2, "void"))
)
JUNE = MAY.replace("/05/2026", "/06/2026")
"""The same system's next file: dates that can be read in two ways, two rows of a product and day, and some of them void."""
MONTH_FIRST = "".join(f"06/{line[:2]}/{line[6:]}" if line[0] == "0" else line for line in JUNE.splitlines(keepends=True)).replace("06/08/", "06/28/")
SAID = Answers(date_order="day", duplicates="sum", leave_out=(("Status", "void"),))


def file(text, name="june.csv", **said):
    return Submission(content=text.encode(), name=name, alone=True, **said)


def asked(ws, text, **said):
    """The kinds of questions that a file leaves open."""
    try:
        return [question.kind for question in submissions.check(ws, file(text, **said)).understood.questions]
    except QuestionsOpen as error:
        return [question.kind for question in error.questions]


@pytest.fixture
def ws(home):
    """A shop that has May's sales, with all that a person had to say of their file."""
    submissions.merge(home, file(MAY, "may.csv", mapping={"store": "Ort"}, answers=SAID))
    return home


def test_the_next_file_of_the_same_system_needs_no_answer_and_notes_say_what_it_was_read_by(ws):
    checked, merged = submissions.merge(ws, file(JUNE))
    day = sales.uploads(ws)[1].when.astimezone()
    known = f"may.csv of {day.day} {day:%b %Y}"
    assert (merged.new, checked.understood.units["kept"], str(checked.understood.first)[:10]) == (10, 180.0, "2026-06-04")
    assert checked.mapping == {"date": "Datum", "sales": "Menge", "product_id": "Artikel", "store": "Ort"}
    assert [note for note in checked.understood.notes if known in note] == [
        f"Read as {known} was: store is Ort, rows of one day are added up, the day comes first in dates.",
        f"Answered as for {known}: Status says void for rows with 10 units. Were they sold? No, leave them out: 180 units.",
    ]
    assert [profile.name for profile in profiles.profiles(ws)] == ["june.csv"]
    anew = profiles.facts(profiles.profiles(ws)[0])["fields"]
    assert anew == {"duplicates": "sum", "day_first": True, "leave_out": ["Status=void"]}


def test_an_answer_stays_known_over_a_file_that_did_not_ask_for_it(ws):
    calm = "".join(line for line in JUNE.splitlines(keepends=True) if "void" not in line)
    assert "Answered" not in " ".join(submissions.merge(ws, file(calm))[0].understood.notes)
    july = submissions.check(ws, file(JUNE.replace("/06/", "/07/")))
    assert (july.understood.questions, july.understood.units["kept"]) == ((), 180.0)


def test_what_a_person_says_of_a_file_goes_before_what_is_remembered(ws):
    said = Answers(date_order="month", accept=frozenset({"states"}))
    checked = submissions.check(ws, file(JUNE, mapping={"region": "Ort"}, answers=said))
    assert (checked.understood.units["kept"], str(checked.understood.first)[:10]) == (190.0, "2026-04-06")
    assert (checked.mapping["region"], "store" in checked.mapping) == ("Ort", False)


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        (JUNE.replace("Menge", "Stück"), ["dates"]),
        (JUNE.replace(";Status", ";Status;Kasse").replace("paid", "paid;1").replace("void", "void;1"), ["dates"]),
        (JUNE.replace("void", "refunded"), ["states"]),
        (JUNE.replace("Datum", "Datum ").replace("Brot", "Semmel"), []),
        ("".join(";".join(reversed(line.split(";"))) + "\n" for line in JUNE.splitlines()), []),
    ],
)
def test_a_changed_header_and_a_new_kind_of_row_ask_and_another_order_of_columns_does_not(ws, text, questions):
    assert asked(ws, text) == questions


def test_an_order_of_dates_that_does_not_fit_is_not_used_and_one_wrong_date_does_not_put_it_aside(ws):
    checked = submissions.check(ws, file(MONTH_FIRST))
    assert (str(checked.understood.last)[:10], len(checked.problems)) == ("2026-06-28", 0)
    assert checked.understood.notes[-1].endswith("its order of day and month does not fit these dates.")
    checked = submissions.check(ws, file(JUNE + "31/06/2026;Tee;Markt;1;paid\n"))
    assert (checked.problems["problem"].tolist(), str(checked.understood.first)[:10]) == (["No such date"], "2026-06-04")


@pytest.mark.parametrize("gone", ["forgotten", "taken back", "started over", "of an earlier release"])
def test_nothing_is_remembered_of_a_file_that_is(ws, gone, monkeypatch):
    [profile] = profiles.profiles(ws)
    if gone == "forgotten":
        assert profiles.forget(ws, profile.id, "Ada") == profile
        assert forgotten_store(ws).load().by == "Ada"
    elif gone == "taken back":
        sales.undo(ws)
    elif gone == "started over":
        Dataset(ws).clear(at=Dataset(ws).version)
    else:
        old = [replace(upload, reading='{"answers": {}, "mapping": {}}') for upload in sales.uploads(ws)]
        monkeypatch.setattr(Dataset, "since_start", lambda _: old)
    assert (profiles.profiles(ws), asked(ws, JUNE)) == ([], ["dates"])
    with pytest.raises(NotFound, match="Nothing is remembered"):
        profiles.forget(ws, profile.id, "Ada")


def test_a_file_can_be_read_without_what_is_remembered(ws):
    assert asked(ws, JUNE, anew=True) == ["dates"]
    assert asked(ws, JUNE) == []


def test_what_is_said_after_forgetting_is_remembered_again(ws):
    profiles.forget(ws, profiles.profiles(ws)[0].id, "Ada")
    submissions.merge(ws, file(JUNE, answers=replace(SAID, date_order="day", leave_out=(), accept=frozenset({"states"})), mapping={"store": "Ort"}))
    assert submissions.check(ws, file(JUNE.replace("/06/", "/07/"))).understood.units["kept"] == 190.0


def test_where_nobody_knows_what_was_forgotten_nothing_is_used_and_a_note_says_so(ws):
    [profile] = profiles.profiles(ws)
    profiles.forget(ws, profile.id, "Ada")
    forgotten_store(ws).path(1).write_text("{")
    checked = submissions.check(ws, file(JUNE, answers=SAID))
    assert checked.understood.notes[-1].startswith("No earlier answers were used. The forgotten answers of this shop (state 1) are damaged")
    with pytest.raises(StateDamaged):
        profiles.profiles(ws)
    profiles.forget(ws, profile.id, "Ada")
    assert profiles.profiles(ws) == []


def profile(*columns, **said):
    answers = Answers(**said)
    return Profile(id=header_id(columns), name="a.csv", version=1, when=datetime(2026, 5, 3, tzinfo=UTC), mapping={}, answers=answers)


def test_a_first_day_and_what_holds_beside_the_saved_sales_are_never_remembered(ws):
    day = datetime(2026, 5, 3, tzinfo=UTC).date()
    submissions.merge(ws, file(JUNE, answers=Answers(start_date=day, accept=frozenset({LEVEL, KEYS, "states"}))))
    [known] = profiles.profiles(ws)
    assert (known.answers.start_date, known.answers.accept) == (None, {"states"})


@pytest.mark.parametrize(
    ("known", "encoding", "found"),
    [
        ({"sheet": "Sales"}, "", ("Sales", None)),
        ({"header_line": 3}, "", (None, 3)),
        ({"sheet": "May"}, "", (None, None)),
        ({"encoding": "cp1250"}, "cp1252", (None, None)),
        ({"encoding": "cp1250"}, "utf-8", (None, None)),
    ],
)
def test_cells_are_found_where_the_last_file_had_them_unless_this_one_has_no_such_place(monkeypatch, known, encoding, found):
    asked_for = []

    def read(answers):
        asked_for.append(answers)
        if answers.sheet == "May":
            raise InputError("There is no sheet May.")
        return SimpleNamespace(columns=("date", "sales"), reading=SimpleNamespace(encoding=encoding))

    monkeypatch.setattr(profiles, "profiles", lambda _: [profile("date", "sales", **known)])
    recognised = profile_reading.recognised(None, read, Answers())
    assert recognised.profile is not None
    assert (recognised.answers.sheet, recognised.answers.header_line) == found
    assert (recognised.answers.encoding == "cp1250") == (encoding == "cp1252")
    assert len(asked_for) == 1 + (encoding != "utf-8")


def test_two_questions_of_a_kind_have_an_answer_each_and_one_that_settles_nothing_is_given_once():
    asks = [Question("decimals", name, (Choice(name, name, {"accept": [name]}),)) for name in ("thousands", "price-decimals", "returns")]
    known, given = profile("date", accept=frozenset({"thousands", "price-decimals"})), []
    while (answered := profile_reading.answer(known, asks, given)) is not None:
        given.append(answered[1].answer)
    assert given == [{"accept": ["thousands"]}, {"accept": ["price-decimals"]}]


def test_a_file_without_a_header_is_told_as_such():
    assert profiles.said(profile("date", header_line=0)) == {"header_line": 0}
