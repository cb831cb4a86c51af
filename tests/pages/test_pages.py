"""Every page as a person meets it: on an empty workspace, with a version, and with files of all kinds."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import shop_workspaces as shops
from app_driver import curves, numbers, opened, texts
from repository import ROOT

from forecasting.core.errors import JobRunning, VersionDamaged
from forecasting.jobs.events import Event
from forecasting.jobs.status import JobStatus
from forecasting.services import jobs, retraining, versions, workspaces
from forecasting.services import sales as sales_service
from forecasting.storage.versions.served_in_place import Serving
from pages.components.forecast import parts
from pages.components.shared import live_version, markdown
from pages.components.training import banner
from pages.components.training.banner import SeenJob

PAGES = ("overview", "upload", "forecast", "products", "orders", "accuracy", "versions")
pytestmark = pytest.mark.usefixtures("fresh_caches")
ODD = "<img src=x onerror=alert(1)> **x** :red[x] $x$ :tada:"


@pytest.fixture
def answers(monkeypatch):
    """Makes functions of a module give these answers, whatever they are asked."""

    def prepare(module, **values):
        for name, value in values.items():
            monkeypatch.setattr(module, name, lambda *_, value=value: value)

    return prepare


def upload(content, name="sales.csv"):
    at = opened("upload")
    at.file_uploader[0].upload(name, content if isinstance(content, bytes) else content.encode()).run()
    assert not at.exception
    return at


def job(state, **more):
    """A job as its files would tell of it."""
    started = shops.LAST.to_pydatetime().astimezone()
    event = Event(id=9, at=started, type="progress", stage="LSTM", done=31, total=50, note="epoch 31 of 50", loss=0.24, fraction=0.64)
    facts = {"number": 3, "state": state, "request": {}, "started": started, "ended": None, "event": event, "fraction": 0.64, "elapsed": 150.0}
    facts |= {"remaining": 78.0, "result": {}, "reason": "", "error": "", "step": "LSTM", "log": Path("log.txt")}
    return JobStatus(**(facts | more))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_an_empty_workspace(page):
    at = opened(page)
    assert at.title[0].value == page.title()
    assert not at.metric


def test_an_empty_workspace_asks_for_a_file():
    at = opened()
    assert "Upload your first sales file." in texts(at)
    at.button(key="to_upload").click().run()
    assert at.title[0].value == "Upload"


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_with_a_version(page, watching):
    assert opened(page).title[0].value == page.title()


def test_the_overview_answers_with_the_four_numbers_of_a_shop(watching):
    at = opened()
    assert list(numbers(at)) == ["Next 14 days", "To order", "Will run out", "Last 7 days"]
    assert numbers(at)["To order"] == numbers(at)["Will run out"] == "not counted"
    assert at.metric[3].delta == "compared from 7 Jul"
    assert "model v1" in texts(at)
    assert curves(at) == ["95\u00a0% range", "80\u00a0% range", "Sales", "Forecast"]


def test_the_overview_says_what_needs_a_person(watching):
    said = texts(opened())
    assert "**1 forecast is simpler**" in said
    assert "**1 no longer sold**" in said
    assert "days old" in said


def test_a_damaged_version_is_named(watching, answers):
    answers(versions, serving=Serving(1, (VersionDamaged(2, "lstm.npz"),)))
    assert "**v2 is damaged**" in texts(opened())


def test_a_version_that_breaks_while_it_serves_says_so(watching, monkeypatch):
    def damaged(ws, version):
        raise VersionDamaged(version, "lstm.npz")

    monkeypatch.setattr(versions, "load", damaged)
    assert "Version 1 is damaged" in texts(opened())


def test_the_filters_offer_only_what_exists(watching):
    at = opened("forecast", product_id="New bun")
    assert at.selectbox(key="region").options == ["North"]
    assert at.selectbox(key="category").options == ["Food"]
    at.selectbox(key="product_id").set_value(None).run()
    assert at.selectbox(key="region").options == ["North", "South"]


def test_the_url_holds_the_view(watching):
    at = opened("forecast", product_id="Bread", region="South", days="7", curves=["Blend", "Naive"])
    assert at.selectbox(key="product_id").value == "Bread"
    assert "Units a day, Bread, South" in texts(at)
    assert len(at.dataframe[0].value) == 7
    assert curves(at) == ["Sales", "Seasonal naive", "Blend"]


def test_nonsense_in_the_url_shows_everything(watching):
    at = opened("forecast", product_id="Nothing", days="12345", curves=["Nonsense"])
    assert "everything added up" in texts(at)
    assert len(at.dataframe[0].value) == 14


def test_filters_that_exclude_each_other_can_be_cleared(watching):
    at = opened("forecast", product_id="New bun", region="South")
    assert "Nothing matches these filters." in texts(at)
    assert not at.metric
    at.button(key="clear").click().run()
    assert "everything added up" in texts(at)
    assert at.selectbox(key="product_id").value is None


def test_what_moves_it_adds_up_to_the_forecast_of_the_day_that_is_picked(watching):
    at = opened("forecast", product_id="Bread")
    choice = at.selectbox(key="moves_day")
    assert (choice.value, len(choice.options)) == ("All 14 days", 15)
    choice.set_value(choice.options[3]).run()
    table = at.dataframe[1].value
    said = next(each.value for each in at.markdown if each.value.startswith("An average day of the last year: "))
    average, forecast = (float(number.replace(",", "")) for number in re.findall(r"\*\*([\d.,]+)\*\*", said))
    assert average + table["units"].sum() == pytest.approx(forecast)
    assert forecast == pytest.approx(at.dataframe[0].value["blend"][2], abs=0.051)
    assert {"prophet", "lstm"} <= set(table)
    assert table["lstm"].any()


def test_a_series_on_a_simpler_model_says_so(watching):
    assert opened("forecast").dataframe[-1].value["product_id"].tolist() == ["New bun"]


@pytest.mark.parametrize("page", ["forecast", "accuracy"])
def test_lists_have_products_no_longer_sold_only_where_somebody_asks_for_them(watching, page):
    def listed(at):
        tables = {name for frame in at.dataframe for column in ("product_id", "series") if column in frame.value for name in frame.value[column]}
        return "Old pie" in at.selectbox(key="product_id").options, any(name.startswith("Old pie") for name in tables)

    at = opened(page)
    assert listed(at) == (False, False)
    assert at.toggle(key="gone").label == "Show 1 shelf no longer sold"
    assert listed(at.toggle(key="gone").set_value(True).run()) == (True, True)
    assert listed(opened(page, gone="true")) == (True, True)
    alone = opened(page, product_id="Old pie")
    assert "Old pie" in alone.selectbox(key="product_id").options
    assert ("Nothing to judge." in texts(alone)) == (page == "accuracy")


def test_names_from_a_file_read_as_they_were_written(watching, monkeypatch):
    def renamed(ws, version, load=versions.load):
        ensemble = load(ws, version)
        return replace(ensemble, panel=replace(ensemble.panel, series=ensemble.panel.series.replace("Bread", ODD)))

    monkeypatch.setattr(versions, "load", renamed)
    at = opened("forecast", product_id=ODD)
    assert f"##### Units a day, {markdown.plain(ODD)}" in texts(at)
    assert ODD not in texts(at)


def test_no_page_lets_html_through():
    paths = [*ROOT.glob("pages/**/*.py"), ROOT / "streamlit_app.py"]
    html = {path.name for path in paths if re.search("unsafe_allow|st.html", path.read_text(encoding="utf-8"))}
    assert html == {"style_sheet.py"}


def test_a_file_goes_from_preview_to_merge():
    sales = shops.sales(60)
    at = upload(sales.to_csv(index=False))
    assert numbers(at).items() >= {"New rows": f"{len(sales):,}", "Changed": "0", "Unchanged": "0", "Problems": "0"}.items()
    assert sales_service.uploads(workspaces.workspace()) == []
    at.button(key="merge_only").click().run()
    assert not at.exception
    assert "**Saved.**" in texts(at)
    assert [found.name for found in sales_service.uploads(workspaces.workspace())] == ["sales.csv"]


def test_the_same_file_again_has_nothing_to_merge(home):
    shops.merge(home, shops.sales(60))
    at = upload(shops.sales(60).to_csv(index=False))
    assert "are already saved.** Nothing to merge." in texts(at)
    assert at.button(key="merge_only").disabled


def test_problems_are_shown_and_left_out_only_on_demand():
    at = upload("date,sales\n2026-01-01,5\n2026-02-31,5\n2026-01-03,five\n2026-01-04,n/a\n")
    assert numbers(at)["Problems"] == "3"
    assert at.dataframe[0].value["line"].tolist() == [3, 4, 5]
    assert at.button(key="merge_only").disabled
    at.checkbox[0].check().run()
    at.button(key="merge_only").click().run()
    assert sales_service.uploads(workspaces.workspace())[0].dropped == 3


def test_a_file_of_problems_alone_cannot_be_merged():
    at = upload("date,sales\n2026-02-31,5\n2026-02-30,4\n")
    assert "**None of the 2 rows can be read**" in texts(at)
    assert at.button(key="merge_only").disabled


def test_a_file_without_dates_says_so_and_can_be_mapped():
    at = upload("SKU,Qty,Weird\na,1,2026-01-01\nb,2,2026-01-02\n")
    if "has no column with dates" in texts(at):
        at.selectbox[0].select("Weird").run()
    assert numbers(at)["New rows"] == "2"


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 40, b"PK\x03\x04 broken"], ids=["empty", "binary", "broken"])
def test_what_is_no_table_is_refused(content):
    at = upload(content)
    assert "This file cannot be read." in texts(at)
    assert "Nothing was saved." in texts(at)
    assert "merge_only" not in {button.key for button in at.button}


def test_an_upload_survives_a_page_change(watching):
    at = upload("date,product_id,region,category,promo,sales\n2026-07-01,Bread,North,Food,0,5\n")
    at.switch_page("pages/forecast.py").run()
    at.switch_page("pages/upload.py").run()
    assert "**sales\\.csv**" in texts(at)
    assert numbers(at)["New rows"] == "1"


def test_the_last_upload_can_be_taken_back(home):
    shops.merge(home, shops.sales(60))
    at = opened("upload")
    at.button(key="take_back").click().run()
    at.button(key="undo").click().run()
    assert not at.exception
    assert sales_service.uploads(home)[0].undone


def test_merge_and_retrain_starts_one_with_the_settings(monkeypatch):
    asked = []
    monkeypatch.setattr(retraining, "start_retrain", lambda _, settings, __: asked.append(settings))
    at = upload(shops.sales(60).to_csv(index=False))
    at.number_input(key="set_epochs").set_value(7).run()
    at.number_input(key="set_horizon").set_value(30).run()
    at.button(key="merge_and_retrain").click().run()
    assert [(settings.horizon, settings.lstm.epochs) for settings in asked] == [(30, 7)]
    assert len(sales_service.uploads(workspaces.workspace())) == 1


def test_a_second_retraining_is_refused_in_words(home, monkeypatch):
    def running(ws, settings, options):
        raise JobRunning(3)

    shops.merge(home, shops.sales(60))
    monkeypatch.setattr(retraining, "start_retrain", running)
    at = opened("upload")
    at.button(key="retrain").click().run()
    assert "running already" in at.error[0].value


def test_a_running_retraining_shows(watching, answers):
    answers(jobs, job=job("running"), events=[job("running").event])
    at = opened()
    assert "**Retraining** :gray[LSTM, epoch 31 of 50]" in texts(at)
    assert "64\u00a0%, about 1 min 20 s left" in texts(at)
    assert at.progress[0].value == 64


def test_a_running_retraining_takes_the_place_of_an_upload(watching, answers):
    answers(jobs, job=job("running"), events=[job("running").event])
    at = opened("upload")
    assert [name for name in ("Merge", "Backtest", "Prophet", "LSTM", "Publish") if f"**{name}**" not in texts(at)] == []
    assert len(at.progress) == 1
    assert not at.file_uploader


def test_a_retraining_can_be_cancelled(watching, answers, monkeypatch):
    cancelled = []
    answers(jobs, job=job("running"), events=[])
    monkeypatch.setattr(jobs, "cancel", lambda _, number: cancelled.append(number))
    opened("upload").button(key="cancel").click().run()
    assert cancelled == [3]


def test_a_failed_retraining_says_what_is_safe(watching, answers):
    answers(jobs, job=job("failed", reason="Retraining stopped: not enough memory. Close other programs."))
    assert "**Retraining stopped.** v1 is still live; nothing changed." in texts(opened())
    assert "Retraining stopped" not in texts(opened(session={"dismissed": 3}))
    assert "Not enough memory\\. Close other programs\\." in texts(opened("upload"))


def test_nothing_is_said_while_nothing_runs(watching, answers):
    answers(jobs, job=job("done"))
    assert "etraining" not in texts(opened())


def test_a_new_version_is_announced_to_a_session_that_saw_the_old_one(watching, answers):
    answers(versions, serving=Serving(2), manifest={**versions.manifest(watching, 1), "version": 2}, load=versions.load(watching, 1))
    at = opened(session={"seen": SeenJob(1, 0, None, "")})
    assert [toast.value.split(":")[0] for toast in at.toast] == ["**v2 is live**"]
    assert "model v2" in texts(at)
    assert not opened(session={"seen": SeenJob(2, 0, None, "")}).toast
    assert not opened().toast


def test_a_version_that_is_held_is_announced_as_held_and_not_as_live(watching, answers, monkeypatch):
    toasts: list[str] = []
    monkeypatch.setattr(banner.st, "toast", lambda text, **_: toasts.append(text))
    for gate in ({"held": True, "reason": "Sales of North are missing."}, {"held": False}):
        answers(jobs, job=job("done", result={"version": 2, "gate": gate}))
        banner.announce(SeenJob(1, 0, 3, "running"), SeenJob(1, 0, 3, "done"))
    assert toasts == [r"**v2 is held, not live.** Sales of North are missing\. v1 goes on serving."]


def test_a_cancelled_retraining_is_announced_to_a_session_that_saw_it_run(watching, answers):
    answers(jobs, job=job("cancelled"))
    assert "v1 is still live" in opened(session={"seen": SeenJob(1, 0, 3, "running")}).toast[0].value
    assert not opened().toast


def test_a_version_that_goes_live_frees_the_one_before(watching, monkeypatch):
    loaded = []
    monkeypatch.setattr(versions, "load", lambda _, version: loaded.append(version) or version)
    assert [live_version.ensemble_of(version) for version in (1, 1, 2, 2, 1)] == [1, 1, 2, 2, 1]
    assert loaded == [1, 2, 1]


def test_an_ensemble_is_loaded_once_for_all_sessions(watching, monkeypatch):
    loaded = []
    monkeypatch.setattr(versions, "load", lambda ws, version, load=versions.load: loaded.append(version) or load(ws, version))
    for page in ("overview", "forecast", "forecast"):
        opened(page)
    assert loaded == [1]


def test_the_forecast_page_says_when_series_were_scaled_to_forecasts_of_totals():
    view = SimpleNamespace(weights={"prophet": 0.2, "lstm": 0.8}, n_series=3, two_numbers="")
    assert "Scaled towards separate forecasts of regions" in parts.caption(view, {"totals": "region"})
    assert "separate forecasts of all sales together" in parts.caption(view, {"totals": "all"})
    assert "Scaled" not in parts.caption(view, None)


def test_the_upload_page_says_when_it_retrains_by_itself(watching, monkeypatch):
    assert "by itself on" not in texts(opened("upload"))
    monkeypatch.setenv("FORECASTING_RETRAIN_EVERY", "0 3 * * *")
    assert "at 03:00 if the sales have changed." in texts(opened("upload"))
