"""The prompts of this node: those that come with Växeln, what the plan has spoken, and what was recorded.

Recordings lie in the database, where all nodes see them, and on this node's disk, so that a start has them
while the database is away. Where there is no database the disk is all there is.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import structlog

from telephony.archive.errors import ArchiveError
from telephony.archive.recording_store import (
    Recording,
    RecordingHead,
    RecordingStore,
    check_room,
)
from telephony.call.facts import Fact
from telephony.call.prompt_facts import PromptRecorded, RecordingRemoved
from telephony.errors import Busy
from telephony.media.conversion import convert
from telephony.media.errors import UnusableSound
from telephony.media.prompts import MUSIC, Prompt, Prompts
from telephony.media.wav import Wav
from telephony.plan_keeper import to_the_end
from telephony.plan_speech import PlanSpeech, SpokenPlan
from telephony.private_files import SecretsUnusable
from telephony.recording_folder import RecordingFolder, digest_of

FOLLOW_SECONDS = 1.0
"""How often it is looked whether the database has come up."""

LOOK_AGAIN_SECONDS = 15.0
"""How late a node hears what was recorded at another one."""

pause = asyncio.sleep

log = structlog.get_logger("vaxeln")


class PromptNames(Collection[str]):
    """The names of the prompts that exist now, beside a plan's own."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts

    def __contains__(self, name: object) -> bool:
        return name in self._prompts.names

    def __iter__(self) -> Iterator[str]:
        return iter(self._prompts.names)

    def __len__(self) -> int:
        return len(self._prompts.names)


def speech_of(data: Path, prompts: Prompts) -> PlanSpeech:
    """The voice of a service with this data folder."""
    return PlanSpeech(data, lambda: prompts.names, prompts.recordings)


def load_recordings(data: Path, prompts: Prompts) -> None:
    """Have the recordings of the data folder among the prompts: a plan may name them. It reads the disk."""
    for recording in RecordingFolder(recording_folder(data)).read().values():
        _hear(prompts, recording)


def recording_folder(data: Path) -> Path:
    """Where recordings lie."""
    return data / "prompts" / "recordings"


class PromptKeeper:
    """Keeps the recordings of the data folder. `store` is None where there is no database; `record` journals
    a fact."""

    def __init__(
        self,
        data: Path,
        prompts: Prompts,
        store: RecordingStore | None,
        record: Callable[[Fact], None],
        now: Callable[[], datetime],
    ) -> None:
        self.prompts = prompts
        self.names = PromptNames(prompts)
        self.speech = speech_of(data, prompts)
        self._folder = RecordingFolder(recording_folder(data))
        self._store = store
        self._record = record
        self._now = now
        self._kept: dict[str, Recording] = {}
        self._changing = asyncio.Lock()
        self._converts = False

    def load(self, spoken: SpokenPlan) -> None:
        """Take what is on the disk, and what the first plan has spoken. It blocks, and is done once at the
        start."""
        self._kept = self._folder.read()
        for recording in self._kept.values():
            _hear(self.prompts, recording)
        self.take(spoken)

    @property
    def kept(self) -> Mapping[str, RecordingHead]:
        """The recordings that there are, by name."""
        return self._kept

    def take(self, spoken: SpokenPlan) -> None:
        """Callers hear what this plan has spoken, from the next playing on."""
        self.prompts.speak(spoken.prompts, spoken.greetings)

    async def put(self, name: str, octets: bytes, by: str) -> RecordingHead:
        """Make a prompt of a WAV file, keep it, and have callers hear it from the next playing on.

        Raises UnusableSound, TooManyRecordings, Busy while another one is made, DatabaseAway, and
        SecretsUnusable where there is no database.
        """
        if self._converts:
            raise Busy("another recording is being worked on")
        self._converts = True
        try:
            made = await asyncio.to_thread(convert, octets, music=name == MUSIC)
        finally:
            self._converts = False
        sound = bytes(made)
        new = Recording(name, digest_of(sound), round(made.seconds, 2), by, self._now(), sound)
        async with self._changing:
            await to_the_end(self._store_and_keep(new))
        return new

    async def _store_and_keep(self, new: Recording) -> None:
        if self._store is not None:
            await self._store.put(new)
        else:
            others = [kept.seconds for name, kept in self._kept.items() if name != new.name]
            check_room(len(others), sum(others), new)
        await self._keep(new)
        self._record(
            PromptRecorded(
                at=self._now(), name=new.name, by=new.author, digest=new.digest, seconds=new.seconds
            )
        )

    async def remove(self, name: str, by: str) -> bool:
        """Have callers hear again what it stood before; False when there is no recording of that name. Raises
        DatabaseAway, and SecretsUnusable where there is no database."""
        async with self._changing:
            if name not in self._kept:
                return False
            await to_the_end(self._store_and_drop(name, by))
        return True

    async def _store_and_drop(self, name: str, by: str) -> None:
        if self._store is not None:
            await self._store.remove(name, by, self._now())
        await self._drop(name)
        self._record(RecordingRemoved(at=self._now(), name=name, by=by))

    async def follow(self, database_is_up: Callable[[], bool]) -> NoReturn:
        """Keep in line with the database, for ever: when it has come up, and now and then, for another node
        may have recorded something."""
        was_up, waited = False, 0.0
        while True:
            is_up = self._store is not None and database_is_up()
            if is_up and (not was_up or waited >= LOOK_AGAIN_SECONDS):
                waited = 0.0
                await self._try_to_reconcile()
            was_up = is_up
            await pause(FOLLOW_SECONDS)
            waited += FOLLOW_SECONDS

    async def _try_to_reconcile(self) -> None:
        try:
            async with self._changing:
                await self.reconcile()
        except ArchiveError as error:
            log.warning("recordings_not_reconciled", problem=str(error))

    async def reconcile(self) -> None:
        """Take up what the database has, and give it what it has never had. Raises ArchiveError."""
        assert self._store is not None  # or there is nothing to be in line with
        heads = await self._store.heads()
        for head in heads:
            ours = self._kept.get(head.name)
            if head.digest == (ours.digest if ours else ""):
                continue
            theirs = await self._store.get(head.name)
            if theirs is not None:
                await self._keep(theirs)
            elif ours is not None:
                await self._drop(head.name)
        for name in self._kept.keys() - {head.name for head in heads}:
            await self._store.add_missing(self._kept[name])

    async def _keep(self, new: Recording) -> None:
        kept = {**self._kept, new.name: new}
        await self._on_disk(new.name, lambda: self._folder.write(new, kept))
        self._kept = kept
        _hear(self.prompts, new)

    async def _drop(self, name: str) -> None:
        kept = {other: recording for other, recording in self._kept.items() if other != name}
        await self._on_disk(name, lambda: self._folder.remove(name, kept))
        self._kept = kept
        self.prompts.recordings.pop(name, None)

    async def _on_disk(self, name: str, change: Callable[[], None]) -> None:
        """What the database has holds, whatever the disk does. Raises SecretsUnusable where there is none."""
        try:
            await asyncio.to_thread(change)
        except SecretsUnusable as error:
            if self._store is None:
                raise
            log.critical("recording_not_on_disk", name=name, problem=str(error))


def _hear(prompts: Prompts, recording: Recording) -> None:
    """Let callers hear it. What this program cannot play a newer one has stored: the other prompt stays."""
    try:
        sound = Wav.parse(recording.sound)
    except UnusableSound as error:
        log.error("recording_unusable", name=recording.name, problem=str(error))
        return
    if not sound.wide:
        log.warning("recording_silent_in_g722", name=recording.name, advice="record it again")
    prompts.recordings[recording.name] = Prompt.of(recording.name, sound)
