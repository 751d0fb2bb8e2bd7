from tests.simulation.phone_leg import answer_sdp

BERIT = ("10.0.0.2", 5060)


def test_it_declines_further_media() -> None:
    video = b"m=video 4000 RTP/AVP 96\r\n"
    second = b"m=audio 4002 RTP/AVP 8\r\n"
    answer = answer_sdp(video + b"m=audio 4000 RTP/AVP 18 8\r\n" + second, (BERIT[0], 5000), 1)
    lines = [line for line in answer.decode().split("\r\n") if line.startswith("m=")]
    assert lines == ["m=video 0 RTP/AVP 96", "m=audio 5000 RTP/AVP 8", "m=audio 0 RTP/AVP 8"]
