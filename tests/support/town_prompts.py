"""The prompts of an administration in memory: two that come with it, and what is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from telephony.admin.errors import FieldError, Kind, NotFound, Refusal
from telephony.admin.values import PromptSource, PromptState
from telephony.media.wav import Wav

BUILT_IN = {"closed": "Vi har stängt just nu.", "number_5": "fem"}
SILENCE = bytes(Wav.a_law(b"\xd5" * 8000))
RECORDED = bytes(Wav.a_law(b"\x2a" * 8000))


@dataclass(kw_only=True)
class TownPrompts:
    """`recordings` are by whom they were made. `used`: the plan names this one."""

    now: datetime
    journalled: list[tuple[str, ...]] = field(default_factory=list)
    recordings: dict[str, str] = field(default_factory=lambda: {"busy": "eva"})
    used: str = ""

    async def prompts(self, after: str, limit: int) -> Sequence[PromptState]:
        names = sorted({*BUILT_IN, *self.recordings})
        return [self._prompt(name) for name in names if name > after][:limit]

    async def prompt(self, name: str) -> PromptState:
        if name not in BUILT_IN and name not in self.recordings:
            raise NotFound(f"there is no prompt {name}")
        return self._prompt(name)

    async def prompt_sound(self, name: str) -> bytes:
        await self.prompt(name)
        return RECORDED if name in self.recordings else SILENCE

    async def put_recording(self, name: str, octets: bytes, *, by: str) -> PromptState:
        if not octets.startswith(b"RIFF"):
            raise Refusal(Kind.RECORDING_REFUSED, "it is no WAV file: it does not begin with RIFF and WAVE")
        self.recordings[name] = by
        self.journalled.append(("recorded", by, name))
        return self._prompt(name)

    async def remove_recording(self, name: str, *, by: str) -> None:
        if name not in self.recordings:
            raise NotFound(f"there is no recording of {name}")
        if name == self.used:
            errors = [FieldError("menus.vaxel.prompt", "", f'there is no prompt "{name}"')]
            raise Refusal(Kind.PROMPT_USED, "apply a plan first that does not name it", errors)
        del self.recordings[name]
        self.journalled.append(("recording removed", by, name))

    def _prompt(self, name: str) -> PromptState:
        by = self.recordings.get(name, "")
        return PromptState(
            name=name,
            source=PromptSource.RECORDED if by else PromptSource.BUILT_IN,
            text="" if by else BUILT_IN[name],
            seconds=1.0,
            fragment=name == "number_5",
            recorded_by=by,
            recorded_at=self.now if by else None,
        )
