"""Views that many look at, worked out once."""

from __future__ import annotations

import gc
from weakref import ref

import past_ensembles as past
import pytest

from forecasting.analysis import backtest_bands, forecast_view
from forecasting.core import notation, schema
from forecasting.core.errors import NotFound
from forecasting.core.period import WEEK
from forecasting.services import accuracy, cache, versions, views, what_ifs


@pytest.fixture(autouse=True)
def forgotten():
    yield
    cache.forget()


def test_each_version_filter_range_level_and_notation_has_its_own_view_once():
    ensemble, other = past.sparse(), past.sparse()
    asked = [
        (ensemble, {}, 14, None),
        (other, {}, 14, None),
        (ensemble, {schema.PRODUCT: "Screw"}, 14, None),
        (ensemble, {schema.PRODUCT: "Screw", schema.STORE: "N"}, 14, None),
        (ensemble, {}, 7, None),
        (ensemble, {}, 14, WEEK),
    ]
    seen = [views.view(*each) for each in asked]
    with notation.using(notation.Notation(decimal_style="1.234,5")):
        seen.append(views.view(*asked[3]))
        assert seen[-1].two_numbers == forecast_view.view(*asked[3]).two_numbers != seen[3].two_numbers
    assert len({id(view) for view in seen}) == len(asked) + 1
    assert all(views.view(*each) is view for each, view in zip(asked, seen, strict=False))
    assert views.view(ensemble, {schema.STORE: "N", schema.PRODUCT: "Screw"}, 14) is seen[3]
    for each, view in zip(asked, seen, strict=False):
        plain = forecast_view.view(*each)
        assert (view.total, view.filters, view.level, view.two_numbers) == (plain.total, plain.filters, plain.level, plain.two_numbers)
        assert view.forecast.equals(plain.forecast)


def test_a_filter_that_chooses_nothing_is_told_each_time():
    ensemble = past.sparse()
    for _ in range(2):
        with pytest.raises(NotFound):
            views.view(ensemble, {schema.PRODUCT: "Nail"}, 14)


class Judged:
    """What is known of an ensemble's past, which leads back to it."""

    def __init__(self, ensemble):
        self.ensemble = ensemble


def test_another_version_lets_go_of_the_one_before_and_of_all_that_was_kept_of_it(monkeypatch, home):
    ensembles = {1: past.sparse(), 2: past.sparse()}
    monkeypatch.setattr(versions, "load", lambda _, version: ensembles.pop(version))
    monkeypatch.setattr(accuracy.Versions, "folder", lambda *_: home.home)
    monkeypatch.setattr(backtest_bands, "load", lambda _, ensemble: Judged(ensemble))
    served = cache.ensemble(home, 1)
    kept = [ref(served), ref(views.view(served, {}, 14)), ref(what_ifs.standing(served, {})), ref(accuracy.judged(home, 1, served))]
    del served
    gc.collect()
    assert None not in [each() for each in kept]
    cache.ensemble(home, 2)
    gc.collect()
    assert [each() for each in kept] == [None] * 4
