"""Errors whose text may be shown to a person.

    ShelfcastError
    ├── InputError               what the person gave cannot be used; exit code 2
    │   ├── UnreadableFile       not a sales file at all: empty, binary, broken, too large
    │   ├── ColumnsMissing       no column for `date` or `sales`
    │   ├── AmbiguousDates       03/04 can be read two ways
    │   ├── QuestionsOpen        a file can be read in more than one way
    │   ├── KeysDiffer           other key columns than those of the saved sales
    │   ├── ProblemsFound        some rows cannot be used
    │   ├── SettingsError        a setting outside its range
    │   └── NotFound             no such version, job or series
    ├── NothingPublished         there is no model version to forecast with yet
    ├── VersionDamaged           a version whose files do not match its manifest
    ├── RecordDamaged            a line of the record of what served that is not as it was written
    ├── StockDamaged             saved stock that cannot be read
    ├── LinksDamaged             links between products that cannot be read
    ├── StateDamaged             settings of the shop, or suppliers and who delivers what, that cannot be read
    ├── OrdersDamaged            a line of the order book that is not as it was written
    ├── SalesDamaged             a file of the sales table that is missing or not as it was written
    ├── StorageUnavailable       a file that the system does not give now: no right to it, too many open files, a failing disk
    │   └── VersionUnavailable   a version whose files cannot be read now; nothing says that they are damaged
    ├── OutOfMemory              no memory left for it
    ├── DiskFull                 no space left; nothing of what was being saved was
    ├── NotWritable              a workspace that is read-only, or another user's; it can still be read
    ├── JobRunning               one retrain at a time
    ├── TryAgain                 somebody else changed the sales at the same moment
    │   └── ChangedMeanwhile     somebody else saved since a person looked; trying again needs another look
    ├── EngineUnavailable        nobody is there, or left, to do the fits of a retrain, or their results would differ
    ├── Cancelled                a person ended the retrain
    └── TrainingFailed           a retrain ended without a version

Anything else is a fault of Shelfcast: it is logged whole and never shown as if it were one of these.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from forecasting.core.damages import LinksDamaged as LinksDamaged
from forecasting.core.damages import OrdersDamaged as OrdersDamaged
from forecasting.core.damages import RecordDamaged as RecordDamaged
from forecasting.core.damages import SalesDamaged as SalesDamaged
from forecasting.core.damages import StateDamaged as StateDamaged
from forecasting.core.damages import StockDamaged as StockDamaged
from forecasting.core.damages import VersionDamaged as VersionDamaged
from forecasting.core.root_error import ShelfcastError as ShelfcastError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd


class InputError(ShelfcastError):
    """What the person gave cannot be used as it is; nothing was changed.

    `understood` says what was understood of a file, as `intake.understood.Understood.to_dict` gives it; None where it is not about a file.
    """

    understood: Mapping[str, Any] | None = None


class UnreadableFile(InputError):
    """The bytes are not a table."""


class ColumnsMissing(InputError):
    """No column could be found for a required role.

    Args:
        message: What is missing and what to do.
        missing: The roles without a column, e.g. `("date",)`.
        found: The columns that the file has.
    """

    def __init__(self, message: str, *, missing: Sequence[str], found: Sequence[str]) -> None:
        super().__init__(message)
        self.missing = tuple(missing)
        self.found = tuple(found)


class AmbiguousDates(InputError):
    """All dates of a file can be read in more than one way: day first and month first, or in one year and another.

    Args:
        message: The question.
        column: The column of dates as the file names it.
        examples: A few of its texts.
        choices: For each answer, the likelier first: its name, what it means, and the fields of `intake.answers.Answers` that it sets.
        kind: The name of the question, for programs.
    """

    def __init__(
        self,
        message: str,
        *,
        column: str,
        examples: Sequence[str],
        choices: Sequence[tuple[str, str, Mapping[str, Any]]] = (),
        kind: str = "dates",
    ) -> None:
        super().__init__(message)
        self.column = column
        self.examples = tuple(examples)
        self.choices = tuple(choices)
        self.kind = kind

    def without(self, pattern: str) -> AmbiguousDates:
        """The same question without what a pattern matches in its texts."""
        texts = [re.sub(pattern, "", text) for text in self.examples]
        choices = [(name, re.sub(pattern, "", text), answer) for name, text, answer in self.choices]
        return AmbiguousDates(re.sub(pattern, "", str(self)), column=self.column, examples=texts, choices=choices, kind=self.kind)


class QuestionsOpen(InputError):
    """A file can be read in more than one way, and the readings differ.

    Args:
        message: The questions, each with a line for each choice.
        understood: What was understood, with the same questions as JSON has them.
        questions: The questions themselves (`intake.understood.Question`), whose choices carry their answers.
    """

    def __init__(self, message: str, *, understood: Mapping[str, Any], questions: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.understood = understood
        self.questions = tuple(questions)


class KeysDiffer(InputError):
    """A file and the saved sales have different key columns.

    Args:
        message: Which one, and what to do.
        rows: How many are saved.
        first: Their first day.
        last: Their last day.
    """

    def __init__(self, message: str, *, rows: int, first: pd.Timestamp, last: pd.Timestamp) -> None:
        super().__init__(message)
        self.rows, self.first, self.last = rows, first, last


class ProblemsFound(InputError):
    """Some rows cannot be used.

    Args:
        message: How many, and what to do.
        problems: One row per problem: `line`, `column`, `value`, `problem`, `what_to_do`.
    """

    def __init__(self, message: str, *, problems: pd.DataFrame) -> None:
        super().__init__(message)
        self.problems = problems


class SettingsError(InputError):
    """A setting lies outside its range."""


class NotFound(InputError):
    """There is no version, job or series of that name."""


class NothingPublished(ShelfcastError):
    """There is no version to serve."""


class StorageUnavailable(ShelfcastError):
    """The system does not give a file now; nothing is known of its bytes, and trying again may help."""


class VersionUnavailable(StorageUnavailable):
    """A file of a version cannot be read now.

    Args:
        version: Its number.
        file: The file, by its path inside the version.
        reason: Why, and what to do.
    """

    def __init__(self, version: int, file: str, reason: str) -> None:
        super().__init__(f"Version {version} cannot be read now. {reason}")
        self.version = version
        self.file = file


class OutOfMemory(ShelfcastError):
    """There is no memory left for it; nothing was changed."""


class DiskFull(ShelfcastError):
    """No space is left; everything is as it was before."""


class NotWritable(ShelfcastError):
    """The workspace is read-only, or belongs to another user; nothing was changed, and what is there can still be read."""


class JobRunning(ShelfcastError):
    """A retrain is running already.

    Args:
        job: Its number.
        message: The text for a person; empty for the usual one.
    """

    def __init__(self, job: int, message: str = "") -> None:
        super().__init__(message or f"A retraining is running already (job {job}). This one can start when it ends.")
        self.job = job


class TryAgain(ShelfcastError):
    """Somebody else changed the sales at the same moment; nothing of this change was saved."""


class ChangedMeanwhile(TryAgain):
    """Somebody else saved since the person looked; nothing was changed, and trying again needs another look."""


class EngineUnavailable(ShelfcastError):
    """The engine that a retrain was to use cannot do its fits, or not as this process would; the live version still serves."""


class Cancelled(ShelfcastError):
    """A person ended the task."""


class TrainingFailed(ShelfcastError):
    """A retrain ended without a version; the live version still serves."""
