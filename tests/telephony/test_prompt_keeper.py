"""Recordings: heard at once, kept in the database and on disk, and taken up by other nodes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest
from structlog.testing import capture_logs

from telephony import prompt_keeper
from telephony.archive import recording_store
from telephony.archive.database import Database
from telephony.archive.errors import DatabaseAway, TooManyRecordings
from telephony.archive.recording_store import RecordingStore
from telephony.call.facts import Fact
from telephony.call.prompt_facts import PromptRecorded, RecordingRemoved
from telephony.errors import Busy
from telephony.media.errors import UnusableSound
from telephony.media.prompts import Prompt, Prompts
from telephony.media.wav import Wav
from telephony.plan_speech import SILENT, SpokenPlan
from telephony.private_files import SecretsUnusable
from telephony.prompt_keeper import (
    LOOK_AGAIN_SECONDS,
    PromptKeeper,
    load_recordings,
    recording_folder,
    speech_of,
)
from telephony.recording_folder import INDEX, digest_of
from telephony.sdp.codec import G722
from tests.support.g722 import decode_g722
from tests.support.peers import require_peer
from tests.support.plans import plan_of
from tests.support.postgres import Target
from tests.support.sounds import cut
from tests.support.tones import share_of_tone
from tests.telephony.media.test_recording import TONE, wav

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
TONE_WAV, LOUDER = wav(TONE), wav([*TONE, *TONE])
BUILT_IN = Prompt.of("closed", Wav.a_law(b"\xd5" * 160))


class Node:
    """A node whose prompts are `closed` and a part of sentences."""

    def __init__(self, folder: Path, store: RecordingStore | None = None) -> None:
        self.facts: list[Fact] = []
        self.prompts = Prompts({"closed": BUILT_IN})
        self.keeper = PromptKeeper(folder, self.prompts, store, self.facts.append, lambda: NOW)
        self.keeper.load(SILENT)

    def heard(self, name: str = "closed") -> int:
        """How long what callers hear is, in frames."""
        return self.prompts.get(name).length


def run(use: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await use()

    asyncio.run(main())


def with_store(target: Target, use: Callable[[RecordingStore], Awaitable[None]]) -> None:
    async def main() -> None:
        database = Database(target)
        await database.open()
        try:
            await use(RecordingStore(database))
        finally:
            await database.close()

    asyncio.run(main())


def test_a_recording_is_heard_at_once_and_by_the_next_start(tmp_path: Path) -> None:
    node = Node(tmp_path)

    run(lambda: _put_two(node))

    assert node.heard() == 50
    assert set(node.keeper.names) == {"closed", "flood"} and len(node.keeper.names) == 2
    assert [fact.name for fact in node.facts if isinstance(fact, PromptRecorded)] == ["closed", "flood"]
    sound = (recording_folder(tmp_path) / "closed.wav").read_bytes()
    assert node.facts[0] == PromptRecorded(
        at=NOW, name="closed", by="eva", digest=digest_of(sound), seconds=1.0
    )
    again = Node(tmp_path)
    assert (again.heard(), again.heard("flood"), again.facts) == (50, 100, [])
    prompts = Prompts({})
    load_recordings(tmp_path, prompts)
    assert prompts.names == {"closed", "flood"}


async def _put_two(node: Node) -> None:
    await node.keeper.put("closed", TONE_WAV, "eva")
    await node.keeper.put("flood", LOUDER, "eva")


def test_a_recording_is_heard_in_g722_too_and_by_the_next_start(tmp_path: Path) -> None:
    run(lambda: _put_two(Node(tmp_path)))

    sound = Node(tmp_path).prompts.get("closed").sounds[G722]

    heard = decode_g722(sound)[1600:]
    assert len(sound) == 8000
    assert share_of_tone(heard, 620, 16000) > 0.99


def test_one_that_is_not_there_in_g722_is_told(tmp_path: Path) -> None:
    run(lambda: _put_two(Node(tmp_path)))
    file = recording_folder(tmp_path) / "closed.wav"
    old = bytes(Wav.a_law(Wav.parse(file.read_bytes()).data))
    index = file.with_name(INDEX)
    index.write_text(index.read_text().replace(digest_of(file.read_bytes()), digest_of(old)))
    file.write_bytes(old)

    with capture_logs() as logs:
        node = Node(tmp_path)

    assert [(line["event"], line["name"]) for line in logs] == [("recording_silent_in_g722", "closed")]
    assert node.heard() == 50


def test_what_a_removed_one_stood_before_is_heard_again(tmp_path: Path) -> None:
    node = Node(tmp_path)

    async def use() -> None:
        await node.keeper.put("closed", TONE_WAV, "eva")
        assert await node.keeper.remove("closed", "ola")
        assert not await node.keeper.remove("closed", "ola")

    run(use)

    assert node.heard() == 1
    assert node.facts[1:] == [RecordingRemoved(at=NOW, name="closed", by="ola")]
    assert Node(tmp_path).heard() == 1


def test_what_is_no_recording_changes_nothing(tmp_path: Path) -> None:
    node = Node(tmp_path)

    with pytest.raises(UnusableSound, match="no WAV file"):
        run(lambda: _put(node, b"hej"))
    assert (node.heard(), node.facts) == (1, [])
    run(lambda: _put(node, TONE_WAV))  # and does not keep others out


async def _put(node: Node, octets: bytes, name: str = "closed") -> None:
    await node.keeper.put(name, octets, "eva")


def test_one_is_made_at_a_time(tmp_path: Path) -> None:
    node = Node(tmp_path)

    async def use() -> None:
        first = asyncio.create_task(_put(node, TONE_WAV))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await _put(node, LOUDER)
        await first

    run(use)

    assert node.heard() == 50


def test_music_is_made_as_music(tmp_path: Path) -> None:
    node = Node(tmp_path)

    async def use() -> None:
        await _put(node, TONE_WAV, "music")
        await _put(node, TONE_WAV)

    run(use)

    frames = [cut(node.prompts.get(name)) for name in ("music", "closed")]
    assert frames[0] != frames[1]


def test_without_a_database_there_is_room_for_as_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_store, "MAX_RECORDED_SECONDS", 2.5)
    node = Node(tmp_path)

    async def use() -> None:
        await _put(node, LOUDER)
        await _put(node, LOUDER)  # in its own place
        with pytest.raises(TooManyRecordings, match="3 s together"):
            await _put(node, TONE_WAV, "flood")

    run(use)


def test_without_a_database_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    node = Node(tmp_path)
    tmp_path.joinpath("prompts").write_bytes(b"")

    with pytest.raises(SecretsUnusable):
        run(lambda: _put(node, TONE_WAV))
    assert (node.heard(), node.facts) == (1, [])


def test_what_the_plan_speaks_is_heard_until_another_plan_is(tmp_path: Path) -> None:
    node = Node(tmp_path)
    spoken = SpokenPlan(
        {
            "closed": Prompt.of("closed", Wav.a_law(bytes(320))),
            "flood": Prompt.of("flood", Wav.a_law(bytes(480))),
        },
        {
            "closed": Prompt.of("closed", Wav.a_law(bytes(800))),
            "box": Prompt.of("box", Wav.a_law(bytes(640))),
        },
    )

    node.keeper.take(spoken)

    assert [node.heard(name) for name in ("closed", "flood", "box")] == [2, 3, 4]
    assert set(node.keeper.names) == {"closed"} and "flood" not in node.keeper.names
    run(lambda: _put(node, TONE_WAV))
    assert node.heard() == 50
    node.keeper.take(SILENT)
    assert node.prompts.playable == {"closed"}


def test_a_plan_is_spoken_into_the_data_folder(tmp_path: Path) -> None:
    require_peer("espeak-ng")
    plan = plan_of(more='[prompts.flytt]\ntext = "Vi flyttar."\n')

    assert speech_of(tmp_path, Prompts({})).speak(plan).prompts["flytt"].length > 50
    assert len(list((tmp_path / "prompts" / "spoken").iterdir())) == 1


# ---- with a database


def test_another_node_hears_what_was_recorded_changed_and_removed(target: Target, tmp_path: Path) -> None:
    async def use(store: RecordingStore) -> None:
        one, other = Node(tmp_path / "one", store), Node(tmp_path / "other", store)

        await _put(one, TONE_WAV)
        await other.keeper.reconcile()
        assert other.heard() == 50
        await _put(one, LOUDER)
        await other.keeper.reconcile()
        assert other.heard() == 100
        assert Node(tmp_path / "other").heard() == 100  # and so does its next start, without the database
        await other.keeper.remove("closed", "ola")
        await one.keeper.reconcile()
        await one.keeper.reconcile()

        assert (one.heard(), other.heard()) == (1, 1)
        assert [type(fact) for fact in (*one.facts, *other.facts)] == [
            PromptRecorded,
            PromptRecorded,
            RecordingRemoved,
        ]

    with_store(target, use)


def test_a_database_that_has_lost_them_gets_them_back(target: Target, tmp_path: Path) -> None:
    async def use(store: RecordingStore) -> None:
        await _put(Node(tmp_path), TONE_WAV)

        node = Node(tmp_path, store)
        await node.keeper.reconcile()

        stored = await store.get("closed")
        assert stored is not None and stored.author == "eva"
        assert node.heard() == 50

    with_store(target, use)


def test_with_a_database_it_is_heard_though_the_disk_does_not_take_it(target: Target, tmp_path: Path) -> None:
    async def use(store: RecordingStore) -> None:
        node = Node(tmp_path, store)
        tmp_path.joinpath("prompts").write_bytes(b"")
        with capture_logs() as logs:
            await _put(node, TONE_WAV)

        assert [line["event"] for line in logs] == ["recording_not_on_disk"]
        assert node.heard() == 50

    with_store(target, use)


def test_what_this_program_cannot_play_is_told_and_the_other_prompt_is_heard(
    target: Target, tmp_path: Path
) -> None:
    async def use(store: RecordingStore) -> None:
        newer = Node(tmp_path / "newer", store)
        await _put(newer, TONE_WAV)
        stored = await store.get("closed")
        assert stored is not None
        await store.put(replace(stored, digest=digest_of(b"opus"), sound=b"opus"))
        node = Node(tmp_path / "node", store)
        with capture_logs() as logs:
            await node.keeper.reconcile()

        assert [line["event"] for line in logs] == ["recording_unusable"]
        assert node.heard() == 1

    with_store(target, use)


class Away(RecordingStore):
    """A database that does not answer. `asked` counts."""

    def __init__(self) -> None:
        self.asked = 0

    async def heads(self) -> NoReturn:
        self.asked += 1
        raise DatabaseAway("connection refused")

    async def put(self, new: Any) -> NoReturn:
        raise DatabaseAway("connection refused")


def test_nothing_is_recorded_while_the_database_is_away(tmp_path: Path) -> None:
    node = Node(tmp_path, Away())

    with pytest.raises(DatabaseAway):
        run(lambda: _put(node, TONE_WAV))
    assert (node.heard(), node.facts) == (1, [])


def test_the_database_is_asked_when_it_has_come_up_and_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In virtual time: up from the third second on."""
    store = Away()
    node, seconds = Node(tmp_path, store), 0.0
    asked: list[tuple[float, int]] = []

    async def pause(waited: float) -> None:
        nonlocal seconds
        asked.append((seconds, store.asked))
        seconds += waited
        if seconds > 3 + 2 * LOOK_AGAIN_SECONDS:
            raise asyncio.CancelledError

    monkeypatch.setattr(prompt_keeper, "pause", pause)
    with capture_logs() as logs, pytest.raises(asyncio.CancelledError):
        asyncio.run(node.keeper.follow(lambda: seconds >= 3))

    first_asked = {count: at for at, count in reversed(asked)}
    assert first_asked == {0: 0.0, 1: 3.0, 2: 3 + LOOK_AGAIN_SECONDS, 3: 3 + 2 * LOOK_AGAIN_SECONDS}
    assert {line["event"] for line in logs} == {"recordings_not_reconciled"}


def test_a_wav_of_a_recording_is_what_the_service_plays(tmp_path: Path) -> None:
    node = Node(tmp_path)
    run(lambda: _put(node, TONE_WAV))

    kept = Wav.parse((recording_folder(tmp_path) / "closed.wav").read_bytes())

    assert b"".join(cut(node.prompts.get("closed"))) == kept.data
