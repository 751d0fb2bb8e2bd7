"""Which segments of a journal may go: wholly shipped, old by their last fact, needed by no replay."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from telephony.archive.codec import Codec, F
from telephony.archive.errors import MalformedFact
from telephony.archive.frame import Frame, scan, unpack
from telephony.archive.segment import Segment

TAIL_OCTETS = 256 * 1024
"""Where the last entry of a segment is looked for first: no entry is nearly as large."""


def old_segments(
    segments: list[Segment], codec: Codec[F], position: int, before: datetime
) -> Iterator[Segment]:
    """Give the leading segments whose facts are all at or below `position` and before that time.

    Never the last one, which is being written. Raises `OSError`.
    """
    for segment, following in pairwise(segments):
        if following.first - 1 > position or last_time(segment.path, codec) >= before:
            return
        yield segment


def last_time(path: Path, codec: Codec[F]) -> datetime:
    """When the last fact of a segment happened; when it was last written, if none can be read."""
    size = path.stat().st_size
    for start in (max(size - TAIL_OCTETS, 0), 0):
        with path.open("rb") as file:
            file.seek(start)
            octets = file.read()
        frames = [piece for piece in scan(octets) if isinstance(piece, Frame)]
        for frame in reversed(frames):
            try:
                return codec.decode(unpack(frame.entry)[1][-1]).at
            except (ValueError, MalformedFact):
                continue
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
