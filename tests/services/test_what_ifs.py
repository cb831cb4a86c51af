"""What-ifs of many windows, each answered once."""

from __future__ import annotations

import past_ensembles as past
import pytest

from forecasting.analysis import published_parts
from forecasting.analysis.what_if import WhatIf
from forecasting.core import caches, notation, schema
from forecasting.core.errors import NotFound
from forecasting.services import what_ifs
from forecasting.services.forecasts import Plan


@pytest.fixture(autouse=True)
def forgotten():
    yield
    what_ifs.forget()


def closed(ensemble, day):
    return WhatIf(closed=frozenset({ensemble.panel.ahead(14)[day].date()}))


def test_each_filter_and_change_has_its_own_answer_once():
    ensemble, other = past.sparse(), past.sparse()
    screws = {schema.STORE: "N", schema.PRODUCT: "Screw"}
    standing = [what_ifs.standing(ensemble, {}), what_ifs.standing(other, {}), what_ifs.standing(ensemble, screws)]
    with notation.using(notation.Notation(decimal_style="1.234,5")):
        standing.append(what_ifs.standing(ensemble, screws))
    assert len({id(each) for each in standing}) == 4
    assert what_ifs.standing(ensemble, dict(reversed(screws.items()))) is standing[2]
    changes = [closed(ensemble, 0), closed(ensemble, 1)]
    answers = [what_ifs.answer(each, change) for each in standing for change in changes]
    assert len({id(answer) for answer in answers}) == 8
    assert what_ifs.answer(standing[2], closed(ensemble, 1)) is answers[5]
    assert answers[5].expected[standing[2].rows, 1].sum() == 0 < answers[5].expected[standing[2].rows, 0].sum()
    assert Plan(tuple(screws.items()), closed(ensemble, 1)).apply(ensemble) is answers[5]


def test_what_makes_a_forecast_is_worked_out_once_for_each_what_if():
    ensemble = past.sparse()
    standing = what_ifs.standing(ensemble, {})
    shown = what_ifs.answer(standing, closed(ensemble, 0))
    plain, changed = what_ifs.contributions(standing, ensemble), what_ifs.contributions(standing, shown)
    assert (plain.forecast[0] > 0, changed.forecast[0], plain.forecast[1]) == (True, 0, changed.forecast[1])
    assert [what_ifs.contributions(standing, ensemble), what_ifs.contributions(standing, shown)] == [plain, changed]


def test_what_makes_the_forecast_of_all_series_is_read_of_the_version_where_it_has_it(home):
    ensemble = past.sparse()
    standing, some = what_ifs.standing(ensemble, {}), what_ifs.standing(ensemble, {schema.PRODUCT: "Screw"})
    changed = what_ifs.answer(standing, closed(ensemble, 0))
    (folder := home.versions / "0001").mkdir(parents=True)
    assert what_ifs.contributions_of(home, 1, standing, ensemble) is what_ifs.contributions(standing, ensemble)
    what_ifs.forget()
    published_parts.write(ensemble, folder)
    kept = what_ifs.contributions_of(home, 1, standing, ensemble)
    assert kept is not what_ifs.contributions(standing, ensemble)
    assert kept.between(0, 7).equals(what_ifs.contributions(standing, ensemble).between(0, 7))
    assert what_ifs.contributions_of(home, 1, some, ensemble) is what_ifs.contributions(some, ensemble)
    assert what_ifs.contributions_of(home, 1, standing, changed) is what_ifs.contributions(standing, changed)
    for spoiled in (b"", b"PAR1 spoiled PAR1"):
        what_ifs.forget()
        (folder / published_parts.NAME).write_bytes(spoiled)
        assert what_ifs.contributions_of(home, 1, standing, ensemble) is what_ifs.contributions(standing, ensemble)


def test_a_filter_that_chooses_nothing_is_told_each_time():
    for _ in range(2):
        with pytest.raises(NotFound):
            what_ifs.standing(past.sparse(), {schema.PRODUCT: "Nail"})


def test_answers_about_few_series_are_kept_for_many_and_about_many_for_four():
    assert [caches.SERIES // caches.size(series) for series in (1, 36, 1_000, 50_000, 10_000_000)] == [49, 49, 40, 4, 4]
