"""Whether the facts of a log entry are such as a writer of the sales table can have written, told without the library, which fails on others."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from forecasting.core import schema
from forecasting.storage.sales import parts
from forecasting.storage.sales.uploads import COMPACTION, KEPT, KINDS, STANDING, UNDO, UPLOADS_FROM

MAX_READER, MAX_WRITER = 3, 7
"""Versions of the protocol up to which there are tables."""
SHA256_DIGITS: Final = 64
_ALWAYS: Final = frozenset(("date", "product_id", "region", "store", "category", "price", "promo", "open", "sales"))
"""Columns that every table has had from the first release on."""
_TYPES: Final = {schema.DATE: "date"} | dict.fromkeys(parts.TEXTS, "string")
_COUNTS: Final = {
    "add": ("num_added_files", "num_target_files_added", "numRestoredFile"),
    "remove": ("num_removed_files", "num_target_files_removed", "numRemovedFile"),
}
"""Action -> the names under which commits of all kinds give the number of such actions."""


def are_whole(actions: Sequence[Any]) -> bool:
    """Whether these are the actions of a whole entry, each with facts of the right kind."""
    with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
        info: Mapping[str, Any] = next((action["commitInfo"] for action in actions if "commitInfo" in action), {})
        pairs = [pair for action in actions for pair in action.items()]
        whole = bool(pairs) and _tells_all(info, Counter(kind for kind, _ in pairs))
        return whole and all(_CHECKS.get(kind, _any)(facts) for kind, facts in pairs)
    return False


def _tells_all(info: Mapping[str, Any], kinds: Counter[str]) -> bool:
    """Whether a commit has as many actions as it says; True for another writer's commit, which may count in its own way."""
    if not str(info.get("engineInfo", "")).startswith("delta-rs"):
        return True
    if info.get("operation") == "CREATE TABLE":
        return {"protocol", "metaData"} <= kinds.keys()
    if parts.PARTS in info:
        return (kinds["add"], str(kinds["remove"])) == (len(info[parts.PARTS]), info.get(parts.REMOVED))
    metrics = info.get("operationMetrics") or {}
    return all(kinds[kind] == metrics[name] for kind, names in _COUNTS.items() for name in names if name in metrics)


def _any(_: Any) -> bool:
    return True


def _add(facts: Mapping[str, Any]) -> bool:
    stats = facts.get("stats")
    if stats is not None:
        values = json.loads(stats)
        if not _is_count(values["numRecords"]) or not all(isinstance(values.get(name, {}), dict) for name in ("minValues", "maxValues", "nullCount")):
            return False
    return _is_path(facts["path"]) and _is_count(facts["size"]) and _is_count(facts["modificationTime"]) and not facts["partitionValues"]


def _remove(facts: Mapping[str, Any]) -> bool:
    size = facts.get("size")
    whole = _is_path(facts["path"]) and (size is None or _is_count(size))
    return whole and isinstance(facts["dataChange"], bool) and not facts.get("partitionValues")


def _meta_data(facts: Mapping[str, Any]) -> bool:
    described = json.loads(facts["schemaString"])
    columns = {field["name"]: field["type"] for field in described["fields"]}
    plain = all(isinstance(field["nullable"], bool) and isinstance(field["metadata"], dict) for field in described["fields"])
    known = plain and all(columns[name] == _TYPES.get(name, "double") for name in columns if name in schema.COLUMNS)
    whole = described["type"] == "struct" and columns.keys() >= _ALWAYS and known
    settings = all(isinstance(each, str) for each in facts["configuration"].values())
    return whole and settings and facts["format"]["provider"] == "parquet" and facts["partitionColumns"] == []


def _protocol(facts: Mapping[str, Any]) -> bool:
    reader, writer = facts["minReaderVersion"], facts["minWriterVersion"]
    return _is_count(reader) and _is_count(writer) and 1 <= reader <= MAX_READER and 1 <= writer <= MAX_WRITER


def _commit_info(facts: Mapping[str, Any]) -> bool:
    """Whether a commit tells of its files, and of an upload or a step back, all that is read of it."""
    kind = facts.get("kind")
    if not all(_is_path(part["path"]) and len(part["sha256"]) == SHA256_DIGITS for part in facts.get(parts.PARTS, [])):
        return False
    if kind in KINDS:
        numbers = [int(facts[name]) for name in ("rows", "dropped", "new", "changed", "unchanged")]
        known = datetime.fromisoformat(facts["when"]).tzinfo is not None and len(facts["sha256"]) == SHA256_DIGITS
        return known and min(numbers) >= 0 and isinstance(facts["file"], str)
    if kind == COMPACTION:
        return min(map(int, [*facts[KEPT].split(), facts[UPLOADS_FROM]])) >= 0
    if kind == UNDO:
        return min(map(int, [facts["target"], *facts.get(STANDING, "").split()])) >= 0
    return "file" not in facts


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and value.endswith(".parquet") and "\0" not in value


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


_CHECKS: Final[dict[str, Callable[[Any], bool]]] = {
    "add": _add,
    "remove": _remove,
    "metaData": _meta_data,
    "protocol": _protocol,
    "commitInfo": _commit_info,
}
"""Action -> whether its facts are of the right kind."""
