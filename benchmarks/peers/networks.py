"""A network of neuralforecast, one for all series, with drivers and the calendar of the days ahead."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import torch
from frames import Task, regular
from neuralforecast import NeuralForecast
from neuralforecast.losses.pytorch import MAE
from neuralforecast.models import NHITS

STEPS = 300
QUIET = {"accelerator": "cpu", "logger": False, "enable_progress_bar": False, "enable_checkpointing": False, "enable_model_summary": False}


def nhits(task: Task) -> pd.DataFrame:
    """N-HiTS (Challu and others 2023)."""
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    torch.set_num_threads(1)
    past, ahead = (_with_calendar(frame) for frame in regular(task))
    known = [*task.drivers, "week_sin", "week_cos", "year_sin", "year_cos"]
    model = NHITS(
        h=task.horizon,
        input_size=max(4 * 7, min(2 * task.horizon, past.groupby("unique_id").size().max() // 2)),
        futr_exog_list=known,
        loss=MAE(),
        scaler_type="standard",
        max_steps=STEPS,
        random_seed=0,
        start_padding_enabled=True,
        windows_batch_size=256,
        alias="yhat",
        **QUIET,
    )
    every = NeuralForecast(models=[model], freq="D")
    every.fit(df=past[["unique_id", "ds", "y", *known]])
    return every.predict(futr_df=ahead[["unique_id", "ds", *known]])


def _with_calendar(rows: pd.DataFrame) -> pd.DataFrame:
    angles = {"week": 2 * np.pi * rows.ds.dt.dayofweek / 7, "year": 2 * np.pi * rows.ds.dt.dayofyear / 365.25}
    waves = {f"{name}_{wave.__name__}": wave(angle) for name, angle in angles.items() for wave in (np.sin, np.cos)}
    return rows.assign(**waves)
