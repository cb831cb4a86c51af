"""The sales that lie between those of two versions, and what has to be trained on them to tell new sales from corrected ones."""

from __future__ import annotations

import pandas as pd

from forecasting.analysis.change_explanation import names
from forecasting.core import schema


def with_new_days(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """The old sales as they were, and the new ones after the last day on which anything was known to be sold: without corrections of the past.

    Args:
        old, new: Sales as two versions learned them: a row a series and day.

    Example:
        >>> days = pd.to_datetime(["2026-11-01", "2026-11-02", "2026-11-03"])
        >>> old, new = (pd.DataFrame({"date": days[:n], "sales": units}) for n, units in ((2, [1.0, 2.0]), (3, [1.0, 9.0, 3.0])))
        >>> with_new_days(old, new)["sales"].tolist()
        [1.0, 2.0, 3.0]
    """
    last = old.loc[old[schema.SALES].notna(), schema.DATE].max()
    return pd.concat([old[old[schema.DATE] <= last], new[new[schema.DATE] > last]], ignore_index=True)


def trainings(*, corrected: bool, new_days: bool, settings: bool) -> tuple[str, ...]:
    """What has to be trained so that corrected sales can be told apart from all else that changed; nothing where that is certain without.

    Args:
        corrected: Whether rows changed that the first version knew.
        new_days: Whether the second knows later days.
        settings: Whether they were trained with other settings.

    Example:
        >>> trainings(corrected=True, new_days=True, settings=False), trainings(corrected=False, new_days=True, settings=True)
        (('new sales',), ())
    """
    if not corrected:
        return ()
    return (*[names.NEW_SALES] * new_days, *[names.SETTINGS] * settings)
