"""A reader of dialog-info that holds a document against the schema of RFC 4235 4, written from the RFC."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass

NS = "{urn:ietf:params:xml:ns:dialog-info}"
STATES = {"trying", "proceeding", "early", "confirmed", "terminated"}
_DIALOG = ["state", "duration", "replaces", "referred-by", "route-set", "local", "remote"]


@dataclass(frozen=True)
class Lamp:
    """One dialog of a document."""

    id: str
    call_id: str
    local_tag: str
    remote_tag: str
    direction: str
    state: str
    local: str
    remote: str | None
    display: str | None
    target: str | None

    @property
    def replaces(self) -> str:
        """The value of Replaces that names it, for who asks us (RFC 3891 6.1)."""
        return f"{self.call_id};to-tag={self.remote_tag};from-tag={self.local_tag}"


@dataclass(frozen=True)
class Document:
    """A whole document."""

    version: int
    entity: str
    lamps: list[Lamp]

    @property
    def states(self) -> list[str]:
        """The states of its dialogs."""
        return [lamp.state for lamp in self.lamps]


def read(body: bytes) -> Document:
    """Read a document; an AssertionError says where the schema is not kept."""
    root = ET.fromstring(body)
    assert root.tag == f"{NS}dialog-info"
    assert root.attrib.keys() <= {"version", "state", "entity"}
    assert root.attrib["version"].isdigit()
    assert root.attrib["state"] in ("full", "partial")
    assert ":" in root.attrib["entity"]
    ids = [child.attrib["id"] for child in root]
    assert len(set(ids)) == len(ids)
    return Document(int(root.attrib["version"]), root.attrib["entity"], [_lamp(child) for child in root])


def _lamp(element: ET.Element) -> Lamp:
    assert element.tag == f"{NS}dialog"
    attributes = element.attrib
    assert attributes.keys() <= {"id", "call-id", "local-tag", "remote-tag", "direction"}
    assert attributes.get("direction", "initiator") in ("initiator", "recipient")
    names = [child.tag.removeprefix(NS) for child in element]
    assert names == [name for name in _DIALOG if name in names], "the order of a sequence"
    state = element.find(f"{NS}state")
    assert state is not None and state.text in STATES
    local, _, _ = _participant(element.find(f"{NS}local"))
    remote, display, target = _participant(element.find(f"{NS}remote"))
    assert local is not None
    return Lamp(
        id=attributes["id"],
        call_id=attributes.get("call-id", ""),
        local_tag=attributes.get("local-tag", ""),
        remote_tag=attributes.get("remote-tag", ""),
        direction=attributes.get("direction", ""),
        state=state.text or "",
        local=local,
        remote=remote,
        display=display,
        target=target,
    )


def _participant(element: ET.Element | None) -> tuple[str | None, str | None, str | None]:
    assert element is not None
    names = [child.tag.removeprefix(NS) for child in element]
    assert names == [name for name in ("identity", "target") if name in names]
    identity, target = element.find(f"{NS}identity"), element.find(f"{NS}target")
    if identity is not None:
        assert identity.attrib.keys() <= {"display"}
        assert identity.text and ":" in identity.text
    if target is not None:
        assert target.attrib.keys() == {"uri"}
    return (
        None if identity is None else identity.text,
        None if identity is None else identity.attrib.get("display"),
        None if target is None else target.attrib["uri"],
    )
