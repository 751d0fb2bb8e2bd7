"""The document itself; `test_subscription.py` has what it says of calls."""

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from telephony.legs.dialog_info import Progress, Shown, document
from telephony.sip.name_addr import NameAddr
from telephony.sip.uri import SipUri, escape_user
from tests.support.dialog_info import read

TARGET = "sip:vaxeln@192.0.2.1:5060"
ANNA = NameAddr("Bygglov: Anna & <Bo>", SipUri("sip", "+46701740605", None, "192.0.2.1"))


def test_a_document_as_it_is() -> None:
    body = document("sip:kc1@vaxeln", 3, [Shown("kc1", "c@h", "a", "b", True, Progress.EARLY, ANNA)], TARGET)

    assert body.decode() == (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="3" state="full" '
        'entity="sip:kc1@vaxeln"><dialog id="b" call-id="c@h" local-tag="a" remote-tag="b" '
        'direction="recipient"><state>early</state><local><identity>sip:kc1@vaxeln</identity></local>'
        '<remote><identity display="Bygglov: Anna &amp; &lt;Bo&gt;">sip:+46701740605@192.0.2.1</identity>'
        '<target uri="sip:vaxeln@192.0.2.1:5060" /></remote></dialog></dialog-info>'
    )
    (lamp,) = read(body).lamps
    assert lamp.replaces == "c@h;to-tag=b;from-tag=a"


def test_one_without_dialogs() -> None:
    assert read(document("sip:kc1@vaxeln", 0, [], TARGET)).lamps == []


def test_a_caller_without_a_name() -> None:
    nameless = NameAddr("", ANNA.uri)
    body = document("sip:a@h", 0, [Shown("a", "c", "", "b", True, Progress.TRYING, nameless)], TARGET)

    (lamp,) = read(body).lamps
    assert (lamp.display, lamp.remote, lamp.local_tag) == (None, "sip:+46701740605@192.0.2.1", "")


@given(st.text(), st.text(), st.text())
def test_whatever_is_in_it_the_schema_is_kept(name: str, user: str, tag: str) -> None:
    who = NameAddr(name, SipUri("sip", escape_user(user), None, "192.0.2.1"))
    body = document("sip:a@h", 0, [Shown("a", "c", tag, "b", False, Progress.CONFIRMED, who)], TARGET)

    read(body)
    ET.fromstring(body)
