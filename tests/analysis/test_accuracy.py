"""What is said about the past: every number by hand, and the same one wherever it stands."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import past_ensembles as pasts
import pytest

from forecasting.analysis import accuracy, attention, backtest_bands
from forecasting.core import schema
from forecasting.core.errors import NotFound
from forecasting.core.period import MONTH
from forecasting.services import accuracy as accuracy_service
from forecasting.training import metrics
from forecasting.training.bands import quantiles

SOLD = [[[10, 20], [5, 0]], [[30, 40], [np.nan, 5]]]
BLEND = [[[12, 18], [5, 1]], [[30, 50], [7, 5]]]
NAIVE = [[[20, 20], [5, 4]], [[20, 60], [7, 5]]]


@pytest.fixture
def small():
    """Two series, two cutoffs, two days: the blend misses 2, 2, 0, 1 and 0, 10, -, 0 of 110 units."""
    return backtest_bands.bands_of_past(pasts.ensemble(SOLD, BLEND, seasonal_naive=NAIVE))


@pytest.fixture
def found(small):
    return accuracy.accuracy(small, {})


def of(table, model, measure):
    return table.loc[table["model"] == model, measure].tolist()


def test_misses_are_added_up_before_they_are_divided(found):
    assert of(found.overall, "blend", "wape") == [15 / 110]
    assert of(found.overall, "seasonal_naive", "wape") == [44 / 110]
    assert of(found.overall, "blend", "bias") == [(2 - 2 + 0 + 1 + 0 + 10 + 0) / 110]
    assert found.better == 1 - 15 / 44


def test_errors_by_day_ahead(found):
    assert found.steps["step"].tolist() == [1, 2] * 5
    assert of(found.steps, "blend", "wape") == [2 / 45, 13 / 65]


def test_errors_by_cutoff(found):
    assert of(found.cutoffs, "blend", "cutoff") == [pd.Timestamp("2026-01-18"), pd.Timestamp("2026-01-20")]
    assert of(found.cutoffs, "blend", "wape") == [5 / 35, 10 / 75]


def test_errors_by_series_come_worst_first(found):
    table = accuracy.by_series(found)
    assert table["unique_id"].tolist() == ["s0", "s1"]
    assert table["wape"].tolist() == [14 / 100, 1 / 10]
    assert table["better"].tolist() == pytest.approx([1 - 14 / 40, 1 - 1 / 4])
    assert [row.tolist() for row in table["by_cutoff"]] == [[4 / 30, 10 / 70], [1 / 5, 0.0]]
    assert table["sales"].tolist() == [25, 10 / 3]


def test_mase_divides_by_the_changes_that_were_known_at_each_cutoff():
    # before: weeks of 10 and 12, so that a change is 2; then a week of 19 (change 7), which only the second cutoff knows of
    sold, forecast = np.full((2, 1, 7), 19.0), np.full((2, 1, 7), 20.0)
    found = backtest_bands.bands_of_past(pasts.ensemble(sold, forecast))
    assert found.scale.tolist() == [[2.0], [4.5]]
    assert of(accuracy.accuracy(found, {}).cutoffs, "blend", "mase") == pytest.approx([1 / 2, 1 / 4.5])


def test_mase_of_one_series_and_cutoff_is_that_of_the_metrics():
    sold, forecast = pasts.noisy(n=1)
    made = pasts.ensemble(sold, forecast)
    found = accuracy.accuracy(backtest_bands.bands_of_past(made), {})
    expected = [float(metrics.mase(sold[cut, 0], forecast[cut, 0], made.panel.sales[0, : 14 + 14 * cut])) for cut in range(len(sold))]
    assert of(found.cutoffs, "blend", "mase") == pytest.approx(expected)


def test_a_series_that_never_changed_has_no_mase():
    found = accuracy.accuracy(
        backtest_bands.bands_of_past(pasts.ensemble(np.full((2, 1, 7), 3.0), np.full((2, 1, 7), 4.0), before=np.full((1, 14), 3.0))), {}
    )
    assert np.isnan(of(found.overall, "blend", "mase")).all()
    assert of(found.overall, "blend", "wape") == [1 / 3]


def test_months_have_no_season_of_seven():
    panel = replace(pasts.ensemble(SOLD, BLEND).panel, period=MONTH)
    panel = replace(panel, sales=np.array([[1.0, 2, 4, 8, 16], [1, 1, 1, 1, 1]]))
    assert backtest_bands.naive_scale(panel, np.array([3])).tolist() == [[1.5, pytest.approx(np.nan, nan_ok=True)]]


def test_the_blend_stands_in_where_a_model_has_no_forecast():
    prophet = np.array(BLEND, dtype=float)
    prophet[:, 1] = np.nan
    prophet[:, 0] += 1
    found = accuracy.accuracy(backtest_bands.bands_of_past(pasts.ensemble(SOLD, BLEND, prophet=prophet)), {})
    assert of(found.overall, "prophet", "wape") == [(3 + 1 + 1 + 11 + 1) / 110]
    assert accuracy.by_series(found).set_index("unique_id")["prophet_wape"].isna().tolist() == [False, True]


def test_a_model_without_any_forecast_is_not_named():
    found = accuracy.accuracy(backtest_bands.bands_of_past(pasts.ensemble(SOLD, BLEND, prophet=np.full((2, 2, 2), np.nan))), {})
    assert found.overall["model"].tolist() == ["blend", "lstm", "trees", "seasonal_naive"]


def test_the_whole_file_agrees_with_the_metrics():
    sold, forecast = pasts.noisy()
    made = pasts.ensemble(sold, forecast)
    overall = accuracy.accuracy(backtest_bands.bands_of_past(made), {}).overall
    lower, upper = quantiles.past_quantiles(made.errors, schema.QUANTILES[:2])
    assert of(overall, "blend", "wape") == pytest.approx([float(metrics.wape(sold, forecast))])
    assert of(overall, "blend", "coverage_80") == pytest.approx([float(metrics.coverage(sold, lower, upper))])
    assert of(overall, "blend", "width_80") == pytest.approx([(upper - lower).sum() / sold.sum()])


def test_a_wider_promise_holds_more():
    promise = accuracy.accuracy(backtest_bands.bands_of_past(pasts.ensemble(*pasts.noisy())), {}).promise
    assert promise["level"].tolist() == [0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
    for column in ("days", "sums", "total"):
        assert (promise[column].diff().dropna() >= 0).all()
        assert promise[column].tolist() == pytest.approx(promise["level"].tolist(), abs=0.12)


def test_a_cutoff_unlike_the_others_breaks_the_promise():
    sold, forecast = pasts.noisy(noise=1.0)
    sold[-1] += 30
    found = accuracy.accuracy(backtest_bands.bands_of_past(pasts.ensemble(sold, forecast)), {})
    assert of(found.cutoffs, "blend", "coverage_80")[-1] == 0
    assert found.promise["total"].max() <= 0.8


def test_what_was_missed_is_counted_by_level():
    y = np.array([[[10.0, 15, 25, 99, np.nan]]])
    limits = np.array([[[[9.0] * 5]], [[[12.0] * 5]], [[[8.0] * 5]], [[[20.0] * 5]], [[[0.0] * 5]], [[[30.0] * 5]]])
    assert backtest_bands._missed(y, limits).tolist() == [[[0, 1, 2, 3, -1]]]


def test_one_series_has_no_total_beside_itself():
    found = accuracy.accuracy(backtest_bands.bands_of_past(pasts.ensemble(*pasts.noisy())), {"product_id": "s3"})
    assert found.promise["total"].isna().all()
    assert found.rows.tolist() == [3]


def test_the_total_adds_up_what_was_forecast_and_sold_on_the_same_rows(found):
    assert found.total["sales"].tolist() == [15, 20, 30, 45]
    assert found.total["blend"].tolist() == [17, 19, 30, 55]
    assert found.total["ds"].tolist() == [pd.Timestamp(2026, 1, day) for day in (19, 20, 21, 22)]
    assert found.history["sales"].tolist()[-4:] == [15, 20, 30, 45]


def test_a_filter_that_chooses_nothing_says_so(small):
    with pytest.raises(NotFound):
        accuracy.accuracy(small, {"product_id": "s9"})


def test_series_that_only_a_model_forecast_are_not_judged():
    found = accuracy.accuracy(backtest_bands.bands_of_past(pasts.ensemble(SOLD, np.full((2, 2, 2), np.nan), seasonal_naive=NAIVE)), {})
    assert (len(found.overall), found.tallies) == (0, {})
    assert np.isnan(found.better)
    assert found.total.columns.intersection(["blend", "seasonal_naive"]).empty


def test_without_a_backtest_there_are_no_numbers():
    found = accuracy.accuracy(backtest_bands.bands_of_past(pasts.ensemble(np.empty((0, 2, 7)), np.empty((0, 2, 7)))), {})
    assert found.overall.empty
    assert np.isnan(found.better)
    assert accuracy.by_series(found).empty
    assert found.promise["days"].isna().all()
    assert accuracy.backtest_table(found).empty
    assert attention.attention(found).empty


def test_the_tables_to_take_away_hold_the_numbers_of_the_page(found):
    table = pd.read_csv(io.BytesIO(accuracy_service.series_csv(found)))
    assert table["wape"].tolist() == accuracy.by_series(found)["wape"].round(6).tolist()
    assert table["wape_2026-01-18"].tolist() == [round(4 / 30, 6), 0.2]
    past = pd.read_csv(io.BytesIO(accuracy_service.backtest_csv(found)))
    assert past.columns[:5].tolist() == ["date", "cutoff", "step", "product_id", "sales"]
    assert len(past) == 8
    assert (past["forecast"] - past["sales"]).abs().sum() / past["sales"].sum() == pytest.approx(15 / 110)
    assert past.query("product_id == 's1' and step == 2")["forecast"].tolist() == [1, 5]
    assert past.query("product_id == 's1' and step == 2")["date"].tolist() == ["2026-01-20", "2026-01-22"]


def test_what_was_judged_is_read_as_it_was_written(tmp_path):
    made = pasts.ensemble(*pasts.noisy())
    before = backtest_bands.bands_of_past(made)
    backtest_bands.save(before, tmp_path)
    after = backtest_bands.load(tmp_path, made)
    assert list(after.columns) == list(before.columns)
    for name, values in before.columns.items():
        assert after.columns[name].dtype == values.dtype
        np.testing.assert_array_equal(after.columns[name], values)


def test_a_version_without_it_is_judged_when_it_is_asked(tmp_path):
    made = pasts.ensemble(*pasts.noisy())
    assert (backtest_bands.load(tmp_path, made).missed == backtest_bands.bands_of_past(made).missed).all()


# The series that need a person


def faulty(change, **more):
    """What is said of 12 noisy series of which `change` has changed the sales or the forecasts of some."""
    sold, forecast = pasts.noisy()
    change(sold, forecast)
    return attention.attention(accuracy.accuracy(backtest_bands.bands_of_past(pasts.ensemble(sold, forecast, **more)), {}))


def nothing(sold, forecast):
    pass


def test_series_that_are_as_good_as_they_can_be_need_nobody():
    assert faulty(nothing).empty


def test_a_forecast_that_is_too_low_everywhere_is_named_with_what_it_costs():
    def low(sold, forecast):
        sold[:, 2] += 10

    table = faulty(low)
    assert table["unique_id"].tolist() == ["s2"]
    assert table["problem"].tolist() == ["Too low"]
    assert table["units"].tolist() == pytest.approx([10], abs=2)
    assert "too low at each of 5 cutoffs" in table["advice"][0]


def test_a_forecast_that_is_too_low_only_once_is_chance():
    def once(sold, forecast):
        sold[1, 2] += 40

    assert "Too low" not in faulty(once)["problem"].tolist()


def test_what_repeating_the_last_sales_would_do_better_is_named():
    sold, forecast = pasts.noisy()
    naive = sold + 1.0
    table = attention.attention(accuracy.accuracy(backtest_bands.bands_of_past(pasts.ensemble(sold, forecast, seasonal_naive=naive)), {}))
    assert set(table["problem"]) == {"Worse than naive"}
    assert "would have missed 1 unit a day instead of" in table["advice"][0]


def test_the_series_that_costs_most_comes_first():
    def low(sold, forecast):
        sold[:, 2] += 10
        sold[:, 5] += 30
        forecast[:, 7] += 20

    table = faulty(low)
    assert table["unique_id"].tolist() == ["s5", "s7", "s2"]
    assert table["problem"].tolist() == ["Too low", "Too high", "Too low"]
    assert (table["units"].diff().dropna() <= 0).all()


def test_a_series_that_is_off_more_than_its_like_is_named():
    def wild(sold, forecast):
        sold[:, 4] += 60 * np.where(np.arange(14) % 2, 1, -1)

    table = faulty(wild)
    assert table["unique_id"].tolist() == ["s4"]
    assert table["problem"].tolist() == ["Often off"]


def test_series_on_a_simpler_model_and_without_sales_come_with_their_reason():
    model = ["blend"] * 9 + ["prophet", "stopped", "none"]
    reason = [""] * 9 + ["22 days are too few.", "No rows since May.", "No sales yet."]
    table = faulty(nothing, health={"model": model, "reason": reason, "notes": ["Bulk order in May."] + [""] * 11})
    assert set(table["unique_id"]) == {"s0", "s9", "s10", "s11"}
    said = table.set_index("unique_id")
    assert said["problem"].to_dict() == {"s0": "Odd sales", "s9": "Simpler model", "s10": "No longer sold", "s11": "No sales yet"}
    assert said["advice"].to_dict() == {"s0": "Bulk order in May.", "s9": reason[9], "s10": reason[10], "s11": reason[11]}


def test_all_that_is_wrong_with_a_series_is_said():
    def low(sold, forecast):
        sold[:, 2] += 40

    table = faulty(low, health={"notes": ["", "", "Sells more since May."] + [""] * 9})
    assert table["unique_id"].tolist() == ["s2"]
    assert "too low at each" in table["advice"][0]
    assert "Sells more since May." in table["advice"][0]
