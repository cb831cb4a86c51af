"""What one of the server's processes is for: programs, pages, or both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

NUMBER: Final = "FORECASTING_PROCESS_NUMBER"
LINE: Final = "FORECASTING_PROCESS_LINE"
"""Variables of a process that another one started: which it is, and the descriptor over which it gets its connections."""
PROGRAMS: Final = 0
"""The number of the process that answers programs, retrains on schedule and sends alerts, where others draw the pages."""
READY: Final = b"r"
"""What a process says on its line once it takes connections."""


@dataclass(frozen=True, slots=True)
class ProcessRole:
    """What this process is for. Each can answer every request; the role says which ones it gets.

    Args:
        number: `PROGRAMS`, or from 1 on for pages; None for the only process of its server.
    """

    number: int | None = None

    @property
    def answers_programs(self) -> bool:
        """Whether requests of programs come here; so do the duties of which a server has one: the schedule and alerts."""
        return self.number in (None, PROGRAMS)

    @property
    def draws_pages(self) -> bool:
        """Whether pages are opened here."""
        return self.number != PROGRAMS

    @classmethod
    def from_environ(cls, environment: Mapping[str, str]) -> ProcessRole:
        """The role that the process which started this one gave it."""
        number = environment.get(NUMBER)
        return cls(None if number is None else int(number))
