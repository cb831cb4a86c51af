"""Any upload can be taken back: what is left are the sales of all others, as if it had never been."""

from __future__ import annotations

import api_client
import pandas as pd
import pytest

from forecasting.core.errors import DiskFull, InputError, NotFound, TryAgain
from forecasting.entrypoints.cli.verbs import main
from forecasting.services import rereading, sales, saved_sales, submissions, take_back
from forecasting.services.submissions import Submission
from forecasting.storage.sales import parts
from forecasting.storage.sales.table import Dataset
from forecasting.storage.workspace import Workspace

FILES = {
    "january.csv": "date,product_id,price,sales\n2026-01-01,Bread,2.5,10\n2026-01-02,Bread,2.5,11\n2026-01-01,Cake,7,3\n",
    "mistake.csv": "date,product_id,sales\n2026-01-02,Bread,99\n2026-01-03,Bread,98\n2026-01-03,Pie,97\n",
    "whole.csv": "date,product_id,sales\n2026-01-01,Bread,10\n2026-01-02,Bread,99\n2026-01-03,Bread,12\n2026-01-04,Bread,13\n",
    "late.csv": "Day;Item;Count\n03/01/2026;Pie;4\n05/01/2026;Tea;5\n",
}


def merge(ws, name, **said):
    submissions.merge(ws, Submission(content=FILES[name].encode(), name=name, alone=True, **said))


@pytest.fixture
def shop_of_files(home):
    for name in FILES:
        merge(home, name, **({"answers": sales.answers({"date_order": "day"})} if name == "late.csv" else {}))
    return home


def rows(ws):
    return Dataset(ws).read()


def as_if_only(tmp_path, names):
    ws = Workspace(tmp_path / "-".join(["only", *names]))
    for name in names:
        merge(ws, name, **({"answers": sales.answers({"date_order": "day"})} if name == "late.csv" else {}))
    return rows(ws)


@pytest.mark.parametrize(
    "taken", [("january.csv",), ("mistake.csv",), ("whole.csv",), ("mistake.csv", "january.csv"), ("january.csv", "mistake.csv", "late.csv")]
)
def test_what_is_left_is_what_the_other_uploads_give_alone(shop_of_files, tmp_path, taken):
    versions = {upload.name: upload.version for upload in sales.uploads(shop_of_files)}
    for name in taken:
        assert take_back.take_back(shop_of_files, versions[name], alone=True).name == name
    others = [name for name in FILES if name not in taken]
    pd.testing.assert_frame_equal(rows(shop_of_files), as_if_only(tmp_path, others))
    assert {upload.name for upload in sales.uploads(shop_of_files) if upload.undone} == set(taken)
    assert [upload.name for upload in Dataset(shop_of_files).lineage().of(Dataset(shop_of_files).version)] == others


def test_after_all_of_them_nothing_is_left(shop_of_files):
    for upload in reversed(sales.uploads(shop_of_files)):
        take_back.take_back(shop_of_files, upload.version, alone=True)
    assert rows(shop_of_files).empty
    with pytest.raises(InputError, match="There is no upload to take back"):
        take_back.step_back(shop_of_files, alone=True)


def test_the_preview_tells_rows_units_and_products_and_changes_nothing(shop_of_files):
    before = Dataset(shop_of_files).version
    step = take_back.step_back(shop_of_files, 2, alone=True)
    assert step.upload.name == "mistake.csv"
    assert step.gone.empty
    assert step.restored.empty
    step = take_back.step_back(shop_of_files, 1, alone=True)
    assert step.gone[["product_id", "sales"]].to_numpy().tolist() == [["Cake", 3.0]]
    assert step.restored[["product_id", "sales"]].to_numpy().tolist() == [["Bread", 10.0], ["Bread", 99.0]]
    step = take_back.step_back(shop_of_files, 3, alone=True)
    assert step.gone["sales"].tolist() == [13.0]
    assert step.restored[["product_id", "sales"]].to_numpy().tolist() == [["Bread", 98.0]]
    assert step.products.to_numpy().tolist() == [["Bread", 134.0, 207.0]]
    assert step.units == (146.0, 219.0)
    assert Dataset(shop_of_files).version == before


def test_the_sample_comes_back_with_its_own_place(home):
    sales.load_sample(home)
    merge(home, "january.csv")
    merge(home, "mistake.csv")
    step = take_back.step_back(home, 2, alone=True)
    assert (len(step.gone), len(step.sales)) == (2, 3)
    take_back.take_back(home, 2, alone=True)
    assert set(rows(home)["product_id"]) == {"Bread", "Pie"}
    assert not saved_sales.saved(home).is_sample
    take_back.take_back(home, 3, alone=True)
    assert len(rows(home)) > 30_000
    assert saved_sales.saved(home).is_sample


@pytest.mark.parametrize("version", [0, 9])
def test_a_version_that_no_upload_made_is_not_found(shop_of_files, version):
    with pytest.raises(NotFound, match=f"No upload made sales version {version}"):
        take_back.step_back(shop_of_files, version)


def test_an_upload_is_taken_back_once(shop_of_files):
    take_back.take_back(shop_of_files, 2, alone=True)
    with pytest.raises(InputError, match=r"mistake.csv was taken back already"):
        take_back.take_back(shop_of_files, 2, alone=True)


def test_a_later_file_that_cannot_be_read_again_is_named_and_nothing_changes(shop_of_files):
    last = sales.uploads(shop_of_files)[0]
    (shop_of_files.uploads / f"{last.sha256}.csv").unlink()
    before = rows(shop_of_files)
    with pytest.raises(
        InputError, match=r"those of late.csv, which .* The file of late.csv is no longer kept. Nothing was changed. Take late.csv back first"
    ):
        take_back.take_back(shop_of_files, 2, alone=True)
    pd.testing.assert_frame_equal(rows(shop_of_files), before)


def test_uploads_of_before_their_reading_was_saved_are_read_by_their_names_and_checked_by_their_counts(home, monkeypatch):
    monkeypatch.setattr(rereading, "reading_of", lambda _: "")
    for name in ("january.csv", "mistake.csv", "whole.csv"):
        merge(home, name)
    merge(home, "late.csv", answers=sales.answers({"date_order": "day"}))
    with pytest.raises(InputError, match=r"late.csv is not read today as it was read then"):
        take_back.take_back(home, 2, alone=True)
    take_back.take_back(home, 4, alone=True)
    take_back.take_back(home, 1, alone=True)
    assert rows(home)["sales"].tolist() == [10.0, 99.0, 12.0, 13.0, 97.0]


def test_who_looked_at_other_sales_takes_nothing_back(shop_of_files, monkeypatch):
    step = take_back.step_back(shop_of_files, 2, alone=True)
    take_back.take_back(shop_of_files, 1, alone=True)
    monkeypatch.setattr(take_back, "step_back", lambda *_, **__: step)
    with pytest.raises(TryAgain, match="Somebody else changed the sales meanwhile"):
        take_back.take_back(shop_of_files, 2, alone=True)
    with pytest.raises(TryAgain, match="Somebody else changed the sales meanwhile"):
        Dataset(shop_of_files).undo(3)


def test_a_disk_that_is_full_in_the_middle_leaves_the_sales_as_they_were(shop_of_files, monkeypatch):
    before, files = rows(shop_of_files), set(shop_of_files.sales.glob("*.parquet"))
    real = parts.write_bytes

    def full(path, content):
        real(path, content[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parts, "write_bytes", full)
    with pytest.raises(DiskFull, match="everything is as it was before"):
        take_back.take_back(shop_of_files, 1, alone=True)
    monkeypatch.undo()
    pd.testing.assert_frame_equal(rows(shop_of_files), before)
    assert set(shop_of_files.sales.glob("*.parquet")) == files


def test_the_command_line_shows_and_takes_back_any_upload(shop_of_files, capsys):
    assert main(["undo", "3", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "Nothing was changed. Without whole.csv: 1 row goes, 1 row gets other values; 146 units become 219." in told
    assert main(["undo", "3"]) == 0
    assert "Taken back: whole.csv" in capsys.readouterr().out
    assert main(["undo", "3"]) == 2
    assert "taken back already" in capsys.readouterr().err
    assert main(["undo", "--list"]) == 0
    assert [line.split("  ")[2:] for line in capsys.readouterr().out.splitlines()] == [
        ["late.csv"],
        ["whole.csv", "taken back"],
        ["mistake.csv"],
        ["january.csv"],
    ]
    assert main(["undo"]) == 0
    assert "Taken back: late.csv" in capsys.readouterr().out


def test_http_shows_and_takes_back_any_upload(shop_of_files, monkeypatch):
    real = take_back.step_back
    monkeypatch.setattr(take_back, "step_back", lambda ws, version: real(ws, version, alone=True))
    asked = api_client.client(shop_of_files)
    shown = asked.get("/api/uploads/3/undo").json()
    assert [shown[name] for name in ("name", "rows_gone", "rows_restored", "units_before", "units_after")] == ["whole.csv", 1, 1, 146.0, 219.0]
    assert shown["products"] == [{"product_id": "Bread", "before": 134.0, "after": 207.0}]
    assert asked.get("/api/uploads/9/undo").status_code == 404
    undone = asked.post("/api/uploads/undo", params={"version": 3}).json()
    assert (undone["name"], undone["undone"]) == ("whole.csv", True)
    assert asked.post("/api/uploads/undo", params={"version": 3}).json()["detail"] == "whole.csv was taken back already."
