from telephony.demo.messages import Message, cancel, request_terminated

INVITE = (
    b"INVITE sip:0853061000@127.0.0.1 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 127.0.0.1:5062;branch=z9hG4bKa;rport\r\n"
    b"Via: SIP/2.0/UDP 127.0.0.9:5060;branch=z9hG4bKb\r\n"
    b'From: "Bygglov: 070-174 06 05" <sip:x@127.0.0.1>;tag=f\r\n'
    b"To: <sip:0853061000@127.0.0.1>\r\n"
    b"Call-ID: c\r\n"
    b"CSeq: 7 INVITE\r\n"
    b"Content-Length: 0\r\n\r\n"
)


def test_a_value_with_a_colon_and_a_blank_is_read_whole() -> None:
    sender = Message(INVITE).headers["From"]

    assert (sender["raw"], sender["tag"]) == ('"Bygglov: 070-174 06 05" <sip:x@127.0.0.1>', "f")


def test_cancel_is_the_invites_in_all_that_identifies_it() -> None:
    assert cancel(Message(INVITE)) == (
        b"CANCEL sip:0853061000@127.0.0.1 SIP/2.0\r\n"
        b"Via: SIP/2.0/UDP 127.0.0.1:5062;branch=z9hG4bKa;rport\r\n"
        b"Max-Forwards: 70\r\n"
        b'From: "Bygglov: 070-174 06 05" <sip:x@127.0.0.1>;tag=f\r\n'
        b"To: <sip:0853061000@127.0.0.1>\r\n"
        b"Call-ID: c\r\n"
        b"CSeq: 7 CANCEL\r\n"
        b"Content-Length: 0\r\n\r\n"
    )


def test_487_goes_back_all_the_way_with_the_tag_of_the_180() -> None:
    assert request_terminated(Message(INVITE), "t") == (
        b"SIP/2.0 487 Request Terminated\r\n"
        b"Via: SIP/2.0/UDP 127.0.0.1:5062;branch=z9hG4bKa;rport\r\n"
        b"Via: SIP/2.0/UDP 127.0.0.9:5060;branch=z9hG4bKb\r\n"
        b'From: "Bygglov: 070-174 06 05" <sip:x@127.0.0.1>;tag=f\r\n'
        b"To: <sip:0853061000@127.0.0.1>;tag=t\r\n"
        b"Call-ID: c\r\n"
        b"CSeq: 7 INVITE\r\n"
        b"Content-Length: 0\r\n\r\n"
    )
