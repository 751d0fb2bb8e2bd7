from telephony.admin.errors import FieldError, Kind, Refusal


def test_a_refusal_carries_what_the_document_tells() -> None:
    refusal = Refusal(Kind.NO_TOKEN, "none", [FieldError("/a", "string", "none")], {"A": "b"})

    assert (refusal.kind.status, str(refusal)) == (401, "none")
    assert refusal.errors == (FieldError("/a", "string", "none"),)
    assert refusal.headers == {"A": "b"}


def test_no_two_kinds_have_the_same_name() -> None:
    assert len({kind.slug for kind in Kind}) == len(Kind)
