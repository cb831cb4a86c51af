"""A small client of Shelfcast over HTTP; copy this file, it needs the standard library alone.
Call: python client.py upload|retrain FILE [duplicates=sum ...], follow|cancel JOB, forecast|recommend [days=7 product_id=P001 ...].
Set SHELFCAST_URL and, where the server asks for it, FORECASTING_API_TOKEN.
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LOST = (OSError, HTTPException)
"""What a connection ends with that did not end well."""
FOR_NOW = (429, 502, 503, 504)
"""Answers that may be others in a moment."""
REPEATED = ("leave_out", "accept")
"""Fields of a form that may be sent several times."""
ESCAPED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


class Problem(Exception):
    """What the server answers when something is wrong; the text says what, and what to do.

    Args:
        status: The HTTP status, e.g. 422.
        members: Of the problem details: `type`, `detail`, for a file with bad rows `problems`, and `understood` with the questions of a file.
        retry_after: Seconds after which it may be tried again; None if the server does not say.
    """

    def __init__(self, status: int, members: Mapping[str, Any], retry_after: float | None = None) -> None:
        super().__init__(str(members.get("detail") or f"The server answered with status {status}."))
        self.status, self.members, self.retry_after = status, members, retry_after

    @property
    def questions(self) -> list[dict[str, Any]]:
        """What is asked about a file that can be read in more than one way; `fields` of a choice go along with the next try."""
        understood: dict[str, Any] = self.members.get("understood") or {}
        return list(understood.get("questions", []))


class Client:
    """Shelfcast at an address.

    Args:
        url: Where it is; SHELFCAST_URL, else this machine, if not given.
        token: What it asks for; FORECASTING_API_TOKEN if not given.
        timeout: Seconds of silence after which a connection counts as lost; event streams are never silent for more than 15.
        patience: Seconds for which a lost event stream is tried again.
        pause: Seconds between two tries.
    """

    def __init__(self, url: str | None = None, token: str | None = None, *, timeout: float = 60, patience: float = 600, pause: float = 2) -> None:
        self._url = urlsplit((url or os.environ.get("SHELFCAST_URL") or "http://127.0.0.1:8501").rstrip("/"))
        self._token = os.environ.get("FORECASTING_API_TOKEN", "") if token is None else token
        self._timeout, self._patience, self._pause = timeout, patience, pause

    def upload(self, path: Path, *, dry_run: bool = False, **fields: Any) -> dict[str, Any]:
        """Merges a sales file, or with `dry_run` only says what would change. The same file twice changes nothing.

        Args:
            path: The file.
            dry_run: Whether to save nothing.
            fields: `mapping={"date": "Day"}`, `duplicates="sum"`, `day_first=True`, `leave_out=["Status=Cancelled"]`, `drop_problems=True`, and
                whatever else the `fields` of a choice name.
        """
        return self._ask("POST", "upload", *multipart(path, {**fields, "dry_run": dry_run}))

    def retrain(self, path: Path | None = None, **fields: Any) -> Iterator[dict[str, Any]]:
        """Merges a file, if there is one, and retrains; each event once and in order, whatever happens to the connection. The last is the result.

        A connection that is lost before the server has answered is an error: nobody knows then whether the retrain began.

        Args:
            path: The file; None to train on the sales that are saved.
            fields: `epochs=50`, `batch_size=64`, `horizon=90`, and those of an upload.
        """
        begun = self._send("POST", "retrain", *multipart(path, fields))
        yield from self.follow(int(begun.headers["Location"].rpartition("/")[2]), begun=begun)

    def follow(self, job: int, after: int = 0, *, begun: HTTPResponse | None = None) -> Iterator[dict[str, Any]]:
        """The events of a retrain with an id above `after`, then each as it comes, then its result; nothing if there are none.

        Raises:
            TimeoutError: The connection was lost and did not come back in time; the retrain goes on.
        """
        seen, lost = after, 0.0
        while True:
            with suppress(*LOST), begun or self._again(job, seen) as stream:
                for event in events(stream):
                    seen, lost = event["id"], 0.0
                    yield event
                    if event["type"] == "result":
                        return
                if stream.status == 204:
                    return
            begun, lost = None, lost or time.monotonic()
            if time.monotonic() - lost > self._patience:
                raise TimeoutError(f"The connection to job {job} was lost and did not come back in {self._patience:.0f} s.")
            time.sleep(self._pause)

    def cancel(self, job: int) -> dict[str, Any]:
        """Ends a retrain within 5 seconds; the version that serves stays."""
        return self._ask("POST", f"jobs/{job}/cancel")

    def forecast(self, **question: Any) -> list[dict[str, Any]]:
        """Rows of the forecast: `days=7`, `product_id`, `category`, `region`, `store`, `total=True`."""
        return self._ask("POST", "forecast", *in_json(question))["forecast"]

    def recommend(self, **question: Any) -> list[dict[str, Any]]:
        """What to order, most urgent first: `lead_time=7`, `service_level=0.95`, `stock=[{"product_id": "P001", "on_hand": 12}]`, filters."""
        return self._ask("POST", "recommend", *in_json(question))["orders"]

    def versions(self) -> list[dict[str, Any]]:
        """The published versions, newest first; `live` marks the one that serves."""
        return self._ask("GET", "versions")

    def _ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        with self._send(method, path, body, headers) as answer:
            return json.load(answer)

    def _again(self, job: int, seen: int) -> HTTPResponse:
        """The events behind the one that was seen last; a server that is not ready for now counts as lost, too."""
        try:
            return self._send("GET", f"jobs/{job}/events", headers={"Last-Event-ID": str(seen)})
        except Problem as problem:
            if problem.status in FOR_NOW:
                raise ConnectionError(str(problem)) from problem
            raise

    def _send(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> HTTPResponse:
        """The answer to a request; raises Problem for one that says that something is wrong."""
        assert self._url.hostname, "SHELFCAST_URL is an address like http://127.0.0.1:8501."
        kind = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        connection = kind(self._url.hostname, self._url.port, timeout=self._timeout)
        token = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # refused before all of it was sent: the answer says why
                connection.request(method, f"{self._url.path}/api/{path}", body, {"Connection": "close", **token, **(headers or {})})
            answer = connection.getresponse()
        except BaseException:
            connection.close()
            raise
        if answer.status < 400:
            return answer
        with answer:
            raise problem_of(answer)


def events(stream: HTTPResponse) -> Iterator[dict[str, Any]]:
    """Each event of a stream, with its `id`; one that was cut off in the middle is none."""
    number, data = 0, ""
    for line in stream:
        name, _, value = line.decode().rstrip("\r\n").partition(": ")
        if name == "id":
            number = int(value)
        elif name == "data":
            data = value
        elif not name and data:
            yield {"id": number, **json.loads(data)}
            data = ""


def multipart(path: Path | None, fields: Mapping[str, Any]) -> tuple[Iterator[bytes], dict[str, str]]:
    """Body and headers of a form with a file, which is read piece by piece while it is sent."""
    boundary = secrets.token_hex(16)
    head = ""
    for name, text in texts_of(fields):
        head += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
    if path is not None:
        head += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{path.name.translate(ESCAPED)}"\r\n\r\n'
    end = f"--{boundary}--\r\n"
    parts: list[bytes | Path] = [f"{head}{end}".encode()] if path is None else [head.encode(), path, f"\r\n{end}".encode()]
    length = sum(part.stat().st_size if isinstance(part, Path) else len(part) for part in parts)
    return _pieces(parts), {"Content-Type": f"multipart/form-data; boundary={boundary}", "Content-Length": str(length)}


def texts_of(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and texts of a form's fields; a list has a field for each item, and what is no text is sent as JSON."""
    for name, value in fields.items():
        for item in value if isinstance(value, list) else [value]:
            yield name, item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)


def _pieces(parts: list[bytes | Path]) -> Iterator[bytes]:
    for part in parts:
        if isinstance(part, Path):
            with part.open("rb") as file:
                yield from iter(lambda: file.read(2**16), b"")
        else:
            yield part


def in_json(question: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a question."""
    return json.dumps(question).encode(), {"Content-Type": "application/json"}


def problem_of(answer: HTTPResponse) -> Problem:
    """What an answer says is wrong; one that comes from a proxy may say nothing but its status."""
    content = answer.read()
    members = json.loads(content) if "json" in answer.headers.get("Content-Type", "") else {}
    wait = answer.headers.get("Retry-After", "")
    return Problem(answer.status, members, float(wait) if wait.isdecimal() else None)


def fields_of(words: Sequence[str]) -> dict[str, Any]:
    """["days=7", "product_id=P001"] as {"days": 7, "product_id": "P001"}; what is not JSON is text."""
    found: dict[str, Any] = {}
    for word in words:
        name, _, text = word.partition("=")
        found[name] = text
        with suppress(ValueError):
            found[name] = json.loads(text)
    return found


def choices_of(words: Sequence[str]) -> dict[str, Any]:
    """["duplicates=sum", "leave_out=Status=Void"] as fields of a form; of a name that comes again every text counts, mappings together."""
    fields: dict[str, Any] = {}
    for word in words:
        name, _, text = word.partition("=")
        if name in REPEATED:
            fields[name] = [*fields.get(name, []), text]
        elif name == "mapping" and name in fields:
            fields[name] = json.dumps({**json.loads(fields[name]), **json.loads(text)})
        else:
            fields[name] = text
    return fields


def words_of(fields: Mapping[str, Any]) -> str:
    """Fields of a form as they are typed behind the file."""
    return shlex.join(f"{name}={text}" for name, text in texts_of(fields))


def explained(problem: Problem) -> str:
    """What is wrong, for a person: rows that cannot be used, or each question with the fields that answer it."""
    lines = [f"Line {row['line']}: {row['problem']}. {row['what_to_do']}" for row in problem.members.get("problems", [])]
    for question in problem.questions:
        lines += [question["text"], *(f"  {words_of(choice['fields'])}    {choice['text']}" for choice in question["choices"])]
    return "\n".join(lines if problem.questions else [*lines, str(problem)])


def shown(told: Iterator[dict[str, Any]]) -> int:
    """Prints events; the exit code that their result deserves."""
    for event in told:
        if event["type"] == "progress":
            print(f"{100 * event['fraction']:3.0f} %  {event['data']}", flush=True)
        elif event["data"]["status"] == "success":
            print(f"Version {event['data']['meta']['version']} is live.")
            return 0
        else:
            print(f"{event['data']['status'].capitalize()}: {event['data']['reason']}", file=sys.stderr)
    return 1


def printed(answer: Any) -> int:
    """Prints an answer as JSON."""
    print(json.dumps(answer, indent=1, ensure_ascii=False))
    return 0


VERBS: dict[str, Callable[..., int]] = {
    "upload": lambda client, file, *more: printed(client.upload(Path(file), **choices_of(more))),
    "retrain": lambda client, file, *more: shown(client.retrain(Path(file), **choices_of(more))),
    "follow": lambda client, job: shown(client.follow(int(job))),
    "cancel": lambda client, job: printed(client.cancel(int(job))),
    "forecast": lambda client, *more: printed(client.forecast(**fields_of(more))),
    "recommend": lambda client, *more: printed(client.recommend(**fields_of(more))),
}


def main(verb: str, *words: str) -> int:
    """Runs one verb; 0 done, 1 a failure, 2 what was sent cannot be used."""
    try:
        return VERBS[verb](Client(), *words)
    except LOST as error:
        print(error, file=sys.stderr)
        return 1
    except Problem as problem:
        print(explained(problem), file=sys.stderr)
        return 2 if problem.status == 422 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if set(sys.argv[1:2]) & set(VERBS) else __doc__)
