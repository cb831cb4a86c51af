"""Hooks into the libraries that read and write files: workbooks, what a person sends, the sales table."""

from __future__ import annotations

import inspect
import io
import json
import zipfile
from pathlib import Path
from unittest.mock import MagicMock

import pyarrow as pa
import pytest
from library_hooks import relies_on

SHEET = "forecasting/inventory/export/sheet.py"
LOG, PARTS, TABLE = (f"forecasting/storage/sales/{name}.py" for name in ("log_facts", "parts", "table"))


# Orders as a workbook


def written(write, sheet_class=None):
    """The parts of a workbook that `write` filled a sheet of."""
    from xlsxwriter import Workbook

    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True})
    write(book.add_worksheet("Orders", sheet_class))
    book.close()
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}


@relies_on(
    "xlsxwriter",
    "Worksheet._prepare_formula(formula, expand_future_functions=False), which write_formula calls and whose answer is written as it is",
    used_by=SHEET,
    to="write formulas in two thirds of the time",
    gone="xlsxwriter.worksheet.Worksheet._prepare_formula",
)
def test_xlsxwriter_prepares_a_formula_in_a_method_of_its_own():
    from xlsxwriter.worksheet import Worksheet

    asked = []

    class Probe(Worksheet):
        def _prepare_formula(self, formula, expand_future_functions=False):
            asked.append((formula, expand_future_functions))
            return "A1+2"

    signature = inspect.signature(Worksheet._prepare_formula)
    assert [(name, each.default) for name, each in signature.parameters.items()][2:] == [("expand_future_functions", False)]
    sheet = written(lambda sheet: sheet.write_formula(0, 0, "=A1+1", None, 7), Probe)["xl/worksheets/sheet1.xml"]
    assert asked == [("=A1+1", False)]
    assert "<f>A1+2</f><v>7</v>" in sheet


def other_sheets(monkeypatch):
    from xlsxwriter import Workbook

    add = Workbook._add_sheet
    monkeypatch.setattr(Workbook, "_add_sheet", lambda book, name, **_: add(book, name))


@relies_on(
    "xlsxwriter",
    "Workbook.add_worksheet(name, worksheet_class), which makes a sheet of that class without arguments",
    used_by=SHEET,
    to="have sheets that know how to fill themselves",
    gone=other_sheets,
)
def test_xlsxwriter_makes_sheets_of_another_class():
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    class Other(Worksheet): ...

    with Workbook(io.BytesIO()) as book:
        assert type(book.add_worksheet("Orders", Other)) is Other


@relies_on(
    "xlsxwriter",
    "a text from <r> to </r> that goes into the file as mark-up, and one with a space behind it that does not",
    used_by=SHEET,
    to="keep a product of that name a text; if XlsxWriter escapes it by itself now, the space can go",
    gone=lambda monkeypatch: monkeypatch.setattr(
        "xlsxwriter.xmlwriter.XMLwriter._xml_rich_si_element", lambda file, text: file._xml_si_element(text, [])
    ),
)
def test_xlsxwriter_takes_a_text_in_tags_for_markup():
    def write(sheet):
        sheet.write_string(0, 0, "<r>Tea</r>")
        sheet.write_string(1, 0, "<r>Bun</r> ")

    texts = written(write)["xl/sharedStrings.xml"]
    assert "<si><r>Tea</r></si>" in texts
    assert "&lt;r&gt;Bun&lt;/r&gt; <" in texts


# Files that a person sends


def stated_sizes_count(monkeypatch):
    opened = zipfile.ZipFile.open
    monkeypatch.setattr(
        zipfile.ZipFile, "open", lambda archive, part, mode="r", **more: io.BytesIO(b"x" * 10) if mode == "r" else opened(archive, part, mode, **more)
    )


@relies_on(
    "Python",
    "zipfile, which reads as much of a part as its ZipInfo.file_size says",
    used_by="forecasting/intake/unpacking.py",
    to="count what a workbook really holds, whatever size it states",
    gone=stated_sizes_count,
)
def test_python_believes_the_size_that_a_zip_part_is_given():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("part", b"x" * 100)
    lying = file.getvalue().replace((100).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    with zipfile.ZipFile(io.BytesIO(lying)) as archive:
        [part] = archive.infolist()
        assert part.file_size == 10
        part.file_size = 1000
        with archive.open(part) as stream:
            assert len(stream.read()) == 100


@relies_on(
    "python-calamine",
    'to_python(skip_empty_area=False), whose empty cells are "" and whose first row is the first of the sheet, and sheets_metadata with `visible`',
    used_by="forecasting/intake/excel.py",
    to="name the rows of a workbook by their numbers and skip hidden sheets",
    gone=lambda monkeypatch: monkeypatch.setattr("python_calamine.CalamineWorkbook", MagicMock()),
)
def test_calamine_gives_empty_cells_and_rows_as_they_stand():
    from python_calamine import CalamineWorkbook, SheetVisibleEnum
    from xlsxwriter import Workbook

    file = io.BytesIO()
    with Workbook(file) as book:
        book.add_worksheet("Shown").write_number(2, 1, 7)
        book.add_worksheet("Hidden").hide()
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(file.getvalue()))
    assert [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible] == ["Shown"]
    assert workbook.get_sheet_by_name("Shown").to_python(skip_empty_area=False) == [["", ""], ["", ""], ["", 7.0]]


@relies_on(
    "pyarrow",
    "pyarrow.ArrowException, the root of what pyarrow raises for a broken file",
    used_by="forecasting/intake/parquet.py",
    to="refuse a broken Parquet file in words",
    gone="pyarrow.ArrowException",
)
def test_pyarrow_raises_one_kind_of_error():
    from pyarrow import parquet

    assert issubclass(pa.ArrowInvalid, pa.ArrowException)
    with pytest.raises((pa.ArrowException, OSError)):
        parquet.ParquetFile(pa.BufferReader(b"PAR1 is not enough PAR1")).read()


# The sales table


@pytest.fixture
def sales_table(tmp_path):
    """A Delta table with a commit of every kind that Shelfcast makes: created, appended to, merged into, restored, overwritten."""
    from deltalake import CommitProperties, DeltaTable, write_deltalake

    def noted(kind):
        return CommitProperties(custom_metadata={"kind": kind}, max_commit_retries=0)

    def rows(*keys):
        return pa.table({"key": list(keys)})

    path = str(tmp_path / "sales")
    DeltaTable.create(path, schema=rows("a").schema, commit_properties=noted("created"))
    write_deltalake(path, rows("a"), mode="append", commit_properties=noted("append"))
    merger = DeltaTable(path).merge(rows("a", "b"), "t.key = s.key", source_alias="s", target_alias="t", commit_properties=noted("merge"))
    merger.when_matched_update_all().when_not_matched_insert_all().execute()
    DeltaTable(path).restore(1, commit_properties=noted("undo"))
    write_deltalake(path, rows("c"), mode="overwrite", commit_properties=noted("overwrite"))
    return tmp_path / "sales"


@relies_on(
    "deltalake",
    "the custom metadata of a commit: at the top of its entry of history(), and as text in its file of the log",
    used_by=TABLE,
    to="know what was uploaded and taken back, and in commits.py whether a commit has landed",
    gone=lambda monkeypatch: monkeypatch.setattr("deltalake.DeltaTable.history", lambda *_: [{"version": 0, "userMetadata": "{}"}]),
)
def test_deltalake_gives_a_commit_s_own_facts_back(sales_table):
    from deltalake import DeltaTable

    kinds = {commit["version"]: commit["kind"] for commit in DeltaTable(sales_table).history()}
    assert kinds == {0: "created", 1: "append", 2: "merge", 3: "undo", 4: "overwrite"}
    assert b'"undo"' in (sales_table / f"_delta_log/{3:020}.json").read_bytes()


def other_counts(monkeypatch):
    loads = json.loads
    monkeypatch.setattr(json, "loads", lambda text: loads(text.replace("num_added_files", "files_added")))


@relies_on(
    "deltalake",
    "what a commit says of itself in the log: engineInfo, and in operationMetrics how many files it added and removed",
    used_by=LOG,
    to="tell a log entry that was cut short from a whole one",
    gone=other_counts,
)
def test_deltalake_counts_the_files_of_a_commit_in_its_log(sales_table):
    from deltalake import DeltaTable

    from forecasting.storage.sales import log, log_facts

    counted = {"add": set(), "remove": set()}
    for version in range(5):
        actions = [json.loads(line) for line in log.path(sales_table, version).read_text().splitlines()]
        kinds = [kind for action in actions for kind in action]
        [info] = [action["commitInfo"] for action in actions if "commitInfo" in action]
        assert info["engineInfo"].startswith("delta-rs")
        if version == 0:
            assert info["operation"] == "CREATE TABLE"
            assert {"protocol", "metaData"} <= set(kinds)
        for kind, names in log_facts._COUNTS.items():
            found = [name for name in names if name in info.get("operationMetrics", {})]
            counted[kind] |= set(found)
            assert version == 0 or [info["operationMetrics"][name] for name in found] == [kinds.count(kind)], info
    assert counted == {kind: set(names) for kind, names in log_facts._COUNTS.items()}
    DeltaTable(sales_table).create_checkpoint()
    assert log.numbers(sales_table, log.CHECKPOINT) == [4]
    assert (sales_table / log.FOLDER / log.HINT).exists()


@relies_on(
    "deltalake",
    "get_add_actions with the columns path and size_bytes",
    used_by=PARTS,
    to="find a file of the sales that is missing or cut short",
    gone=lambda monkeypatch: monkeypatch.setattr("deltalake.DeltaTable.get_add_actions", lambda *_: pa.table({"path": ["a"], "size": [1]})),
)
def test_deltalake_names_its_files_and_their_sizes(sales_table):
    from deltalake import DeltaTable

    [part] = pa.table(DeltaTable(sales_table).get_add_actions()).to_pylist()
    assert (sales_table / part["path"]).stat().st_size == part["size_bytes"]


@relies_on(
    "deltalake",
    "create_write_transaction, which commits added and removed files with metadata that holds lists",
    used_by=PARTS,
    to="write the data files itself, and give their hashes in the commit that adds them",
    gone=lambda monkeypatch: monkeypatch.setattr("deltalake.DeltaTable.create_write_transaction", lambda *_, **__: None),
)
def test_deltalake_commits_files_that_are_there_in_place_of_others(sales_table):
    from deltalake import CommitProperties, DeltaTable
    from deltalake.transaction import AddAction, RemoveAction

    table = DeltaTable(sales_table)
    [saved] = pa.table(table.get_add_actions()).to_pylist()
    (sales_table / "other.parquet").write_bytes((sales_table / saved["path"]).read_bytes())
    added = AddAction("other.parquet", saved["size_bytes"], {}, 0, True, '{"numRecords": 1}')
    removed = RemoveAction(saved["path"], True, 0, saved["size_bytes"], {})
    properties = CommitProperties(custom_metadata={"parts": [{"sha256": "0a"}]}, max_commit_retries=0)
    table.create_write_transaction([added, removed], "append", table.schema(), commit_properties=properties)
    assert [Path(uri).name for uri in DeltaTable(sales_table).file_uris()] == ["other.parquet"]
    assert DeltaTable(sales_table).history(1)[0]["parts"] == [{"sha256": "0a"}]


@relies_on(
    "deltalake",
    "CommitFailedError where somebody else committed first and max_commit_retries is 0",
    used_by=TABLE,
    to="save nothing over a change that it has not seen",
    gone=lambda monkeypatch: monkeypatch.setattr("deltalake.exceptions.CommitFailedError", KeyError),
)
def test_deltalake_refuses_a_commit_that_comes_second(sales_table):
    from deltalake import CommitProperties, DeltaTable, exceptions, write_deltalake

    once = CommitProperties(max_commit_retries=0)
    first, second = DeltaTable(sales_table), DeltaTable(sales_table)
    write_deltalake(first, pa.table({"key": ["d"]}), mode="append", commit_properties=once)
    with pytest.raises(exceptions.CommitFailedError):
        write_deltalake(second, pa.table({"key": ["e"]}), mode="append", commit_properties=once)
