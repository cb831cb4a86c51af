"""Who delivers each series, by a column of a sales file: no key, no column of the sales, and the newest row counts."""

from __future__ import annotations

from datetime import date

import pytest

from forecasting.intake.reader import read_table
from forecasting.intake.sales_file import Intake, check, guess_mapping

TODAY = date(2026, 3, 1)
HEAD = "Date,Product,Store,Units sold,{}\n"


def checked(rows: str, column: str = "Vendor") -> Intake:
    table = read_table((HEAD.format(column) + rows).encode(), "sales.csv")
    return check(table, guess_mapping(table), today=TODAY)


@pytest.mark.parametrize("name", ["Supplier", "Vendor Name", "Lieferant", "Nom fournisseur", "Proveedor", "Dostawca", "Поставщик", "供应商名称"])
def test_the_column_is_known_by_name_and_changes_neither_keys_nor_rows(name: str) -> None:
    rows = "2026-01-05,Bread,A,3,Hansen\n2026-01-06,Bread,A,4,Mills\n2026-01-05,Bread,B,2,Hansen\n"
    file, plain = checked(rows, name), checked(rows, "Comment")
    assert (file.mapping["supplier"], file.kept_out, "supplier" in plain.mapping) == (name, (), False)
    assert file.sales.equals(plain.sales)
    assert "supplier" not in file.sales
    assert tuple(file.suppliers.iloc[0])[:3] == ("Bread", "A", "Mills")
    assert file.understood.to_dict()["suppliers"] == {"series": 2, "suppliers": 2}


@pytest.mark.parametrize("name", ["Supplier price", "Vendor SKU", "Supplier lead time", "Vendor phone", "Comment"])
def test_what_is_only_about_a_supplier_names_none(name: str) -> None:
    assert "supplier" not in checked("2026-01-05,Bread,A,3,12\n2026-01-06,Bread,A,4,13\n", name).mapping


def test_the_newest_row_that_names_one_counts_wherever_it_stands_and_several_are_said() -> None:
    file = checked("2026-01-07,Bread,A,3,\n2026-01-06,Bread,A,4, Mills  &  Sons \n2026-01-05,Bread,A,2,Hansen\n2026-01-05,Tea,A,2,hansen\n")
    assert file.suppliers["supplier"].tolist() == ["Mills & Sons", "hansen"]
    assert [f"{day:%m-%d}" for day in file.suppliers["date"]] == ["01-06", "01-05"]
    [note] = [each for each in file.understood.notes if "several suppliers" in each]
    assert note == "1 series have several suppliers; the newest row counts: Bread A from Mills & Sons, before from Hansen."


def test_rows_that_differ_only_in_their_supplier_are_asked_about_as_before() -> None:
    rows = "".join(f"2026-01-0{day},Bread,A,{day},{name}\n" for day in range(1, 7) for name in ("Hansen", "Mills"))
    [question] = [each for each in checked(rows.replace(",A,", ",,")).understood.questions if each.kind == "key"]
    assert "differ in Vendor" in question.text
