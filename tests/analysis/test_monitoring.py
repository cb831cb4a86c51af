"""One look at a file: each change is one finding, the highest that explains it, and season, holidays and chance are none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from forecasting.analysis.monitoring import calibration, common_factor, findings, grading, price_round, rows, scores, usual_scores
from forecasting.analysis.monitoring.grading import Graded, Past
from forecasting.analysis.monitoring.groups import groups_of
from forecasting.analysis.monitoring.look import look
from forecasting.analysis.monitoring.rows import History
from forecasting.analysis.monitoring.subject import SeriesKeys, Subject
from forecasting.core.period import DAY, MONTH, WEEK
from forecasting.training.bands.residuals import Errors

CUTOFFS, AHEAD, LIVE = 6, 56, 56
PERIODS = {"day": DAY, "week": WEEK, "month": MONTH}


@dataclass
class Shop:
    """Four stores of eight products in two categories; errors of 15 %, and a version's own of 2 %."""

    period: object = DAY
    cutoffs: int = CUTOFFS
    seed: int = 0

    def __post_init__(self):
        random = np.random.default_rng(self.seed)
        product, store = np.tile(np.arange(8), 4), np.repeat(np.arange(4), 8)
        self.labels = {"product_id": _named("P", product), "store": _named("S", store), "category": _named("C", product % 2)}
        season = 1 + 0.3 * np.sin(np.arange(AHEAD) / 8)
        level = random.uniform(20, 80, 32)[:, None] * season

        def sold(shape):
            own = random.normal(0, 0.02, (*shape[:-2], 1, 1))
            return level * np.exp(own + random.normal(0, 0.15, shape))

        self.f = np.broadcast_to(level, (self.cutoffs, 32, AHEAD)).copy()
        self.past_y, self.y, self.live_f = sold((self.cutoffs, 32, AHEAD)), sold((32, LIVE)), level.copy()
        self.dates = self.period.ahead(pd.Timestamp("2026-08-30"), LIVE)
        self.ordinary = np.ones(LIVE, dtype=bool)

    @property
    def known(self):
        errors = Errors(self.past_y, self.f)
        outside = (np.abs(self.past_y / self.f - 1) > 0.192).astype(np.int8)
        starts = pd.DatetimeIndex([self.dates[0]] * self.cutoffs)
        past = Past(self.past_y, self.f, self.f, outside, np.ones((self.cutoffs, AHEAD), dtype=bool), starts)
        learned = scores.learn_scoring(errors, errors, common_factor.factors(*errors, common_factor.blocks_of(None, 32))) if self.cutoffs else None
        self.scoring = learned[0] if learned else None
        usual = usual_scores.learn(learned[1] if learned else None, past.ordinary, 32, self.period)
        return calibration.calibrate(past, usual, self.labels, self.period)

    def look(self):
        known, steps = self.known, np.arange(LIVE)
        nothing = np.full((32, LIVE), np.nan)
        graded = Graded(
            dates=self.dates,
            period=self.period,
            version=np.ones(LIVE, dtype=int),
            ordinary=self.ordinary,
            y=self.y,
            line=self.live_f,
            expected=self.live_f,
            lower=self.live_f * 0.808,
            upper=self.live_f * 1.192,
            scale=self.scoring.scale(self.live_f, steps) if self.scoring else nothing,
            bins=self.scoring.bins(self.live_f) if self.scoring else np.zeros((32, LIVE), dtype=np.int8),
            dispersion={1: self.scoring.dispersion} if self.scoring else {},
            reference={1: self.scoring.reference} if self.scoring else {},
            power={1: self.scoring.law.power} if self.scoring else {},
        )
        older = self.period.ahead(self.dates[0], 364, start=-364)
        came = np.concatenate([np.ones((32, 364), dtype=bool), np.isfinite(self.y)], axis=1)
        history = History(older.append(self.dates), self.period, came, np.concatenate([np.ones(364, dtype=bool), self.ordinary]))
        keys = SeriesKeys(pd.DataFrame({name: self.labels[name] for name in ("product_id", "store")}))
        return look(Subject(graded, history, keys, np.ones(32, dtype=bool)), known)

    def alarms(self):
        return [each.id for each in self.look().findings if each.loudness == "alarm"]


def _named(letter, numbers):
    return np.array([f"{letter}{number}" for number in numbers], dtype=object)


def test_a_season_that_was_forecast_is_no_finding():
    found = Shop().look()
    assert found.findings == ()
    assert found.is_judged
    assert found.coverage.outside == pytest.approx(0.2, abs=0.05)


def test_one_store_that_sells_less_is_one_finding_with_what_it_explains():
    shop = Shop()
    shop.y[shop.labels["store"] == "S2", -20:] *= 0.8
    found = [each for each in shop.look().findings if each.loudness == "alarm"]
    assert [each.id for each in found] == ["group:level:store=S2:down"]
    finding = found[0]
    assert finding.size == pytest.approx(-0.2, abs=0.04)
    assert finding.lower < finding.size < finding.upper
    assert abs((finding.since - shop.dates[-20]).days) <= 4
    assert finding.follows == (8, 8)
    assert finding.years > 5
    assert "8 of its 8 series follow it" in finding.text
    assert finding.to_json()["size"] == pytest.approx(finding.size, abs=1e-4)


def test_everything_that_sells_more_is_one_finding():
    shop = Shop()
    shop.y[:, -28:] *= 1.2
    assert shop.alarms() == ["file:level:up"]


def test_one_product_of_one_store_is_a_finding_on_the_series():
    shop = Shop()
    shop.y[5, -20:] *= 1.5
    assert shop.alarms() == ["series:level:product_id=P5,store=S0:up"]


def test_a_store_without_rows_is_one_finding_and_its_series_are_none():
    shop = Shop()
    shop.y[shop.labels["store"] == "S3", -3:] = np.nan
    assert shop.alarms() == ["group:rows:store=S3"]


def test_many_series_without_rows_are_one_finding():
    shop = Shop()
    shop.y[np.arange(32) % 8 < 4, -8:] = np.nan
    assert shop.alarms() == ["file:rows"]
    few = Shop()
    few.y[[1, 10], -8:] = np.nan
    assert few.alarms() == ["series:rows:product_id=P1,store=S0", "series:rows:product_id=P2,store=S1"]


def test_a_store_that_reports_zeros_is_one_finding():
    shop = Shop()
    shop.y[shop.labels["store"] == "S3", -4:] = 0.0
    assert shop.alarms() == ["group:zeros:store=S3"]


def test_a_holiday_never_alarms():
    shop = Shop()
    shop.y[:, -12:-9] *= 0.1
    shop.ordinary[-12:-9] = False
    assert shop.alarms() == []


def test_dates_that_are_off_by_a_day_are_seen_by_the_weekdays():
    shop = Shop()
    rhythm = np.tile([1.0, 1.0, 1.0, 1.0, 1.6, 1.8, 0.4], AHEAD // 7)
    shop.f, shop.past_y, shop.live_f, shop.y = (values * rhythm for values in (shop.f, shop.past_y, shop.live_f, shop.y))
    assert shop.alarms() == []
    shop.y[:, -14:] = np.roll(shop.y, 1, axis=1)[:, -14:]
    assert "file:weekdays" in shop.alarms()


def test_wild_days_break_the_ranges():
    shop = Shop()
    shop.y = shop.live_f * np.exp(np.random.default_rng(1).normal(-0.045, 0.3, shop.y.shape))
    assert "file:coverage" in shop.alarms()


def test_too_few_cutoffs_leave_rows_alone():
    shop = Shop(cutoffs=2)
    shop.y[:, -28:] *= 1.5
    shop.y[shop.labels["store"] == "S3", -3:] = np.nan
    found = shop.look()
    assert not found.is_judged
    assert [each.id for each in found.findings] == ["group:rows:store=S3"]


@pytest.mark.parametrize("period", ["week", "month"])
def test_files_of_weeks_and_months_are_looked_at_by_step(period):
    shop = Shop(period=PERIODS[period])
    assert shop.alarms() == []
    shop.y[shop.labels["store"] == "S1", -6:] *= 0.7
    assert shop.alarms() == ["group:level:store=S1:down"]
    assert f"in 6 {period}s" in shop.look().findings[0].text
    shop.y[shop.labels["store"] == "S2", -4:] = np.nan
    [silent] = [each.text for each in shop.look().findings if each.what == "rows"]
    assert f"4 {period}s on which one usually came" in silent


def test_groups_add_up_their_series():
    labels = {"store": _named("S", np.array([1, 0, 1, 0, 0, 2])), "category": _named("C", np.array([0, 0, 0, 1, 1, 1]))}
    groups, values = groups_of(labels, 6), np.random.default_rng(0).integers(0, 9, (2, 6, 3)).astype(float)
    members = np.array([labels[name] == value for key in groups.keys for name, value in key.items()])
    assert (len(groups), groups.sizes.tolist()) == (4, [3, 2, 3, 3])  # of store 2 there is one series
    np.testing.assert_array_equal(groups.sums(values), np.einsum("gn,knt->kgt", members, values))
    np.testing.assert_array_equal(groups.some(values[0] > 5), np.array([(values[0] > 5)[member].any(axis=0) for member in members]))
    np.testing.assert_array_equal(groups.counts(values[0, :, 0] > 4), members.astype(int) @ (values[0, :, 0] > 4))
    np.testing.assert_array_equal([groups.member(place) for place in range(4)], members)
    np.testing.assert_array_equal(groups.any_of(np.array([True, False, True, False])), members[0] | members[2])
    none = groups_of({}, 6)
    assert (none.sums(values).shape, none.counts(values[0, :, 0] > 4).shape, none.any_of(np.empty(0, dtype=bool)).any()) == ((2, 0, 3), (0,), False)


def test_groups_part_the_file_and_are_none_twice():
    labels = {"store": _named("S", np.arange(6) // 3), "region": _named("R", np.arange(6) // 3), "category": np.array(["x"] * 6, dtype=object)}
    assert [dict(key) for key in groups_of(labels, 6).keys] == [{"store": "S0"}, {"store": "S1"}]


def test_missing_rows_of_a_tenth_of_the_series_are_seen():
    dates = pd.date_range("2025-06-02", periods=420)
    came = np.random.default_rng(0).random((200, 420)) < 0.95
    history = History(dates, DAY, came, np.ones(420, dtype=bool))
    assert not rows.check_rows(history, np.ones(200, dtype=bool)).is_off
    came[:20, -14:] = False
    assert rows.check_rows(history, np.ones(200, dtype=bool)).is_off


def test_uploads_that_stop_are_overdue_after_what_is_usual():
    every_day = pd.date_range("2026-10-01", periods=40)
    last = every_day[-1]
    assert rows.upload_overdue(every_day, last + pd.Timedelta(days=1, hours=9)) is None
    assert rows.upload_overdue(every_day, last + pd.Timedelta(days=2, hours=9)) == (2, 1)
    weekdays = every_day[every_day.day_of_week < 5]
    assert rows.upload_overdue(weekdays, weekdays[-1] + pd.Timedelta(days=3)) is None
    assert rows.upload_overdue(every_day[:4], last) is None


def test_a_round_of_prices_is_seen():
    prices = np.full((40, 150), 2.0)
    assert not price_round.check_prices(prices).is_off
    prices[:20, -7:] = 2.4
    assert price_round.check_prices(prices).is_off


def test_the_next_look_is_the_next_sunday():
    assert grading.next_look(pd.Timestamp("2026-11-22"), DAY) == pd.Timestamp("2026-11-29")
    assert grading.next_look(pd.Timestamp("2026-11-24"), DAY) == pd.Timestamp("2026-11-29")
    assert grading.next_look(pd.Timestamp("2026-11-24"), WEEK) == pd.Timestamp("2026-12-01")


def test_alarms_come_first_and_the_highest_of_them():
    def finding(level, loudness, size=0.1):
        return findings.Finding(level, "level", {}, None, size, loudness, "x")

    every = [finding("series", "watch"), finding("series", "alarm", 0.9), finding("file", "alarm")]
    assert [(each.level, each.loudness) for each in findings.ordered(every)] == [("file", "alarm"), ("series", "alarm"), ("series", "watch")]


def test_what_is_usual_of_scores_comes_back_from_a_version_as_it_was_learned(tmp_path):
    assert usual_scores.read(tmp_path) is None
    random = np.random.default_rng(0)
    for scores_then in (random.normal(size=(4, 40, 28)), None):
        learned = usual_scores.learn(scores_then, np.ones((4, 28), dtype=bool), 40, DAY)
        usual_scores.write(learned, tmp_path)
        read = usual_scores.read(tmp_path)
        assert read.spread == learned.spread
        np.testing.assert_array_equal(read.threshold, learned.threshold)
