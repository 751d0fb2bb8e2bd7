"""Session descriptions as peers write them."""

HOST = "192.0.2.10"

G711_LINES = (
    "m=audio 49170 RTP/AVP 8 0 101",
    "a=rtpmap:8 PCMA/8000",
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:101 telephone-event/8000",
    "a=fmtp:101 0-16",
)


def body(*lines: str, connection: str | None = f"IN IP4 {HOST}") -> bytes:
    """A description with these lines after the session's own."""
    session = ["v=0", f"o=alice 2890844526 1 IN IP4 {HOST}", "s=-"]
    if connection is not None:
        session.append(f"c={connection}")
    return "".join(f"{line}\r\n" for line in (*session, "t=0 0", *lines)).encode()


def g711(*more: str, connection: str | None = f"IN IP4 {HOST}") -> bytes:
    """An offer or answer of A-law, µ-law and telephone events, with `more` lines at its end."""
    return body(*G711_LINES, *more, connection=connection)
