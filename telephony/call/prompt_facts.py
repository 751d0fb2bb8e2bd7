"""Facts about the prompts that callers hear: who recorded what, and who removed it."""

from dataclasses import dataclass

from telephony.call.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptFact(Fact):
    """About the recording of one prompt."""

    name: str
    by: str

    @property
    def stream(self) -> str:
        """`prompt/NAME`."""
        return f"prompt/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRecorded(PromptFact):
    """From now on callers hear this recording by that name. `digest` is the SHA-256 of its WAV file as the
    service keeps it, which lasts so many `seconds`."""

    digest: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRemoved(PromptFact):
    """The recording was taken away: what it stood before is heard again, if there is anything."""
