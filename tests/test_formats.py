"""Workspaces as earlier releases saved them: they load, and serve what they served then.

`shop_1` reads its version's sales from the sales table.
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pandas as pd
import pytest

from forecasting import service
from forecasting.workspace import Workspace

SHOPS = sorted((Path(__file__).parent / "data").glob("shop_*.zip"))


@pytest.fixture(params=SHOPS, ids=lambda path: path.stem)
def saved(request, tmp_path):
    shutil.unpack_archive(request.param, tmp_path / "shop")
    return Workspace(tmp_path / "shop")


def test_a_saved_workspace_loads_and_forecasts_as_on_the_day_it_was_saved(saved):
    serving = service.serving(saved)
    assert (serving.version, serving.refused) == (1, ())
    found = service.forecast_csv(service.load(saved, 1), {}, 7)
    expected = (saved.home / "forecast.csv").read_bytes()
    pd.testing.assert_frame_equal(pd.read_csv(io.BytesIO(found)), pd.read_csv(io.BytesIO(expected)), rtol=1e-3)


def test_a_saved_workspace_remembers_its_uploads(saved):
    assert [upload.name for upload in service.uploads(saved)] == ["sales.csv"]
    service.undo(saved)
    assert not service.has_sales(saved)
