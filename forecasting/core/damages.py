"""Errors about what is on the disk and is not as it was written. They are imported from `errors`, which draws the tree of all."""

from __future__ import annotations

from forecasting.core.root_error import ShelfcastError


class VersionDamaged(ShelfcastError):
    """A version's files do not match its manifest.

    Args:
        version: Its number.
        file: The first file that does not match.
    """

    def __init__(self, version: int, file: str) -> None:
        remedy = "Put it back from a backup, or retrain to publish a new one."
        super().__init__(f"Version {version} is damaged: {file} does not match its manifest. {remedy}")
        self.version = version
        self.file = file


class RecordDamaged(ShelfcastError):
    """A line of the record of what served is not as it was written.

    Args:
        line: Which, from 1.
    """

    def __init__(self, line: int) -> None:
        remedy = "Put the file back from a backup; its other lines count."
        super().__init__(f"Line {line} of artifacts/versions/served.jsonl is damaged, so that nobody knows what served then. {remedy}")
        self.line = line


class StockDamaged(ShelfcastError):
    """A saved state of the stock cannot be read."""


class LinksDamaged(ShelfcastError):
    """Links between products that cannot be read as they were written."""


class StateDamaged(ShelfcastError):
    """What people said of a shop that cannot be read as they saved it.

    Args:
        noun: What it is, in the plural: "settings", "suppliers".
        where: The file inside the workspace.
        remedy: What a person can do but fetch the file from a backup: "save the settings again".
        state: The number of the state.
    """

    def __init__(self, noun: str, *, where: str, remedy: str, state: int) -> None:
        super().__init__(
            f"The {noun} of this shop (state {state}) are damaged and cannot be read. Put {where} back from a backup, or {remedy}:"
            " that saves a new state."
        )
        self.state = state


class OrdersDamaged(ShelfcastError):
    """A line of the order book is not as it was written, so that nobody can be sure what was ordered.

    Args:
        line: Its number in the file, 1 for the first.
    """

    def __init__(self, line: int) -> None:
        super().__init__(
            f"Line {line} of the order book (data/orders/book.jsonl) is damaged, so what was ordered cannot be known for sure and nothing is ordered"
            " meanwhile. Put the file back from a backup: the lines after that backup are still in the damaged file, keep it."
        )
        self.line = line


class SalesDamaged(ShelfcastError):
    """A file of the sales table is missing, or not as it was written.

    Args:
        message: Which file, and what to do.
        file: Its path inside the table.
    """

    def __init__(self, message: str, *, file: str) -> None:
        super().__init__(message)
        self.file = file
