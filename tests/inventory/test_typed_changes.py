"""What a person typed over is kept cell by cell, so that it can be laid over stock that somebody else saved meanwhile."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.inventory.stock import typed_changes
from forecasting.inventory.stock.typed_changes import CellChange


def table(**columns):
    rows = {
        "product_id": ["bread", "bread", "cake"],
        "on_hand": [5.0, np.nan, 7.0],
        "on_order": [10.0, 20.0, np.nan],
        "due": pd.to_datetime(["2026-01-12", "2026-01-20", None]).astype("datetime64[us]"),
        "lead_times": ["6;7", "", ""],
    }
    return pd.DataFrame({**rows, **columns})


def test_cells_that_differ_are_told_by_series_row_and_column():
    typed = table(on_hand=[5, None, 9], due=[pd.Timestamp("2026-01-12").date(), pd.Timestamp("2026-01-21").date(), None], lead_times=[None, "", ""])
    assert typed_changes.between(table(), typed) == (
        CellChange(("cake",), 0, "on_hand", 7.0, 9.0),
        CellChange(("bread",), 1, "due", "2026-01-20", "2026-01-21"),
        CellChange(("bread",), 0, "lead_times", "6;7", None),
    )
    assert typed_changes.between(table(), table()) == ()


def test_cells_typed_into_some_of_the_rows_are_those_of_the_whole_table():
    cells = {0: {"on_hand": 9, "lead_times": " 3 "}, 1: {"due": "2026-01-21", "on_order": None}}
    assert typed_changes.of_cells(table(), np.array([2, 1]), cells) == (
        CellChange(("cake",), 0, "on_hand", 7.0, 9.0),
        CellChange(("cake",), 0, "lead_times", None, "3"),
        CellChange(("bread",), 1, "due", "2026-01-20", "2026-01-21"),
        CellChange(("bread",), 1, "on_order", 20.0, None),
    )


def test_changes_laid_over_the_saved_table_give_the_typed_one():
    typed = table(on_hand=[np.nan, np.nan, 9.0], due=pd.to_datetime(["2026-01-13", None, None]).astype("datetime64[us]"), lead_times=["", "", "3"])
    overlay = typed_changes.overlaid(table(), typed_changes.between(table(), typed))
    pd.testing.assert_frame_equal(overlay.table, typed)
    assert (overlay.clashes, overlay.lost) == ((), ())


def test_what_somebody_else_saved_meanwhile_stays_and_the_same_cell_is_a_clash():
    changes = typed_changes.between(table(), table(on_hand=[6.0, np.nan, 9.0]))
    theirs = table(on_hand=[5.0, np.nan, 8.0], on_order=[11.0, 20.0, np.nan])
    overlay = typed_changes.overlaid(theirs, changes)
    assert overlay.clashes == ((CellChange(("cake",), 0, "on_hand", 7.0, 9.0), 8.0),)
    assert overlay.table["on_hand"].tolist()[::2] == [6.0, 8.0]
    assert overlay.table["on_order"].tolist()[:2] == [11.0, 20.0]
    assert typed_changes.overlaid(table(on_hand=[6.0, np.nan, 9.0]), changes).clashes == ()


@pytest.mark.parametrize(("mine", "cake"), [(True, 9.0), (False, 8.0)])
def test_a_clash_is_settled_by_choosing_a_side(mine, cake):
    changes = typed_changes.between(table(), table(on_hand=[6.0, np.nan, 9.0]))
    theirs = table(on_hand=[5.0, np.nan, 8.0])
    settled = typed_changes.settled(changes, typed_changes.overlaid(theirs, changes).clashes, mine=mine)
    overlay = typed_changes.overlaid(theirs, settled)
    assert overlay.clashes == ()
    assert overlay.table["on_hand"].tolist()[::2] == [6.0, cake]


def test_changes_of_rows_that_are_gone_are_told():
    changes = typed_changes.between(table(), table(on_hand=[6.0, np.nan, 9.0], on_order=[10.0, 21.0, np.nan]))
    overlay = typed_changes.overlaid(table().iloc[[0]], changes)
    assert [(change.series, change.place) for change in overlay.lost] == [(("cake",), 0), (("bread",), 1)]
    assert overlay.table["on_hand"].tolist() == [6.0]


def test_of_two_changes_of_a_cell_the_newer_one_counts():
    old, new = CellChange(("cake",), 0, "on_hand", 7.0, 9.0), CellChange(("cake",), 0, "on_hand", 8.0, 10.0)
    other = CellChange(("bread",), 0, "on_hand", 5.0, 6.0)
    assert typed_changes.together((new,), (old, other)) == (new, other)
