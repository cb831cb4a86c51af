"""Events are read page by page: all of them, each once, whatever is still being written."""

from __future__ import annotations

from forecasting.core.progress import Progress
from forecasting.jobs import events
from forecasting.jobs.estimate import Estimate
from forecasting.jobs.events import PAGE_EVENTS, Recorder


def written(path, count):
    """The bytes of a job's events with so many steps."""
    recorder = Recorder(path, Estimate({"LSTM": 1}))
    recorder.started()
    for done in range(1, count + 1):
        recorder.progress(Progress("LSTM", done, count, loss=1 / done))
    recorder.result("success", "")
    return path.read_bytes()


def test_pages_hold_every_event_once_and_no_page_more_than_one(tmp_path):
    written(tmp_path / "events", 2 * PAGE_EVENTS)
    found, place, sizes = [], 0, []
    while True:
        page, behind = events.page(tmp_path / "events", place)
        if behind == place:
            break
        found, place, sizes = found + page, behind, [*sizes, len(page)]
    assert found == events.read(tmp_path / "events")
    assert sizes == [PAGE_EVENTS, PAGE_EVENTS, 2]
    assert place == (tmp_path / "events").stat().st_size


def test_a_line_that_is_still_being_written_comes_once_it_is_whole(tmp_path):
    content = written(tmp_path / "whole", 5)
    whole = events.read(tmp_path / "whole")
    ends = [0, *(end + 1 for end, byte in enumerate(content) if byte == ord("\n"))]
    for size in range(len(content)):
        (tmp_path / "events").write_bytes(content[:size])
        page, place = events.page(tmp_path / "events")
        assert place == max(end for end in ends if end <= size)
        (tmp_path / "events").write_bytes(content)
        assert page + events.page(tmp_path / "events", place)[0] == whole


def test_what_is_no_event_is_passed_over_and_without_a_file_there_is_none(tmp_path):
    content = written(tmp_path / "events", 1)
    (tmp_path / "events").write_bytes(b"\x00\xff\n" + content)
    assert events.page(tmp_path / "events")[0] == events.read(tmp_path / "events")
    assert events.page(tmp_path / "missing", 7) == ([], 7)
