"""How files of one header were read: the answers that the next file with it needs not be asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from forecasting.core import schema
from forecasting.core.plausibility.mends import NOTHING_MENDED
from forecasting.intake.answers import KEYS, LEVEL, NOTHING_SAID, Answers
from forecasting.intake.column_mapping import Mapping as Roles
from forecasting.intake.column_mapping import over_guess
from forecasting.intake.understood import Choice, Question

OF_ONE_FILE: Final = frozenset({LEVEL, KEYS})
"""Kinds of doubts whose answer is never remembered."""
OF_THE_TABLE: Final = ("sheet", "encoding", "header_line")
"""Answers by which the cells of a file are found."""
NAMED: Final = (*OF_THE_TABLE, "duplicates", "date_order", "period")
"""Answers that are named where a file is read by them."""
DUPLICATES: Final = {"sum": "rows of one day are added up", "last": "of rows of one day the last one counts"}


def header_id(columns: Sequence[str]) -> str:
    """The name of a header, whatever the order of its columns.

    Example:
        >>> header_id(["date", "sales"]) == header_id(["sales", "date"]) != header_id(["date", "units"])
        True
    """
    return hashlib.sha256("\0".join(sorted(columns)).encode(errors="surrogatepass")).hexdigest()[:12]


def of_cells(answers: Answers) -> Answers:
    """The answers by which the cells of a file are found, without the others."""
    return replace(NOTHING_SAID, **{name: getattr(answers, name) for name in OF_THE_TABLE})


def remembered(answers: Answers) -> Answers:
    """The answers that hold for the next file too: neither a first day, nor what is right or mended in one file beside the saved sales."""
    return replace(answers, start_date=None, accept=answers.accept - OF_ONE_FILE, mends=NOTHING_MENDED)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """How the files of one header were read.

    Args:
        id: The header, as `header_id` names it.
        name: What the newest of them is called.
        version: The version of the sales that it made.
        when: When it was uploaded.
        mapping: Role -> column, as it was read.
        answers: What was said of it.
        earlier: What was said of those before it, the newest first; counts for questions that it did not ask.
    """

    id: str
    name: str
    version: int
    when: datetime
    mapping: Mapping[str, str]
    answers: Answers = NOTHING_SAID
    earlier: tuple[Answers, ...] = ()

    @property
    def all_answers(self) -> tuple[Answers, ...]:
        """What was said of the files of this header, the newest first."""
        return (self.answers, *self.earlier)

    def of_table(self, said: Answers, *, in_unicode: bool = False) -> Answers:
        """What was said of a file, and where the cells of the last one were found.

        Args:
            said: What was said of the file.
            in_unicode: Whether it is a text in a Unicode encoding, which says so itself.
        """
        names = [name for name in OF_THE_TABLE if getattr(said, name) is None and not (in_unicode and name == "encoding")]
        return replace(said, **{name: getattr(self.answers, name) for name in names})

    def over(self, said: Answers, mapping: Mapping[str, str]) -> Answers:
        """What was said of a file, and the answers of the last one where nothing was, but for where its cells are.

        Args:
            said: What was said of the file.
            mapping: Role -> column, as far as somebody said so; a column of sales means that rows are not counted.
        """
        return replace(
            said,
            duplicates=said.duplicates or self.answers.duplicates,
            date_order=said.date_order or self.answers.date_order,
            period=said.period or self.answers.period,
            count_rows=said.count_rows or (self.answers.count_rows and schema.SALES not in mapping),
        )

    def roles(self, mapping: Mapping[str, str]) -> Roles:
        """Role -> column as the last file had it, but for what somebody said of this one."""
        return over_guess(self.mapping, mapping)

    def choice(self, question: Question) -> Choice | None:
        """The answer that a question had the last time; None if it was never asked with such an answer."""
        for answers in self.all_answers:
            for choice in question.choices:
                if choice.answer and all(self._has(answers, name, value) for name, value in choice.answer.items()):
                    return choice
        return None

    def _has(self, answers: Answers, name: str, value: Any) -> bool:
        if name == "mapping":
            return all(self.mapping.get(role) == column for role, column in value.items())
        known = getattr(answers, name)
        return set(value) <= set(known) if name in ("leave_out", "accept") else bool(value == known)

    def facts(self, guess: Mapping[str, str], said: Answers, read_with: Answers, mapping: Mapping[str, str]) -> list[str]:
        """What a file is read by that neither itself nor a person says, a few words each.

        Args:
            guess: Role -> column as the file has it.
            said: What was said of the file.
            read_with: What it is read with.
            mapping: Role -> column, as far as somebody said so.
        """
        own, theirs = self.roles(mapping), over_guess(guess, mapping)
        columns = [f"{role} is {own[role]}" if role in own else f"no {role}" for role in schema.ROLES if own.get(role) != theirs.get(role)]
        new = {name: getattr(read_with, name) for name in NAMED if getattr(said, name) is None}
        return [*columns, *_shown(new), *(["each row is one unit sold"] if read_with.count_rows and not said.count_rows else [])]


def _shown(values: Mapping[str, Any]) -> list[str]:
    """Answers in words, but for those that nobody gave."""
    line = values.get("header_line")
    texts = {
        "sheet": f"sheet {values.get('sheet')}",
        "encoding": f"encoding {values.get('encoding')}",
        "header_line": "no line names the columns" if line == 0 else f"header in line {line}",
        "duplicates": DUPLICATES.get(values.get("duplicates") or "", ""),
        "date_order": f"the {values.get('date_order')} comes first in dates",
        "period": f"a row stands for a {values.get('period')}",
    }
    return [texts[name] for name, value in values.items() if value is not None]
