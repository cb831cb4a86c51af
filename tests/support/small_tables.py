"""Sales tables of a few rows."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pandas as pd

from forecasting.core import schema
from forecasting.storage.sales import parts
from forecasting.storage.sales.table import Upload


def sales(*rows, columns=("date", "store", "sales")):
    """Sales of a file, as intake makes them."""
    frame = pd.DataFrame(rows, columns=list(columns))
    for name in frame:
        kind = "datetime64[us]" if name == schema.DATE else "str" if name in parts.TEXTS else "float64"
        frame[name] = pd.to_datetime(frame[name]).astype(kind) if name == schema.DATE else frame[name].astype(kind)
    keys = [name for name in schema.KEYS if name in frame]
    return frame[[name for name in schema.COLUMNS if name in frame]].sort_values([*keys, schema.DATE], ignore_index=True)


def upload(name="a.csv", content=None, **facts):
    content = name.encode() if content is None else content
    return Upload(name, hashlib.sha256(content).hexdigest(), datetime(2026, 11, 22, 9, 14, tzinfo=UTC), content=content, **facts)


def merged(dataset, *frames):
    for number, frame in enumerate(frames):
        dataset.merge(frame, upload(f"{number}.csv"))
    return dataset


ONE = sales(("2024-01-01", "a", 5), ("2024-01-02", "a", 6), ("2024-01-01", "b", 7))


TWO = sales(("2024-01-02", "a", 8), ("2024-01-03", "a", 9), ("2024-01-01", "b", 7))


BOTH = sales(("2024-01-01", "a", 5), ("2024-01-02", "a", 8), ("2024-01-03", "a", 9), ("2024-01-01", "b", 7))
