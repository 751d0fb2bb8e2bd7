"""Prompts, as the admin API asks for them (`admin.ports.PromptDesk`)."""

from collections.abc import Sequence

import structlog

from routing.check import check
from routing.plan import Plan
from routing.problem import Severity
from routing.prompt_texts import greetings_of, texts_of
from telephony.admin.errors import FieldError, Kind, NotKept, Refusal
from telephony.admin.values import PromptSource, PromptState
from telephony.administration.desk import Desk, found
from telephony.archive.errors import TooManyRecordings
from telephony.media.errors import UnknownPrompt, UnusableSound
from telephony.media.prompts import Prompt
from telephony.media.wav import Wav
from telephony.private_files import SecretsUnusable
from telephony.sdp.codec import PCMA

log = structlog.get_logger("vaxeln")

_FRAMES_PER_SECOND = 50


class LivePromptDesk(Desk):
    """Asks the keeper of the prompts."""

    async def prompts(self, after: str, limit: int) -> Sequence[PromptState]:
        """All that can be played, by name."""
        names = sorted(name for name in self.recordings.prompts.playable if name > after)
        return [self._state(name) for name in names[:limit]]

    async def prompt(self, name: str) -> PromptState:
        """One of them."""
        self._found(name)
        return self._state(name)

    async def prompt_sound(self, name: str) -> bytes:
        """What callers hear, as WAV file."""
        return bytes(Wav.a_law(self._found(name).sounds[PCMA]))

    async def put_recording(self, name: str, octets: bytes, *, by: str) -> PromptState:
        """Put it in place of a prompt, or add it."""
        try:
            await self.recordings.put(name, octets, by)
        except (UnusableSound, TooManyRecordings) as error:
            raise Refusal(Kind.RECORDING_REFUSED, str(error)) from error
        except SecretsUnusable as error:
            raise self._not_kept(name, error) from error
        return self._state(name)

    async def remove_recording(self, name: str, *, by: str) -> None:
        """Have what it stood before heard again."""
        found(self.recordings.kept.get(name), f"recording of {name}")
        await self._refuse_if_needed(name)
        try:
            await self.recordings.remove(name, by)
        except SecretsUnusable as error:
            raise self._not_kept(name, error) from error

    async def _refuse_if_needed(self, name: str) -> None:
        """Callers would meet an error where the plan names what is not there."""
        left = self.recordings.prompts.names_without(name)
        if name in left:
            return
        plan = self.keeper.in_force.plan
        errors = await self.keeper.work(lambda: _missing(plan, left, name))
        if errors:
            raise Refusal(Kind.PROMPT_USED, "apply a plan first that does not name it", errors)

    def _found(self, name: str) -> Prompt:
        try:
            return self.recordings.prompts.get(name)
        except UnknownPrompt:
            return found(None, f"prompt {name}")

    def _state(self, name: str) -> PromptState:
        prompts = self.recordings.prompts
        recorded = self.recordings.kept.get(name)
        plan = self.keeper.in_force.plan
        spoken = texts_of(plan).get(name)
        source = PromptSource.BUILT_IN
        if recorded:
            source = PromptSource.RECORDED
        elif spoken or name not in prompts.own:
            source = PromptSource.PLAN
        text = spoken or prompts.texts.of_name(name) or greetings_of(plan).get(name, "")
        return PromptState(
            name=name,
            source=source,
            text="" if recorded else text,
            seconds=prompts.get(name).length / _FRAMES_PER_SECOND,
            fragment=name in prompts.texts.fragments,
            recorded_by=recorded.author if recorded else "",
            recorded_at=recorded.made_at if recorded else None,
        )

    def _not_kept(self, name: str, error: SecretsUnusable) -> NotKept:
        log.error("recording_not_kept", name=name, problem=str(error))
        return NotKept(f"the recording of {name} cannot be kept")


def _missing(plan: Plan, names: frozenset[str], name: str) -> list[FieldError]:
    """Where the plan names this prompt, which is not among those."""
    said = f'there is no prompt "{name}"'
    problems = [problem for problem in check(plan, prompts=names) if problem.severity is Severity.ERROR]
    return [FieldError(problem.path, "", said) for problem in problems if problem.message == said]
