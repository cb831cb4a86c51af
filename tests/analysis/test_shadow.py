"""Grading the live version beside another one: which one, by what evidence, and what is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from forecasting.analysis.champion.evidence import evidence, half_difference
from forecasting.analysis.champion.grading import Graded, grade
from forecasting.analysis.champion.turns import turn
from forecasting.core.period import DAY, WEEK
from forecasting.storage.versions.moves import Move

START = datetime(2026, 1, 1, 3, tzinfo=UTC)


def record(*steps):
    """Moves of (day, version) or (day, version, why)."""
    before, moves = None, []
    for day, version, *why in steps:
        moves.append(Move(START + timedelta(days=day), before, version, *(why or ["retrain"])))
        before = version
    return tuple(moves)


def shadow(*steps, days=84):
    found = turn(record(*steps), lambda _: days)
    return found and (found.shadow, found.versions)


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ([], None),
        ([(0, 1)], (None, (1,))),
        ([(0, 1), (1, 2)], (1, (2,))),
        ([(0, 1), (7, 2), (14, 3)], (2, (3,))),
        ([(0, 1), (7, 2), (14, 3), (15, 4), (20, 5)], (2, (3, 4, 5))),
        ([(0, 1), (7, 2), (14, 3), (15, 4), (22, 5)], (4, (5,))),
        ([(0, 1), (20, 2), (21, 1, "went_back")], (2, (1,))),
        ([(0, 1), (20, 2), (21, 1, "damaged"), (22, 2, "mended"), (23, 3)], (1, (2, 3))),
        ([(0, 1), (9, 2), (20, None, "started_over"), (21, 3)], (None, (3,))),
    ],
)
def test_the_shadow_is_the_version_that_served_before_for_a_week(steps, found):
    assert shadow(*steps) == found


def test_with_a_retrain_a_day_evidence_adds_up_and_the_next_shadow_is_that_of_seven_days_before():
    daily = [(day, day + 1) for day in range(100)]
    assert shadow(*daily[:60]) == (1, tuple(range(2, 61)))
    assert shadow(*daily[:86]) == (79, (86,))
    assert shadow(*daily[:90]) == (79, tuple(range(86, 91)))
    assert shadow(*daily[:20], days=14) == (9, tuple(range(16, 21)))


def test_the_evidence_against_a_worked_example():
    # x = .12 on a day: g = .1 / .22; the bets give 1.09091, 1.18182, 1.27273, 1.36364, 1.43182
    np.testing.assert_allclose(evidence(np.array([0.12])), [1.268182], atol=1e-6)
    two_days = [(1 + bet * 0.1 / 0.22) * (1 + bet * 0.18 / 0.22) for bet in (0.2, 0.4, 0.6, 0.8, 0.95)]
    np.testing.assert_allclose(evidence(np.array([0.12, 0.9]))[1], np.mean(two_days))
    np.testing.assert_array_equal(half_difference(np.array([3.0, 0.0, 1.0]), np.array([1.0, 0.0, 1.0])), [0.5, 0.0, 0.0])


def days(live, other, *, count=28, n=6):
    """Series of 10 a day with noise; both versions miss by a factor."""
    random = np.random.default_rng(1)
    y = random.poisson(50.0, (n, count)).astype(float)
    return Graded(y, np.full(y.shape, 50.0 * live), np.full(y.shape, 50.0 * other), np.full(n, 50.0))


def test_a_live_version_that_is_worse_is_said_to_be():
    found = grade(9, 7, "shadow", days(1.3, 1.0), DAY)
    assert (found.is_advised, found.days) == (True, 28)
    assert found.sentence.startswith("Going back to version 7 is better beyond doubt: on the same 28 days version 9 missed by ")
    held = grade(7, 8, "held", days(1.3, 1.0), DAY)
    assert held.sentence.startswith("To serve version 8, which was held, is better beyond doubt: ")


def test_an_equal_version_and_a_better_one_stay():
    for live, other in ((1.0, 1.0), (1.0, 1.3)):
        found = grade(9, 7, "shadow", days(live, other), DAY)
        assert not found.is_advised
        assert found.sentence.startswith("Beside version 7: on the same 28 days version 9 missed by ")
    none = grade(9, 8, "challenger", days(1.0, 1.0, count=0), WEEK)
    assert (none.days, none.e, none.sentence) == (0, 1.0, "Version 9 and the challenger, version 8, share no day yet on which sales are known.")


def test_days_without_most_of_the_sales_and_what_only_one_forecast_do_not_count():
    graded = days(1.0, 1.0, count=10, n=5)
    graded.y[:3, 0] = np.nan  # 40 % of the usual sales are known
    graded.y[:2, 1] = np.nan  # 60 %
    graded.y[:, 2] = np.nan
    graded.live[:3, 3] = np.nan
    graded.other[0, 4] = np.nan
    ours, theirs = graded.misses()
    assert len(ours) == len(theirs) == 7
    np.testing.assert_array_equal(ours[1], np.abs(graded.y[1:, 4] - 50).sum())
