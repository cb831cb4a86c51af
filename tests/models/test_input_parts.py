"""The parts of the network's forecast: exact, and of the channels that they name."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from panels import panel, regular

from forecasting.models.features import input_parts, inputs
from forecasting.models.features.windows import Features, group_history

DAYS, AHEAD = 420, 14


def windows_of(days, **drivers):
    """The inputs of two series, and their layout."""
    given = {name: np.tile(values[: days + AHEAD], (2, 1)) for name, values in drivers.items()}
    shop = panel({"a": regular(days), "b": regular(days, level=5.0, seed=3)}, drivers=given)
    layout = inputs.design_inputs(shop, lookback=28, horizon=AHEAD)
    features = Features(shop, layout, group_history(shop, layout))
    return features.windows(np.arange(2), np.full(2, days)), layout


@pytest.fixture
def inputs_of_two():
    week = np.arange(DAYS + AHEAD) % 7
    return windows_of(DAYS, price=np.where(week == 2, 2.0, 3.0), promo=(week == 2).astype(float), open=(week != 6).astype(float))


@pytest.mark.parametrize("days", [60, 130, DAYS, 800])
def test_every_channel_of_the_days_ahead_has_a_part(days):
    windows, layout = windows_of(days, price=np.full(days + AHEAD, 2.0))
    assert len(input_parts.channels_ahead(layout)) == windows.ahead.shape[2]


def test_a_share_is_the_mean_over_all_orders():
    random = np.random.default_rng(0)
    values = {frozenset(some): random.normal(size=3) for n in range(16) for some in [[name for bit, name in enumerate("wxyz") if n >> bit & 1]]}
    shares = input_parts.shapley(list("wxyz"), values.__getitem__)
    for name in "wxyz":
        steps = [values[frozenset(order[: order.index(name) + 1])] - values[frozenset(order[: order.index(name)])] for order in permutations("wxyz")]
        np.testing.assert_allclose(shares[name], np.mean(steps, axis=0))
    np.testing.assert_allclose(sum(shares.values()), values[frozenset("wxyz")] - values[frozenset()])


def test_the_parts_add_up_to_what_the_network_says(inputs_of_two):
    windows, layout = inputs_of_two
    mix = np.random.default_rng(1).normal(size=windows.ahead.shape[2])
    answer = lambda ahead: np.exp(0.1 * np.tanh(ahead @ mix))  # noqa: E731
    parts = input_parts.split(answer, windows.past, windows.ahead, layout)
    np.testing.assert_allclose(sum(parts.values()), answer(windows.ahead))
    assert next(iter(parts)) == "level"
    assert set(parts) >= {"weekly", "yearly", "price", "promo", "open"}


def test_windows_are_asked_about_several_times_in_one_go(inputs_of_two, monkeypatch):
    windows, layout = inputs_of_two
    asked = []
    answer = lambda ahead: asked.append(len(ahead)) or np.exp(0.1 * ahead.sum(axis=2))  # noqa: E731
    together = input_parts.split(answer, windows.past, windows.ahead, layout)
    assert max(asked) == input_parts.WINDOWS_AT_ONCE or len(asked) == 1
    monkeypatch.setattr(input_parts, "WINDOWS_AT_ONCE", 0)
    one_by_one = input_parts.split(answer, windows.past, windows.ahead, layout)
    assert {name: values.tolist() for name, values in together.items()} == {name: values.tolist() for name, values in one_by_one.items()}


def test_what_an_answer_does_not_read_has_no_part_in_it(inputs_of_two):
    windows, layout = inputs_of_two
    promo = [channel.part for channel in input_parts.channels_ahead(layout)].index("promo")
    parts = input_parts.split(lambda ahead: 5.0 + 2.0 * ahead[:, :, promo], windows.past, windows.ahead, layout)
    assert {name for name, values in parts.items() if np.abs(values).max() > 1e-6} == {"level", "promo"}
    np.testing.assert_allclose(parts["level"], 5.0 + 2.0 / 7, atol=1e-6)


def test_an_average_day_keeps_the_mean_of_a_week(inputs_of_two):
    windows, layout = inputs_of_two
    average = input_parts.on_average_days(windows.past, windows.ahead, layout)
    weekly = [channel.part == "weekly" for channel in input_parts.channels_ahead(layout)]
    np.testing.assert_allclose(average[:, 0, weekly], windows.ahead[:, :7, weekly].mean(axis=1), rtol=1e-6)
    assert np.ptp(average[:, :, weekly], axis=1).max() == 0
