"""Unpacking of untrusted files: in pieces, with a stop at the limit."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from forecasting.core.errors import UnreadableFile
from forecasting.core.formatting import count
from forecasting.intake.limits import too_large

PIECE_BYTES = 2**20
FIRST_STEP_BYTES = 512
"""Packed bytes of a member that are handed over first."""
MAX_MEMBERS = 100_000
"""Members of a gzip file at most; programs that pack in blocks make one of 64 KB."""
_GZIP = b"\x1f\x8b"


def brief(error: Exception, most: int = 200) -> str:
    """A library's text about a broken file on one line, cut, since it may repeat all that it could not read."""
    return " ".join(str(error)[:most].split())


def gunzip(content: bytes, name: str, limit: int) -> bytes:
    """The bytes inside a gzip file, of one or several members; zeros that only fill it up may follow them.

    Raises:
        UnreadableFile: It is broken, has bytes behind its last member that are not packed, or holds more than `limit` bytes, of which no more
            are unpacked.
    """
    pieces: list[bytes] = []
    size = 0
    for piece in _pieces(content, name):
        size += len(piece)
        if size > limit:
            raise too_large(name, limit)
        pieces.append(piece)
    return b"".join(pieces)


def _pieces(content: bytes, name: str) -> Iterator[bytes]:
    """The unpacked pieces of all members; raises UnreadableFile, also for what is behind them."""
    place, members = 0, 0
    while content.startswith(_GZIP, place):
        members += 1
        if members > MAX_MEMBERS:
            raise UnreadableFile(f"{name} is packed in more than {MAX_MEMBERS:,} pieces, the limit. Unpack it, pack it as one and upload that.")
        try:
            for piece, taken in _member(content, place, name):
                place += taken
                yield piece
        except zlib.error as error:
            raise UnreadableFile(f"{name} is a broken gzip file ({brief(error)}). Pack it again, or upload the CSV itself.") from error
    if content.count(b"\0", place) < len(content) - place:
        raise UnreadableFile(
            f"{name} has {count(len(content) - place, 'byte')} behind its packed data, which unpacking would leave out: rows that were added "
            "without packing them, perhaps. Unpack the file, add them, pack it again and upload that."
        )


def _member(content: bytes, place: int, name: str) -> Iterator[tuple[bytes, int]]:
    """The pieces of the member that begins at a place, each with how many bytes were unpacked for it.

    The packed bytes are handed over in steps that grow with the member: what a step has beyond the member's end is copied, and would be copied
    for each of many members if it were the whole rest of the file.
    """
    member, step = zlib.decompressobj(wbits=31), FIRST_STEP_BYTES
    while not member.eof:
        given = content[place : place + step]
        piece = member.decompress(given, PIECE_BYTES)
        if not given and not piece and not member.eof:
            raise UnreadableFile(f"{name} ends in the middle of its packed data. Send it again, or unpack it and upload the CSV.")
        taken = len(given) - len(member.unused_data if member.eof else member.unconsumed_tail)
        place += taken
        step = min(2 * step, PIECE_BYTES)
        yield piece, taken
