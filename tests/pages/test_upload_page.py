"""The Upload page says what it understood of a file, and asks what only a person knows."""

from __future__ import annotations

import io
from dataclasses import replace

import hostile_names as hostile
import pandas as pd
import pytest
from app_driver import numbers, opened, texts

from forecasting.intake.understood import Choice, Question
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.services import sales as sales_service
from forecasting.services import suppliers, workspaces
from pages.components.shared import markdown

pytestmark = pytest.mark.usefixtures("fresh_caches")

DAYS = pd.date_range("2026-03-01", periods=30, freq="D")
TWO_WAYS = "date,sales\n" + "".join(f"{day:02d}/{month:02d}/2025,{5 + day % 3}\n" for month in (3, 5) for day in range(1, 13))


def upload(content, name="sales.csv", at=None):
    at = opened("upload") if at is None else at
    at.file_uploader[0].upload(name, content if isinstance(content, bytes) else content.encode()).run()
    assert not at.exception
    return at


def few_collisions(other=7):
    """Thirty days of one product, and a second row on one of them: 150 units added up, `other` - 5 more with the last row alone."""
    return "date,product_id,sales\n" + "".join(f"{day:%Y-%m-%d},Bread,5\n" for day in DAYS) + f"2026-03-04,Bread,{other}\n"


def receipts():
    return "date,receipt no,product_id,sales\n" + "".join(f"{day:%Y-%m-%d},{n},Bread,2\n" for day in DAYS for n in range(4))


def select(at, label):
    return next(box for box in at.selectbox if box.label == label)


def merge_is_off(at):
    return at.button(key="merge_only").disabled and at.button(key="merge_and_retrain").disabled


@pytest.fixture
def asks(monkeypatch):
    """Makes each check of a file end with these questions, as long as nothing of their kind was accepted."""

    def prepare(*questions, notes=()):
        def check(table, mapping, answers=sales_service.NOTHING_SAID, ws=None, real=sales_service.check):
            checked = real(table, mapping, answers, ws)
            still = tuple(question for question in questions if question.kind not in answers.accept)
            return replace(checked, understood=replace(checked.understood, questions=still, notes=(*checked.understood.notes, *notes)))

        monkeypatch.setattr(sales_service, "check", check)

    return prepare


def question(kind, text="Is it so?", **more):
    return Question(kind, text, (Choice("yes", f"{kind}: yes", {"accept": [kind], **more}), Choice("no", f"{kind}: no", {"accept": [kind]})))


def test_a_clean_file_says_its_units_rows_series_and_days():
    at = upload("date,product_id,sales\n" + "".join(f"{day:%Y-%m-%d},{name},1.5\n" for day in DAYS for name in ("Bread", "Tea")))
    assert numbers(at).items() >= {"Units in the file": "90", "Units kept": "90", "Rows used": "60", "Series": "2"}.items()
    assert "1 Mar 2026 to 30 Mar 2026, by day" in texts(at)
    assert not at.radio
    assert not at.button(key="merge_only").disabled


def test_a_file_is_what_it_holds_whatever_it_is_called():
    at = upload("date\tproduct_id\tsales\n2026-01-01\tBread\t5\n", "export.xls")
    assert numbers(at)["Units kept"] == "5"
    assert "is a PDF" in texts(upload(b"%PDF-1.7 \x00", "sales.pdf"))


def test_receipts_are_added_up_and_said():
    at = upload(receipts())
    assert not at.radio
    assert numbers(at).items() >= {"Units in the file": "240", "Units kept": "240", "New rows": "30"}.items()
    assert "rows of one day added up" in texts(at)
    assert "120 rows became 30" in texts(at)


def test_where_the_cells_were_found_is_said_only_if_unusual():
    workbook = io.BytesIO()
    with pd.ExcelWriter(workbook) as writer:
        for name in ("_March_", "April"):
            pd.DataFrame({"date": DAYS, "sales": 3}).to_excel(writer, index=False, sheet_name=name)
    assert "encoding" not in texts(upload("date,sales\n2026-01-01,5\n"))
    assert "header in line" not in texts(upload("date,sales\n2026-01-01,5\n"))
    at = upload(workbook.getvalue(), "sales.xlsx")
    assert select(at, "Sheet").options == ["\\_March\\_", "April"]


def test_rows_left_out_and_units_lost_stand_beside_what_is_kept():
    at = upload(few_collisions(other=1))
    at.radio[0].set_value("last").run()
    deltas = {metric.label: metric.delta for metric in at.metric}
    assert numbers(at).items() >= {"Units in the file": "151", "Units kept": "146"}.items()
    assert deltas["Units kept"] == "5 fewer"


@pytest.mark.parametrize(("choice", "units"), [("sum", "157"), ("last", "152")])
def test_a_daily_file_with_few_collisions_asks_before_it_can_be_merged(choice, units):
    at = upload(few_collisions())
    assert at.radio[0].value is None
    assert sorted(at.radio[0].options) == [
        markdown.plain("Add them up, as separate sales: 157 units in all"),
        markdown.plain("Only the last row of each counts, as a correction: 152 units in all"),
    ]
    assert numbers(at)["Units kept"] == "Open"
    assert "New rows" not in numbers(at)
    assert "1 question is open" in texts(at)
    assert "once the open questions have their answers" in texts(at)
    assert merge_is_off(at)

    at.radio[0].set_value(choice).run()
    assert numbers(at).items() >= {"Units kept": units, "New rows": "30"}.items()
    assert "open" not in at.radio[0].label
    assert not merge_is_off(at)
    at.button(key="merge_only").click().run()
    assert not at.exception
    [saved] = sales_service.uploads(workspaces.workspace())
    assert saved.new == 30


def test_an_answer_can_be_changed_and_taken_back():
    at = upload(few_collisions())
    at.radio[0].set_value("sum").run()
    at.radio[0].set_value("last").run()
    assert numbers(at)["Units kept"] == "152"
    next(button for button in at.button if button.label == "Take this answer back").click().run()
    assert at.radio[0].value is None
    assert merge_is_off(at)


def test_dates_that_read_two_ways_are_asked_about():
    at = upload(TWO_WAYS)
    assert at.radio[0].value is None
    assert not at.metric
    assert merge_is_off(at)
    at.radio[0].set_value("day").run()
    assert "1 Mar 2025 to 12 May 2025" in texts(at)
    assert not merge_is_off(at)
    at.radio[0].set_value("month").run()
    assert "3 Jan 2025 to 5 Dec 2025" in texts(at)


def test_a_question_after_another_comes_when_the_first_has_its_answer():
    at = upload(TWO_WAYS + "03/03/2025,9\n")
    assert len(at.radio) == 1
    at.radio[0].set_value("day").run()
    assert len(at.radio) == 2
    assert merge_is_off(at)
    at.radio[1].set_value("sum").run()
    assert [radio.value for radio in at.radio] == ["day", "sum"]
    assert numbers(at)["Units kept"] == "153"


def test_an_answer_counts_for_the_question_as_it_was_shown_and_no_other():
    at = upload(TWO_WAYS + "03/04/2025,9\n04/03/2025,9\n04/03/2025,1\n")
    at.radio[0].set_value("day").run()
    at.radio[1].set_value("sum").run()
    assert not merge_is_off(at)
    asked = at.radio[1].label
    at.radio[0].set_value("month").run()
    assert at.radio[1].label != asked or at.radio[1].value == "sum"
    at.radio[0].set_value("day").run()
    assert [radio.value for radio in at.radio] == ["day", "sum"]


def test_several_questions_at_once_are_all_shown_and_each_needs_its_answer(asks):
    asks(question("one"), question("two"), question("three"))
    at = upload("date,sales\n2026-01-01,5\n")
    assert len(at.radio) == 3
    assert "3 questions are open" in texts(at)
    at.radio[1].set_value("yes").run()
    assert "2 questions are open" in texts(at)
    at.radio[0].set_value("no").run()
    assert merge_is_off(at)
    at.radio[2].set_value("yes").run()
    assert [radio.value for radio in at.radio] == ["no", "yes", "yes"]
    assert not merge_is_off(at)


def test_an_answer_about_columns_sets_their_selects_and_taking_it_back_sets_them_back(asks):
    asks(question("keys", mapping={"store": "Kiosk"}))
    at = upload("date,product_id,Kiosk,sales\n2026-01-01,Bread,North,5\n2026-01-02,Bread,South,5\n")

    assert select(at, "Store").value is None
    at.radio[0].set_value("yes").run()
    assert select(at, "Store").value == "Kiosk"
    assert numbers(at)["Series"] == "2"
    next(button for button in at.button if button.label == "Take this answer back").click().run()
    assert select(at, "Store").value is None


def test_an_answer_that_does_not_settle_its_question_leaves_it_open(asks):
    asks(Question("keys", "Which?", (Choice("store", "Kiosk", {"mapping": {"store": "Kiosk"}}), Choice("none", "None", {"accept": ["keys"]}))))
    at = upload("date,product_id,Kiosk,sales\n2026-01-01,Bread,North,5\n2026-01-02,Bread,South,5\n")
    at.radio[0].set_value("store").run()
    assert not at.exception
    assert "do not go with this answer" in texts(at)
    assert merge_is_off(at)
    at.radio[0].set_value("none").run()
    assert "do not go with this answer" not in texts(at)
    assert not merge_is_off(at)


def test_answers_and_settings_stay_over_a_page_change():
    at = upload(TWO_WAYS + "03/03/2025,9\n")
    at.radio[0].set_value("day").run()
    at.radio[1].set_value("sum").run()
    at.switch_page("pages/overview.py").run()
    at.switch_page("pages/upload.py").run()
    assert [radio.value for radio in at.radio] == ["day", "sum"]
    assert numbers(at)["Units kept"] == "153"


def test_a_column_that_was_chosen_or_emptied_stays_so_over_a_page_change():
    at = upload("date,product_id,store,Kiosk,sales\n2026-01-01,Bread,A,North,5\n2026-01-01,Bread,A,South,5\n")
    select(at, "Store").set_value(None).run()
    select(at, "Region").set_value("Kiosk").run()
    at.switch_page("pages/overview.py").run()
    at.switch_page("pages/upload.py").run()
    assert [select(at, label).value for label in ("Product", "Store", "Region")] == ["product_id", None, "Kiosk"]
    assert numbers(at)["Series"] == "2"


def test_another_file_forgets_the_answers_even_if_the_first_comes_again():
    at = upload(few_collisions())
    at.radio[0].set_value("sum").run()
    for content in (few_collisions(other=9), few_collisions()):
        at.button(key="another").click().run()
        upload(content, at=at)
        assert at.radio[0].value is None
        assert merge_is_off(at)


def test_what_is_set_without_a_question_is_read_so_and_can_be_put_back():
    at = upload(few_collisions())
    select(at, "Rows of one day and product").set_value("last").run()
    assert not at.radio
    assert numbers(at)["Units kept"] == "152"
    select(at, "Each row is").set_value(True).run()
    assert numbers(at)["Units kept"] == "30"
    at.button(key="read_as_it_is").click().run()
    assert len(at.radio) == 1


def test_the_page_reads_the_file_once_and_checks_it_once_for_each_answer(monkeypatch):
    calls = []
    for name in ("inspect", "check"):
        real = getattr(sales_service, name)
        monkeypatch.setattr(sales_service, name, lambda *args, name=name, real=real, **options: (calls.append(name), real(*args, **options))[1])
    at = upload(few_collisions())
    assert calls == ["inspect", "check"]
    at.run()
    at.radio[0].set_value("sum").run()
    at.run()
    assert calls == ["inspect", "check", "check"]


def test_many_notes_are_folded(asks):
    asks(notes=[f"Note {number}" for number in range(20)])
    at = upload("date,sales\n2026-01-01,5\n")
    folded = next(box for box in at.expander if box.label == "15 more notes")
    assert "Note 19" in folded.markdown[0].value
    assert "Note 19" not in "\n".join(element.value for element in at.markdown if element.value not in {inner.value for inner in folded.markdown})


def test_hostile_texts_in_questions_choices_and_notes_stay_text(asks):
    names = [*hostile.SHOWN, *hostile.ODD]
    choices = tuple(Choice(f"{place}", name, {"accept": ["odd"]}) for place, name in enumerate(names))
    asks(Question("odd", hostile.MARKUP, choices), notes=names[:3])
    at = upload("date,sales\n2026-01-01,5\n")
    assert at.radio[0].options == [markdown.plain(name) for name in names]
    assert at.radio[0].label == markdown.plain(hostile.MARKUP)
    assert hostile.MARKUP not in texts(at)
    assert all(f"- {markdown.plain(name)}" in texts(at) for name in names[:3])


def test_rows_are_never_left_out_in_another_number_than_was_agreed_to():
    at = upload("date,sales\n2026-01-01,5\n2026-02-31,5\n2026-01-03,2\n")
    at.checkbox[0].check().run()
    assert not merge_is_off(at)
    select(at, "Each row is").set_value(True).run()
    assert at.checkbox[0].value
    select(at, "Product").set_value("sales").run()
    assert numbers(at)["Problems"] == "1"


def test_a_refusal_leaves_the_way_back():
    at = upload("word,qty\nsun,5\nrain,2\n")
    assert "has no column with dates" in texts(at)
    assert any(box.label == "Encoding" for box in at.selectbox)


def test_a_column_of_suppliers_has_its_select_and_what_it_means_is_said_before_anything_is_saved():
    rows = "".join(f"{day:%Y-%m-%d},{name},5,{vendor}\n" for day in DAYS for name, vendor in (("Bread", "Hansen"), ("Tea", "Mills")))
    at = upload(f"date,product_id,sales,Vendor\n{rows}")
    assert select(at, "Supplier").value == "Vendor"
    said = "Vendor says who delivers 2 series: 2 suppliers, 2 of them new (Hansen and Mills; terms not given yet)."
    assert markdown.plain(said) in texts(at)
    assert not merge_is_off(at)
    at.button(key="merge_only").click().run()
    ws = workspaces.workspace()
    suppliers.save(ws, Sourcing(), "Anna")  # the sales are saved, and who delivers them is not known any more
    again = upload(f"date,product_id,sales,Vendor\n{rows}")
    assert merge_is_off(again)
    again.button(key="upload_who_delivers").click().run()
    assert {each.name for each in suppliers.sourcing(ws).suppliers} == {"Hansen", "Mills"}
    assert "upload_who_delivers" not in {each.key for each in again.button}
