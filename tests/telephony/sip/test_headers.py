from telephony.sip.headers import Headers


def test_lookup_in_any_case_and_in_compact_form() -> None:
    headers = Headers([("v", " SIP/2.0/UDP a "), ("VIA", "SIP/2.0/UDP b"), ("X-Thing", "1")])

    assert headers.get("Via") == "SIP/2.0/UDP a"
    assert headers.get_all("via") == ["SIP/2.0/UDP a", "SIP/2.0/UDP b"]
    assert headers.get("x-thing") == "1"
    assert headers.get("To") is None
    assert headers.get_all("To") == []
    assert "V" in headers
    assert "To" not in headers


def test_order_and_names() -> None:
    headers = Headers([("i", "1"), ("X-Thing", "2"), ("TO", "3")])

    assert list(headers) == [("Call-ID", "1"), ("X-Thing", "2"), ("To", "3")]
    assert len(headers) == 3
    assert repr(headers) == "Headers([('Call-ID', '1'), ('X-Thing', '2'), ('To', '3')])"


def test_elements_of_all_lines() -> None:
    headers = Headers([("Route", '"A, B" <sip:a>, <sip:b>'), ("To", "x"), ("Route", "<sip:c>")])

    assert headers.elements("Route") == ['"A, B" <sip:a>', "<sip:b>", "<sip:c>"]
    assert headers.elements("Supported") == []


def test_changing() -> None:
    headers = Headers([("Via", "b"), ("To", "1"), ("From", "2"), ("To", "3")])

    headers.prepend("Via", "a ")
    headers.add("Subject", " late")
    headers.set("t", " 4 ")
    headers.set("Expires", "60")
    headers.remove("f")

    assert list(headers) == [("Via", "a"), ("Via", "b"), ("To", "4"), ("Subject", "late"), ("Expires", "60")]
    assert headers.get("To") == "4"


def test_a_change_after_a_lookup_is_seen() -> None:
    headers = Headers([("To", "1")])
    assert headers.get("To") == "1"

    headers.set("To", "2")

    assert headers.get("To") == "2"


def test_replacing_the_first_element() -> None:
    headers = Headers([("To", "x"), ("Via", "a, b"), ("Via", "c")])

    headers.replace_first("Via", "A")

    assert headers.elements("Via") == ["A", "b", "c"]


def test_replacing_the_first_element_of_nothing() -> None:
    headers = Headers([("To", "x")])

    headers.replace_first("Via", "A")

    assert list(headers) == [("To", "x")]


def test_a_copy_is_its_own() -> None:
    headers = Headers([("To", "1")])
    copy = headers.copy()

    copy.set("To", "2")

    assert headers.get("To") == "1"
    assert copy.get("To") == "2"


def test_equality() -> None:
    assert Headers([("t", "1"), ("X-A", "2")]) == Headers([("To", "1"), ("x-a", "2")])
    assert Headers([("To", "1")]) != Headers([("To", "2")])
    assert Headers() != []


def test_reading_lines() -> None:
    headers, whole = Headers.parse(["TO :  1 ", "l:0", "X-Thing : a:b", "Subject:"])

    assert whole
    assert list(headers) == [("To", "1"), ("Content-Length", "0"), ("X-Thing", "a:b"), ("Subject", "")]


def test_lines_that_are_no_fields_are_left_out() -> None:
    headers, whole = Headers.parse(["To", "a b: c", ": d", "From: e", "å: f"])

    assert not whole
    assert list(headers) == [("From", "e")]
