"""What a retrain makes of a small shop, and what a person sees of it."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from forecasting.analysis import contributions, forecast_view
from forecasting.core import schema
from forecasting.core.errors import InputError, NotFound
from forecasting.core.settings import Settings
from forecasting.models import registry
from forecasting.services import forecasts, versions
from forecasting.training import ensemble_files, health, metrics, pipeline, reasons, weights


@pytest.fixture(scope="module")
def made(published):
    return versions.load(published, 1)


def row(made, product, region):
    keys = made.panel.series
    return int(np.flatnonzero((keys.product_id == product) & (keys.region == region))[0])


def test_every_series_has_a_forecast_or_a_named_reason(made):
    forecast = made.yhat[schema.BLEND]
    assert np.isfinite(forecast).all()
    assert (forecast >= 0).all()
    simpler = made.health[made.health.model != schema.BLEND].set_index(made.panel.series.product_id[made.health.model != schema.BLEND])
    assert simpler.model.to_dict() == {"New bun": "category_pattern", "Old pie": "stopped"}
    assert "5 days" in simpler.reason["New bun"]
    assert "0 until new sales" in simpler.reason["Old pie"]


def test_the_blend_is_the_mean_of_the_models_by_the_weights_that_the_backtest_teaches(made):
    served = (made.health.model == schema.BLEND).to_numpy()
    learned = weights.learn_weights(made.past.y, made.past.yhat, registry.beside(Settings()))
    np.testing.assert_allclose(made.share[served, 0], ((1 - learned.naive) * learned.shares[:, 0])[served])
    expected = sum(share[:, None] * made.yhat[name][served] for name, share in zip(registry.names(), made.share[served].T, strict=True))
    np.testing.assert_allclose(made.yhat[schema.BLEND][served], expected)
    assert made.health.why[served].str.contains("Prophet").all()


def test_the_past_was_forecast_by_what_the_other_cutoffs_taught(made):
    served = (made.health.model == schema.BLEND).to_numpy()
    again = pipeline.with_blend(made.past, made.share, registry.beside(Settings())).yhat[schema.BLEND]
    np.testing.assert_allclose(made.past.yhat[schema.BLEND][:, served], again[:, served])


def test_a_network_trained_on_less_than_a_year_still_forecasts_well_when_the_history_passes_a_year(made):
    served = (made.health.model == schema.BLEND).to_numpy()
    assert [(day - made.panel.dates[0]).days > 364 for day in made.past.cutoffs] == [False, True, True]
    wape = metrics.wape(made.past.y[:, served], made.past.yhat["lstm"][:, served], axis=(1, 2))
    assert (wape < 0.3).all()


def test_bands_hold_the_forecast_and_never_cross(made):
    lower_80, upper_80, lower_95, upper_95 = made.bands.swapaxes(0, 1)
    forecast = made.yhat[schema.BLEND]
    for inner, outer in ((lower_95, lower_80), (lower_80, forecast), (forecast, upper_80), (upper_80, upper_95)):
        assert (inner <= outer + 1e-9).all()
    assert (lower_95 >= 0).all()


def test_a_loaded_version_forecasts_what_the_table_says(made, published):
    models = made.models
    sold = (made.health.model != reasons.STOPPED).to_numpy()
    for name in registry.names():
        np.testing.assert_allclose(models[name].predict(made.cleaned, made.horizon)[sold], made.yhat[name][sold], rtol=1e-4, atol=1e-4)
        assert np.isnan(made.yhat[name][~sold]).all()
    stored = pd.read_parquet(published.versions / "0001" / ensemble_files.FORECAST_FILE)
    pd.testing.assert_frame_equal(stored, ensemble_files.forecast_frame(made))


def test_the_manifest_says_how_good_it_was(made, published):
    manifest = versions.manifest(published, 1)
    f = made.past.yhat[schema.BLEND]
    assert manifest["metrics"]["wape"] == pytest.approx(float(metrics.wape(made.past.y, f)))
    assert 0.7 < manifest["metrics"]["coverage_80"] < 0.9
    assert manifest["cutoffs"] == [f"{day:%Y-%m-%d}" for day in made.past.cutoffs]
    assert (manifest["series"], manifest["simpler"], manifest["sales_to"]) == (10, 2, "2026-06-30")


def test_a_view_adds_up_the_series_that_its_filters_choose(made):
    view = forecast_view.view(made, {"category": "Food"}, 7)
    rows = np.flatnonzero(made.panel.series.category == "Food")
    blend = made.yhat[schema.BLEND][rows, :7]
    np.testing.assert_allclose(view.forecast.blend, blend.sum(axis=0))
    assert view.total.expected == pytest.approx(blend.sum())
    assert view.total.lower_95 < view.total.lower_80 < view.total.expected < view.total.upper_80 < view.total.upper_95
    assert view.history.y.iloc[-1] == made.panel.sales[rows, -1][np.isfinite(made.panel.sales[rows, -1])].sum()
    assert sum(view.weights.values()) == pytest.approx(1)
    assert set(view.simpler.product_id) == {"New bun", "Old pie"}


def test_the_range_of_a_week_is_not_the_sum_of_daily_bands(made):
    view = forecast_view.view(made, {}, 7)
    days = view.forecast
    assert view.total.upper_80 - view.total.lower_80 < 0.8 * (days.upper_80 - days.lower_80).sum()


def test_one_series_has_the_bands_of_that_series(made):
    one = row(made, "Tea", "North")
    view = forecast_view.view(made, {"product_id": "Tea", "region": "North"}, 14)
    np.testing.assert_allclose(view.forecast.upper_95, made.bands[one, 3, :14])


def test_the_same_days_a_year_ago_are_the_same_weekdays(made):
    view = forecast_view.view(made, {}, 14)
    start = made.panel.last - pd.Timedelta(days=363)
    assert view.last_year == view.history.set_index("ds").y[start : start + pd.Timedelta(days=13)].sum()


def test_filters_offer_only_what_exists_under_the_others(made):
    assert forecast_view.options(made, {})["product_id"] == ["Bread", "Cake", "New bun", "Old pie", "Soap", "Tea"]
    assert forecast_view.options(made, {"category": "Care"})["product_id"] == ["Soap"]
    assert forecast_view.options(made, {"product_id": "New bun"}) == {
        "product_id": ["Bread", "Cake", "New bun", "Old pie", "Soap", "Tea"],
        "category": ["Food"],
        "region": ["North"],
    }


def test_filters_that_match_nothing_or_do_not_exist_are_named(made):
    with pytest.raises(NotFound, match="product_id Bread, category Care"):
        forecast_view.view(made, {"product_id": "Bread", "category": "Care"}, 7)
    with pytest.raises(InputError, match="no store to filter by"):
        forecast_view.view(made, {"store": "A"}, 7)
    with pytest.raises(InputError, match="1 to 14 days, not 15"):
        forecast_view.view(made, {}, 15)


def test_parts_say_what_moves_the_forecast(made):
    moves = contributions.contributions(made, made.cleaned, forecast_view.chosen_rows(made, {"product_id": "Bread"}, 14))
    saturday = int(np.flatnonzero(moves.dates.day_of_week == 5)[0])
    assert moves.between(saturday, saturday + 1).set_index("label").units["Weekday"] > 15


def test_the_csv_has_a_row_for_each_series_and_day_in_the_columns_that_scripts_rely_on(made):
    table = pd.read_csv(io.BytesIO(forecasts.forecast_csv(made, {}, 14)))
    bands = ["lower_80", "upper_80", "lower_95", "upper_95"]
    assert table.columns.tolist() == ["date", "product_id", "region", "category", "prophet", "lstm", "trees", "forecast", "expected", *bands, "model"]
    assert len(table) == 10 * 14
    assert table.groupby(["product_id", "region"]).date.agg(["min", "max"]).drop_duplicates().values.tolist() == [["2026-07-01", "2026-07-14"]]
    assert table.forecast.notna().all()


def test_the_csv_of_a_total_has_a_row_a_day(made):
    table = pd.read_csv(io.BytesIO(forecasts.forecast_csv(made, {"region": "North"}, 14, total=True)))
    assert table[["date", "region"]].iloc[0].tolist() == ["2026-07-01", "North"]
    np.testing.assert_allclose(table.forecast, forecast_view.view(made, {"region": "North"}, 14).forecast.blend, atol=1e-3)


def test_a_series_counts_as_stopped_after_eight_weeks_without_a_row(made):
    silent = np.full(made.panel.sales.shape, np.nan)
    silent[:, -57], silent[0, -56] = 1.0, 1.0
    panel = type(made.panel)(made.panel.series, made.panel.dates, silent, {})
    assert health.stopped(panel).tolist() == [False] + [True] * 9
