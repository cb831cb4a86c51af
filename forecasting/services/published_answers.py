"""What a version answers whoever asks: worked out when it is published, and written beside its models for all who read them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from forecasting.analysis import published_parts
from forecasting.analysis.monitoring import usual_scores
from forecasting.inventory.simulation import counted_past
from forecasting.inventory.stock.state import GivenStock
from forecasting.services import monitoring, past_checks
from forecasting.training import cleaned_sales, learned_bands
from forecasting.training.ensemble import Ensemble

logger = logging.getLogger("shelfcast")
NAMES: Final = (learned_bands.NAME, counted_past.NAME, cleaned_sales.NAME, usual_scores.NAME, published_parts.NAME)
"""Files of a version that follow from its others; versions of earlier releases work them out when they are asked for."""


def write(trained: Ensemble, folder: Path, given: GivenStock) -> None:
    """Writes them into a version's folder, those of orders as they follow from this stock and these terms.

    What cannot be worked out is left out, for whoever asks to be told why: no failure here keeps a version from being published, but a full disk.
    """
    answers: tuple[Callable[[], None], ...] = (
        partial(past_checks.write, trained, folder, given),
        lambda: cleaned_sales.write(trained.panel, trained.cleaned, folder),
        lambda: usual_scores.write(monitoring.usual_of(trained), folder),
        partial(published_parts.write, trained, folder),
    )
    for answer in answers:
        try:
            answer()
        except OSError:
            raise
        except Exception:
            logger.exception("An answer of the version could not be worked out ahead")
