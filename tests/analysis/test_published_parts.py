"""The parts of a forecast that were told when it was published are those that its models tell."""

from __future__ import annotations

import numpy as np
import past_ensembles as pasts

from forecasting.analysis import published_parts
from forecasting.analysis.contributions import contributions


def test_parts_come_back_as_they_were_told(tmp_path):
    made = pasts.sparse()
    assert published_parts.read(tmp_path, made.panel) is None
    told = contributions(made, made.cleaned, np.arange(len(made.panel)))
    published_parts.write(made, tmp_path)
    read = published_parts.read(tmp_path, made.panel)
    assert (list(read.parts), read.average) == (list(told.parts), told.average)
    assert read.dates.equals(told.dates)
    for one, other in [(read.forecast, told.forecast), *zip(read.parts.values(), told.parts.values(), strict=True)]:
        assert one.tobytes() == other.tobytes()
    np.testing.assert_array_equal(read.between(0, 7)["units"], told.between(0, 7)["units"])
