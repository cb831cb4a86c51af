"""How a log is written: one line a record, whatever the names in it hold."""

from __future__ import annotations

import logging

from forecasting.core import unseen


class LineFormatter(logging.Formatter):
    """Writes messages on one line, and the tracebacks below them with escapes for signs that nobody sees: no name can forge a line of a log."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        record.message = unseen.escaped(record.message)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record, and its traceback."""
        return unseen.escaped_lines(super().format(record))


def to_stderr(layout: str) -> logging.Handler:
    """A handler that writes records in a layout of `logging` to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter(layout))
    return handler
