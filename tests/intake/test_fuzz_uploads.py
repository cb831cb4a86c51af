"""Whatever is uploaded ends in a merge or in a clear message; a refused file leaves the workspace as it was, byte by byte."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections import Counter
from pathlib import Path

import mutated_files as mutants
import numpy as np
import odd_files
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from forecasting.core import schema
from forecasting.entrypoints.api import app as api
from forecasting.entrypoints.api.forms import Choices
from forecasting.entrypoints.file_answers import answers_of
from forecasting.entrypoints.server.server_settings import ServerSettings
from forecasting.services import sales, submissions
from forecasting.services.submissions import Submission
from forecasting.storage.sales.table import Dataset
from forecasting.storage.workspace import Workspace

pytestmark = pytest.mark.slow

SHARDS, DRAWN, MUTATED = 3, 40, 40
"""Files in all: SHARDS * (DRAWN + MUTATED), 240; benchmarks/fuzz_reading.py reads many more."""
CPU_SECONDS = 20.0
"""No small file may keep the server busy for longer."""
FIRST = b"date,product_id,sales\n2026-07-01,Tea,5\n2026-07-01,Bread,7\n2026-07-03,Bread,7\n"
BOUNDARY = b"-----a-boundary-that-no-file-has-7d1f"
NEXT = b"date,product_id,sales\n2026-07-02,Tea,4\n2026-07-02,Bread,8\n"
"""A file that must go in whatever was sent before it: what Hypothesis draws differs from one of its releases to the next."""
LEAKS = re.compile(r"Traceback|File \"|site-packages|object at 0x|\.py\b|<class '|/tmp/")
READING = re.compile(r"artifacts|artifacts/reading(/slot-[12]\.lock|/spool)?")
"""What is left of the files that were read."""
BESIDES = re.compile(r"data|data/sales\.lock|data/uploads|data/uploads/[0-9a-f]{64}\.csv|data/sales(/.*)?")
PUT_TOGETHER = "data/sales/_summaries/all.arrow"
"""What follows from the other files, and is written when somebody first asks after a merge."""


class Fuzzed:
    """A workspace behind its API, and what became of the files that were sent.

    Args:
        ws: The workspace.
        outside: A folder around it in which nothing else may appear.
        first: What it starts with; nothing for an empty one.
    """

    def __init__(self, ws: Workspace, outside: Path, first: bytes) -> None:
        self.ws, self.outside, self.became = ws, outside, Counter()
        generous = ServerSettings(request_rate="1000000/second", upload_rate="1000000/second")
        app = Starlette(routes=[Mount("/api", api.make_app(ws, generous))])
        self.client = TestClient(app, base_url="http://127.0.0.1:8501", raise_server_exceptions=False)
        if first:
            submissions.merge(ws, Submission(content=first, name="first.csv"))
        ws.home.mkdir(parents=True, exist_ok=True)
        self.around = set(outside.iterdir())

    def send(self, content: bytes, name: str, fields: dict[str, str]) -> None:
        """Sends a file and holds the answer, the sales and the disk against what must be."""
        before, saved, uploads = self.digest(), Dataset(self.ws).rows(), len(sales.uploads(self.ws))
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}"}
        begun = time.process_time()
        response = self.client.post("/api/upload", content=multipart(content, name, fields), headers=headers)
        assert time.process_time() - begun < CPU_SECONDS
        self.became[response.status_code] += 1
        if response.status_code == 200:
            self._accepted(response.json(), (content, name, fields), (before, saved, uploads))
        else:
            self._refused(response)
            assert self.digest() == before
        assert set(self.outside.iterdir()) == self.around
        assert not Path("/escaped.csv").exists()

    def digest(self) -> str:
        """Of the workspace's every file: names, sizes, and the bytes of the sales table's log."""
        whole = hashlib.sha256()
        for path in sorted(self.ws.home.rglob("*")):
            name = str(path.relative_to(self.ws.home))
            assert BESIDES.fullmatch(name) or READING.fullmatch(name), name
            if path.is_file() and not READING.fullmatch(name) and name != PUT_TOGETHER:
                whole.update(f"{name}\0{path.stat().st_size}\0".encode())
                whole.update(path.read_bytes() if path.parent.name == "_delta_log" else b"")
        return whole.hexdigest()

    def _refused(self, response) -> None:
        assert response.status_code in (400, 413, 422), response.text
        assert response.headers["content-type"] == "application/problem+json"
        problem = response.json()
        assert problem["status"] == response.status_code
        detail = problem["detail"]
        assert 10 < len(detail) < 2000, detail
        assert not LEAKS.search(detail), detail
        assert str(self.ws.home) not in response.text

    def _accepted(self, body: dict, sent: tuple[bytes, str, dict[str, str]], then: tuple[str, int, int]) -> None:
        before, saved, uploads = then
        counts = {name: body[name] for name in ("new", "changed", "unchanged")}
        fields = {name: value for name, value in sent[2].items() if value}
        assert sum(counts.values()) == rows_kept(self.ws, sent[0], fields)
        assert len(body["text"]) > 10
        if fields.get("dry_run") == "true":
            assert not body["saved"]
            assert self.digest() == before
            return
        assert body["saved"] == bool(counts["new"] or counts["changed"])
        history = sales.uploads(self.ws)
        assert len(history) == uploads + body["saved"]
        if not body["saved"]:
            assert self.digest() == before
            return
        last = history[0]
        assert last.sha256 == hashlib.sha256(sent[0]).hexdigest()
        assert (self.ws.uploads / f"{last.sha256}.csv").read_bytes() == sent[0]
        assert {name: getattr(last, name) for name in counts} == counts
        self._readable(saved + counts["new"])
        if counts["changed"] or not last.version % 3:
            self._taken_back(saved)

    def _readable(self, rows: int) -> None:
        sales = Dataset(self.ws).read()
        assert len(sales) == rows
        assert not sales.duplicated([name for name in (schema.DATE, *schema.KEYS) if name in sales]).any()
        numbers = sales[[name for name in (schema.SALES, *schema.DRIVERS) if name in sales]].to_numpy()
        assert not np.isinf(numbers).any()
        assert not (numbers < 0).any()
        assert sales[schema.DATE].dt.year.between(1970, 2100).all()

    def _taken_back(self, rows: int) -> None:
        response = self.client.post("/api/uploads/undo")
        assert response.status_code == 200, response.text
        assert Dataset(self.ws).rows() == rows


def multipart(content: bytes, name: str, fields: dict[str, str]) -> bytes:
    """A form as it goes over the wire, whatever stands in it."""
    parts = [b'Content-Disposition: form-data; name="%s"\r\n\r\n%s' % (field.encode(), wired(value)) for field, value in fields.items()]
    parts.append(b'Content-Disposition: form-data; name="file"; filename="%s"\r\n\r\n%s' % (wired(name), content))
    return b"".join(b"--%s\r\n%s\r\n" % (BOUNDARY, part) for part in parts) + b"--%s--\r\n" % BOUNDARY


def wired(value: str) -> bytes:
    """A text's bytes in a form; half a character, which no UTF-8 has, goes as a question mark."""
    return value.encode("utf-8", "replace")


def rows_kept(ws: Workspace, content: bytes, fields: dict[str, str]) -> int:
    """Rows of a file that a merge is about: one a key and day."""
    fields = {name: wired(value).decode() for name, value in fields.items()}
    choices = Choices.model_validate(
        {name: [value] if name in ("leave_out", "accept") else value for name, value in fields.items() if name in Choices.model_fields}
    )
    mapping = json.loads(choices.mapping.strip() or "{}")
    return len(submissions.check(ws, Submission(content=content, name="again", mapping=mapping, answers=answers_of(dict(choices)), alone=True)).sales)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_files_of_every_odd_kind(home, tmp_path, shard):
    fuzzed = Fuzzed(home, tmp_path, FIRST if shard % 2 else b"")

    @seed(shard)
    @settings(
        max_examples=DRAWN,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )
    @given(odd_files.SENT)
    def send(sent):
        fuzzed.send(*sent)

    send()
    assert fuzzed.became.total() >= DRAWN
    before = fuzzed.became.copy()
    fuzzed.send(NEXT, "next.csv", {})
    fuzzed.send(b"no sales at all", "none.csv", {})
    assert fuzzed.became - before == Counter({200: 1, 422: 1})


@pytest.mark.parametrize("shard", range(SHARDS))
def test_mutants_of_a_real_file(home, tmp_path, shard):
    fuzzed = Fuzzed(home, tmp_path, mutants.packed("csv"))
    for number in range(MUTATED * shard, MUTATED * (shard + 1)):
        fuzzed.send(*mutants.mutant(number))
    assert fuzzed.became.total() == MUTATED
    assert fuzzed.became[200] > 2
    assert fuzzed.became[422] > 2


@pytest.fixture
def client(home, tmp_path):
    return Fuzzed(home, tmp_path, FIRST).client


def post(client, name, content=FIRST):
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}"}
    return client.post("/api/upload", content=multipart(content, name, {}), headers=headers)


def test_a_long_file_name_is_cut_as_file_systems_do(client, home):
    week = FIRST.replace(b"2026-07", b"2026-08")
    assert post(client, "x" * 3000 + ".csv", week).status_code == 200
    assert sales.uploads(home)[0].name == "x" * 255


def test_a_form_that_cannot_be_read_is_refused_with_what_is_expected(client):
    response = post(client, "x" * 10_000)
    assert (response.status_code, response.json()["type"]) == (400, "urn:shelfcast:problem:bad-request")
    assert "curl -F file=@sales.csv" in response.json()["detail"]
