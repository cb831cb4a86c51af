"""LightGBM, twice: one model for every day ahead from rows long enough before it, and day by day from its own forecasts (mlforecast)."""

from __future__ import annotations

import lightgbm
import numpy as np
import pandas as pd
from frames import Task, regular

YEAR = 364
RATE = {"n_estimators": 600, "learning_rate": 0.05, "num_leaves": 63, "feature_fraction": 0.8, "verbose": -1, "n_jobs": 1}


def _regressor(task: Task) -> lightgbm.LGBMRegressor:
    return lightgbm.LGBMRegressor(**RATE, objective="tweedie" if task.sparse else "mae")


def direct(task: Task) -> pd.DataFrame:
    """Lags of whole weeks from beyond the horizon, means up to it, calendar, drivers and attributes; of logarithms unless sales are sparse."""
    rows = pd.concat([task.past, task.ahead]).sort_values(["unique_id", "ds"], ignore_index=True)
    ahead = rows.y.isna().to_numpy()
    inputs, weeks = _inputs(rows, task), -(-task.horizon // 7) * 7
    learned = ~ahead & (rows.groupby("unique_id").cumcount() >= min(weeks + 28, 60)).to_numpy()
    target = rows.y[learned].clip(lower=0)
    model = _regressor(task).fit(inputs[learned], target if task.sparse else np.log1p(target))
    yhat = model.predict(inputs[ahead])
    return rows.loc[ahead, ["unique_id", "ds"]].assign(yhat=yhat if task.sparse else np.expm1(yhat))


def _inputs(rows: pd.DataFrame, task: Task) -> pd.DataFrame:
    day, sold = rows.ds.dt, rows.groupby("unique_id").y
    columns = {"unique_id": rows.unique_id.astype("category")}
    columns |= {"dow": day.dayofweek, "month": day.month, "doy": day.dayofyear, "year": day.year, "dom": day.day}
    columns |= {name: rows[name].astype("category") for name in task.attributes} | {name: rows[name] for name in task.drivers}
    weeks = -(-task.horizon // 7) * 7
    columns |= {f"lag{lag}": sold.shift(lag) for lag in (weeks, weeks + 7, weeks + 14, weeks + 21, YEAR, YEAR + 7, 2 * YEAR)}
    shifted = sold.shift(task.horizon).groupby(rows.unique_id)
    means = {f"mean{window}": shifted.rolling(window, min_periods=3).mean().droplevel(0) for window in (7, 28, 91, 365)}
    return pd.DataFrame(columns | means)


def day_by_day(task: Task) -> pd.DataFrame:
    """mlforecast with the same trees: each day ahead from the last ones, those forecast included."""
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import RollingMean
    from mlforecast.target_transforms import GlobalSklearnTransformer
    from sklearn.preprocessing import FunctionTransformer

    past, ahead = regular(task)
    past[task.attributes], ahead[task.attributes] = (frame[task.attributes].astype("category") for frame in (past, ahead))
    years = [YEAR, YEAR + 7] if (past.ds.max() - past.ds.min()).days > 2 * YEAR else []
    logarithm = GlobalSklearnTransformer(FunctionTransformer(np.log1p, np.expm1))
    model = MLForecast(
        models={"yhat": _regressor(task)},
        freq="D",
        lags=[1, 2, 3, 7, 14, 21, 28, *years],
        lag_transforms={1: [RollingMean(7), RollingMean(28), RollingMean(91)]},
        date_features=["dayofweek", "day", "month", "dayofyear", "year"],
        target_transforms=[] if task.sparse else [logarithm],
    )
    model.fit(past.assign(y=past.y.clip(lower=0)), static_features=task.attributes, dropna=False)
    return model.predict(task.horizon, X_df=ahead[["unique_id", "ds", *task.drivers]] if task.drivers else None)
