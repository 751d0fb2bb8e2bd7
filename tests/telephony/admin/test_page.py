import re
from html import unescape
from html.parser import HTMLParser

from telephony.admin.errors import Kind
from telephony.admin.openapi import document
from telephony.admin.page import POLICY, page
from telephony.admin.routes import OPERATIONS

DOCUMENT = document(OPERATIONS, "0.1.0")


class Reader(HTMLParser):
    """What a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag != "meta":
            self.open.append(tag)
        for name, value in attributes:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src"):
                self.links.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_it_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    read = Reader(page(DOCUMENT))

    assert not {"script", "link", "img", "iframe", "form"} & set(read.tags)
    assert all(link.startswith("#") or link == "openapi.json" for link in read.links)
    assert POLICY.startswith("default-src 'none'")
    assert "unsafe" not in POLICY


def test_every_tag_is_closed_and_every_link_leads_somewhere() -> None:
    read = Reader(page(DOCUMENT))

    assert read.open == []
    assert {link[1:] for link in read.links if link.startswith("#")} <= set(read.ids)
    assert len(set(read.ids)) == len(read.ids)


def test_every_operation_and_problem_has_its_place() -> None:
    read = Reader(page(DOCUMENT))

    assert {operation.id for operation in OPERATIONS} | {kind.slug for kind in Kind} <= set(read.ids)


def test_a_command_shows_how() -> None:
    text = unescape(page(DOCUMENT))

    assert """curl -X PUT -H "Authorization: Bearer $VAXELN_TOKEN" -H 'If-Match: "1"' """ in text
    assert "$VAXELN_URL/api/v1/plan?reason=Amina+answers+alone" in text
    assert "-H 'Content-Type: application/toml' --data-binary @plan.toml" in text
    assert """-d '{"open": false, "until": "2026-12-23T13:00:00+01:00", """ in text


def test_what_stands_in_the_document_is_text_and_no_markup() -> None:
    evil = "<script>alert(1)</script>"
    operation = {
        "operationId": evil,
        "summary": evil,
        "description": f"`{evil}` {evil}",
        "x-role": evil,
        "parameters": [
            {"name": evil, "in": "query", "required": True, "description": evil, "schema": {"enum": [evil]}}
        ],
        "responses": {"200": {"description": evil, "content": {evil: {"schema": {"format": evil}}}}},
    }
    schema = {"description": evil, "properties": {evil: {"$ref": f"#/components/schemas/{evil}"}}}

    text = page(
        {
            "info": {"title": evil, "description": evil},
            "paths": {evil: {"get": operation}},
            "components": {"schemas": {evil: schema, "other": {"anyOf": [{"type": evil}]}}},
        }
    )

    assert evil not in text
    assert not re.search(r"<script", text)
