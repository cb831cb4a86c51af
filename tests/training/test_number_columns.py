"""Columns of a version's files are read when they are asked for, and never as something else than was written."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.core.errors import StorageUnavailable
from forecasting.training.number_columns import NumberColumns

ROWS, NAMES = 30_000, ("prophet", "blend")


@pytest.fixture
def numbers(tmp_path):
    """A file of numbers, some unknown, and what it holds."""
    random = np.random.default_rng(0)
    table = pd.DataFrame({name: np.where(random.random(ROWS) < 0.1, np.nan, random.normal(size=ROWS)) for name in NAMES})
    table.to_parquet(tmp_path / "numbers.parquet", index=False, write_page_checksum=True)
    return tmp_path / "numbers.parquet", table


def test_columns_are_those_that_were_written_also_once_the_file_has_no_name_any_more(numbers):
    path, table = numbers
    columns = NumberColumns(path, NAMES, (ROWS // 3, 3))
    path.unlink()
    assert (list(columns), "lstm" in columns) == (list(NAMES), False)
    for name in NAMES:
        np.testing.assert_array_equal(columns[name], table[name].to_numpy().reshape(-1, 3))
    assert columns["blend"] is columns["blend"]


def test_a_bit_that_flips_before_a_column_is_read_is_told(numbers):
    path, _ = numbers
    columns = NumberColumns(path, NAMES, (ROWS,))
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 4)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 1]))
    with pytest.raises(StorageUnavailable, match="can no longer be read as it was written"):
        [columns[name] for name in NAMES]
