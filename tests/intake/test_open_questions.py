"""The error that asks the questions of a file."""

from __future__ import annotations

from forecasting.intake.understood import Choice, Question, Understood, open_questions


def test_the_error_carries_the_questions_for_a_page_and_as_json_has_them():
    question = Question("dates", "Which?", (Choice("day", "3 April", {"date_order": "day"}), Choice("month", "4 March", {"date_order": "month"})))
    error = open_questions(Understood(questions=(question,)))
    assert error.questions == (question,)
    assert error.understood["questions"] == [question.to_dict()]
    assert "--day-first" in str(error)
