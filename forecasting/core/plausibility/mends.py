"""What a person mends in an upload before it is saved: values, names and categories that are mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class MendedValue:
    """A value that is left out, or has another number in its place.

    Args:
        keys: Whose it is: the values of `schema.KEYS`, after names are mended; empty texts for those that the upload has not got.
        day: Of which day.
        before: The units in the upload.
        after: The units in their place; None to leave the row out.
    """

    keys: tuple[str, ...]
    day: date
    before: float
    after: float | None


@dataclass(frozen=True, slots=True)
class MendedName:
    """A name that is another spelling of a saved one.

    Args:
        key: The key column.
        before: The name in the upload.
        after: The saved one.
    """

    key: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class MendedCategory:
    """A product that stays in its category.

    Args:
        product: The product, after names are mended.
        before: The category in the upload.
        after: The saved one.
    """

    product: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Mends:
    """All that is mended in one upload: names first, then categories and values."""

    names: tuple[MendedName, ...] = ()
    categories: tuple[MendedCategory, ...] = ()
    values: tuple[MendedValue, ...] = ()

    def __len__(self) -> int:
        """How many there are."""
        return len(self.names) + len(self.categories) + len(self.values)

    def to_json(self) -> dict[str, Any]:
        """As JSON has it."""
        values = [{**asdict(each), "day": each.day.isoformat()} for each in self.values]
        return {"names": [asdict(each) for each in self.names], "categories": [asdict(each) for each in self.categories], "values": values}

    @classmethod
    def from_json(cls, form: Mapping[str, Any]) -> Mends:
        """The same from JSON."""
        values = ({**each, "keys": tuple(each["keys"]), "day": date.fromisoformat(each["day"])} for each in form["values"])
        return cls(
            tuple(MendedName(**each) for each in form["names"]),
            tuple(MendedCategory(**each) for each in form["categories"]),
            tuple(MendedValue(**each) for each in values),
        )


NOTHING_MENDED: Final = Mends()
