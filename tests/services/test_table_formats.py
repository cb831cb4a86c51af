"""A forecast table that is written part by part is the one that is written at once."""

from __future__ import annotations

import io

import numpy as np
import orjson
import pandas as pd
import past_ensembles
import pytest

from forecasting.analysis import forecast_table
from forecasting.core import json_values
from forecasting.core.errors import InputError, NotFound
from forecasting.services import forecasts, table_formats
from forecasting.services.table_formats import CSV, LINES, PARQUET

SERIES, STEPS, ROWS = 12, 7, 20


@pytest.fixture
def ensemble(monkeypatch):
    """Series with names that a CSV must quote, some of which the network has no forecast of."""
    monkeypatch.setattr(forecast_table, "ROWS_AT_ONCE", ROWS)
    products = [f"{number:02} Tea" for number in range(SERIES - 2)] + ["=1+1", 'a\r\n"b", c']
    made = past_ensembles.ensemble(*past_ensembles.noisy(n=SERIES), series={"product_id": products, "store": ["N", "S"] * (SERIES // 2)})
    made.yhat["lstm"][3] = np.nan
    return made


@pytest.mark.parametrize("last_year", [False, True])
def test_all_parts_of_each_format_are_the_table_and_none_has_many_rows(ensemble, last_year):
    layout = forecasts.layout(ensemble, last_year=last_year)
    table = forecast_table.forecast_table(ensemble, {}, STEPS, layout)
    parts = {media: list(table_formats.written(ensemble, {}, STEPS, layout, media).parts) for media in (CSV, LINES, PARQUET)}
    assert b"".join(parts[CSV]) == forecasts.forecast_csv(ensemble, {}, STEPS, last_year=last_year)
    lines = [orjson.loads(line) for part in parts[LINES] for line in part.splitlines()]
    assert lines == orjson.loads(json_values.of_columns({str(name): table[name].to_numpy() for name in table}))
    read = pd.read_parquet(io.BytesIO(b"".join(parts[PARQUET])))
    pd.testing.assert_frame_equal(read.assign(date=pd.to_datetime(read["date"])), table, check_dtype=False)
    assert len(parts[PARQUET]) == len(parts[LINES]) + 1 == SERIES // (ROWS // STEPS) + 1
    assert max(len(part.splitlines()) for part in parts[LINES]) <= ROWS


@pytest.mark.parametrize("choice", [{"total": True}, {"level": "week"}])
def test_what_depends_on_all_series_together_is_one_part(ensemble, choice):
    written = table_formats.written(ensemble, {}, STEPS, forecasts.layout(ensemble, **choice), CSV)
    assert not written.is_large
    assert list(written.parts) == [forecasts.forecast_csv(ensemble, {}, STEPS, **choice)]


def test_what_cannot_be_answered_is_refused_before_the_first_part(ensemble):
    with pytest.raises(NotFound):
        table_formats.written(ensemble, {"store": "X"}, STEPS, forecast_table.USUAL, LINES)
    with pytest.raises(InputError):
        table_formats.written(ensemble, {}, 500, forecast_table.USUAL, LINES)
