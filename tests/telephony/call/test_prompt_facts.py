from datetime import UTC, datetime

from telephony.call.prompt_facts import PromptRecorded, RecordingRemoved

AT = datetime(2026, 11, 26, 8, tzinfo=UTC)


def test_all_of_one_prompt_is_one_stream() -> None:
    recorded = PromptRecorded(at=AT, name="closed", by="eva", digest="d", seconds=2.5)

    assert recorded.stream == RecordingRemoved(at=AT, name="closed", by="eva").stream == "prompt/closed"
