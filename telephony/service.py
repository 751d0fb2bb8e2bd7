"""The composition root: everything is built, started, drained and stopped here."""

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from importlib.metadata import version

import structlog

from routing.tables import Tables
from telephony.admin.api import Api
from telephony.admin.client import SOCKET as ADMIN_SOCKET
from telephony.admin.gate import Gate as AdminGate
from telephony.admin.http import HttpServer
from telephony.administration.live import LiveAdministration
from telephony.archive.archive import Archive
from telephony.archive.errors import JournalUnsynced
from telephony.archive.findings import Finding
from telephony.archive.store import Disk
from telephony.background import run_behind
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.certificate import certificate_of
from telephony.clock import Clock
from telephony.config import ListenAddress, Settings
from telephony.day_recall import recall_behind
from telephony.directory import PlanDirectory
from telephony.dns_lookup import Dns
from telephony.drain import Drain
from telephony.fact_log import FactLog
from telephony.figures import Figures, Sources
from telephony.floor import Floor
from telephony.health import ServiceHealth
from telephony.housekeeping import Housekeeper, Reloadable
from telephony.ids import call_ids, token
from telephony.journal_start import (
    cuts,
    facts_to_replay,
    first_needed,
    open_journal,
    opening_facts,
    report_fault,
)
from telephony.legs.legs import Legs
from telephony.listening import Listening, listen_http, listen_locally, listen_sip
from telephony.media.prompts import Prompts
from telephony.media.relay import MediaRelay
from telephony.name_book import NameBook
from telephony.name_file import NameFile
from telephony.name_service import NameService
from telephony.net.shell import Shell
from telephony.node import Node
from telephony.node_plan import NodePlan
from telephony.plan_keeper import PlanKeeper
from telephony.plan_prepare import Pending, PlanInForce
from telephony.plan_start import plan_folder
from telephony.prompt_keeper import PromptKeeper
from telephony.reachability import DistrustLog, warn_of_other_realms, warn_of_unreachable
from telephony.reconciler import Reconciler
from telephony.secrets import PhoneSecrets
from telephony.signals import stop_by_signals
from telephony.simulator import Simulator
from telephony.sip.endpoint import Endpoint
from telephony.surroundings import is_vital, surroundings_of
from telephony.switchboard import Switchboard
from telephony.tokens import Tokens
from telephony.trunk_secrets import TrunkSecrets

log = structlog.get_logger("vaxeln")

SETTLING_SECONDS = 5.0
"""How long a change of the plan may still take when the service stops: half of one would be in the database
alone, until the next start."""

HOUSEKEEPING_SECONDS = 1.0
"""How often the housekeeper looks. A password that was set is taken up within this time."""

_REAL_DISK = Disk()


class Service:
    """One node. `start`, then `run` until it is told to stop.

    `pending` waits for its time. `wall` gives Unix time in seconds, `disk` is what the journal writes with.
    """

    def __init__(
        self,
        settings: Settings,
        plan: PlanInForce,
        prompts: Prompts,
        pending: Pending | None = None,
        *,
        wall: Callable[[], float] = time.time,
        disk: Disk = _REAL_DISK,
    ) -> None:
        self._settings = settings
        self._plan, self._pending = plan, pending
        self._figures = Figures(plan.tables)
        self._prompts = prompts
        self._wall, self._disk = wall, disk
        self._takes_calls = False
        self._stop, self._hurry = asyncio.Event(), asyncio.Event()

    # ---- start

    async def start(self) -> Listening:
        """Open the journal, bind the sockets, end what an earlier life left open.

        From here on SIGTERM, SIGINT and SIGHUP stop it in order. Raises CannotListen, SecretsUnusable and
        ArchiveError, and then nothing stays open or locked.
        """
        self._loop = asyncio.get_running_loop()
        stop_by_signals(self._loop, self.stop, self._stop.set)
        self._clock = Clock(self._wall, self._loop.time)
        self._new_call = call_ids(self._clock.now)
        self._certificate = certificate_of(self._settings)
        async with AsyncExitStack() as opened:
            await self._open_journal(opened)
            # The trunk and 112 need none of these: the housekeeper says what is wrong, and goes on looking
            self._secrets = PhoneSecrets(self._settings.data / "secrets", strict=False)
            self._trunk_secrets = TrunkSecrets(
                self._settings.data / "secrets", strict=False, changed=self._trunk_password_set
            )
            self._tokens = Tokens(self._settings.data / "secrets", strict=False)
            warn_of_other_realms(self._secrets, self._settings.sip.realm)
            self._replay()
            self._switchboard.record(cuts(self._findings, self._clock.now()))
            self._findings.clear()
            self._archive = Archive(
                self._settings.data,
                self._settings.database.dsn,
                self._journal,
                now=self._clock.now,
                first_needed=lambda: first_needed(self._journal),
            )
            opened.push_async_callback(self._archive.stop)
            listening = await self._bind(opened)
            await self._naming.remember()
            self._begin()
            self._archive.start()
            run_behind(opened, self._keeper.follow(self._archive.is_up), "plan_no_longer_followed")
            run_behind(opened, self._prompt_keeper.follow(self._archive.is_up), "recordings_not_followed")
            run_behind(opened, self._naming.run(), "names_no_longer_looked_up")
            recall_behind(opened, self._archive, self._figures, self._clock.now, self._journal.position)
            await listen_locally(self._http, self._settings.data / ADMIN_SOCKET)
            self._opened = opened.pop_all()
        files: dict[str, Reloadable]
        files = {"passwords": self._secrets, "tokens": self._tokens, "trunk_passwords": self._trunk_secrets}
        if self._certificate is not None:
            files["certificate"] = self._certificate
        self._housekeeper = Housekeeper(
            self._clock,
            self._journal,
            files,
            self._clock_stepped,
            self._node.legs.refusals,
            self._figures.holidays_known,
        )
        self._keep_house(self._loop.time())
        return listening

    async def _open_journal(self, opened: AsyncExitStack) -> None:
        self._findings: list[Finding] = []
        self._journal = await open_journal(
            self._settings.data,
            self._findings.append,
            lambda: opening_facts(self._switchboard, self._clock.now()),
            self._disk,
        )
        opened.push_async_callback(asyncio.to_thread, self._journal.close)
        self._names, self._fact_log = NameBook(), FactLog(log, self._plan.tables)
        self._switchboard = Switchboard(
            self._journal,
            self._plan.tables,
            talk_limit=float(self._settings.calls.max_seconds),
            draw=random.random,
            names=self._names,
            observe=self._observe,
            report_fault=report_fault,
            new_call=self._new_call,
        )
        self._switchboard.house.seconds_of = self._prompts.seconds
        self._floor = Floor(self._switchboard, self._plan.tables, self._clock.now, self._figures.today)

    def _replay(self) -> None:
        """Fold what the journal holds, from the newest segment that tells where to begin."""
        self._switchboard.replay(facts_to_replay(self._journal))
        for call in self._switchboard.calls.values():
            self._figures.observer.adopt(call)

    async def _bind(self, opened: AsyncExitStack) -> Listening:
        """Make what has sockets, and join it."""
        settings = self._settings
        self._relay = MediaRelay(
            self._loop,
            settings.media_bind,
            settings.media_host,
            range(settings.rtp.ports.first, settings.rtp.ports.last + 1),
            self._prompts,
            self._playback_ended,
            random.SystemRandom(),
            settings.other_host,
            pressed=self._key_pressed,
        )
        opened.callback(self._relay.close_all)
        self._directory = PlanDirectory(
            self._plan.tables, self._switchboard.house, settings.own_hosts, self._trunk_secrets.ha1
        )
        self._endpoint = Endpoint(token, via_host=settings.sip.advertise, is_vital=is_vital)
        self._shell = Shell(self._loop, DistrustLog(self._loop.time).tell)
        opened.callback(self._shell.close)
        tls = self._certificate.tls if self._certificate else None
        sip = tuple(listen_sip(self._shell, address, tls) for address in settings.sip.listen)
        given = surroundings_of(
            settings, sip, self._relay, self._directory, self._secrets, self._clock, self._new_call
        )
        self._sockets = given.sockets
        self._naming = NameService(
            self._names,
            Dns([(at.host, at.port) for at in settings.dns.servers]),
            given.sockets.reaches,
            self._names_changed,
            self._loop.time,
            NameFile(settings.data / "names" / "answers.json", self._wall),
        )
        legs = Legs(self._endpoint, given)
        self._node = Node(legs, self._switchboard, self._clock.at, self._clock.monotonic)
        self._reconciler = Reconciler(self._node, self._clock.at)
        self.health = ServiceHealth(
            self._journal,
            self._switchboard,
            self._archive.status,
            takes_calls=lambda: self._takes_calls,
            is_draining=self._stop.is_set,
            text=self._figures.instruments.text,
        )
        self._keeper = self._keep_plan()
        opened.push_async_callback(self._keeper.settle, SETTLING_SECONDS)
        return Listening(sip, await self._listen_http(opened))

    async def _listen_http(self, opened: AsyncExitStack) -> ListenAddress:
        administration = LiveAdministration(
            keeper=self._keeper,
            switchboard=self._switchboard,
            archive=self._archive,
            secrets=self._secrets,
            health=self.health,
            realm=self._settings.sip.realm,
            record=self._record,
            now=self._clock.now,
            simulator=Simulator.of(self._settings, self._prompt_keeper.names),
            recordings=self._prompt_keeper,
            floor=self._floor,
        )
        gate = AdminGate(self._tokens, self._clock.now, self._loop.time)
        self._http = HttpServer(self.health, Api(administration, gate, self._clock.now), version("vaxeln"))
        listening = await listen_http(self._http, self._settings.http.listen)
        opened.push_async_callback(self._http.stop)
        return listening

    def _begin(self) -> None:
        """Journal the start, end what was left open, take calls."""
        self._switchboard.record([h.ServiceStarted(at=self._clock.now(), release=version("vaxeln"))])
        self._warn_of_unreachable(self._plan.tables)
        self._naming.load(self._plan.tables)
        if lost := self._node.recover(self._loop.time()):
            log.error("legs_not_restored", legs=lost)
        self._node.load(self._plan.tables, self._loop.time())  # gives turns: not to who waits no more
        self._show_figures()
        self._shell.drive(self._node)
        self._keeper.start()
        self._takes_calls = True

    def _keep_plan(self) -> PlanKeeper:
        data, now, archive = self._settings.data, self._clock.now, self._archive
        node = NodePlan(
            self._plan, self._pending, plan_folder(data), take=self._take_tables, record=self._record, now=now
        )
        plans, recordings = (archive.plans, archive.recordings) if archive.status().is_on else (None, None)
        self._prompt_keeper: PromptKeeper = PromptKeeper(data, self._prompts, recordings, self._record, now)
        self._prompt_keeper.load(self._plan.spoken)
        return PlanKeeper(node, plans, self._prompt_keeper.names, now, self._prompt_keeper.speech.speak)

    def _take_tables(self, tables: Tables) -> None:
        """Let these tables decide from now on. Calls that run keep what was decided."""
        self._warn_of_unreachable(tables)
        self._prompt_keeper.take(self._keeper.in_force.spoken)
        self._naming.load(tables)
        self._directory.load(tables)
        self._figures.load(tables)
        self._fact_log.load(tables)
        self._floor.load(tables)
        self._node.load(tables, self._loop.time())
        self._shell.flush()

    def _names_changed(self) -> None:
        self._node.names_changed(self._loop.time())
        self._shell.flush()

    def _warn_of_unreachable(self, tables: Tables) -> None:
        warn_of_unreachable(tables, self._sockets, knows_names=self._settings.sip.client_ca is not None)

    def _record(self, fact: f.Fact) -> None:
        """Journal a fact of the service itself, and do what follows from it."""
        self._node.record(fact, self._loop.time())
        self._shell.flush()

    def _show_figures(self) -> None:
        sources = Sources(
            house=self._switchboard.house,
            now=self._clock.now,
            blocked_plan=lambda: self._keeper.blocked,
            sip=self._endpoint.counts,
            dialogs=lambda: self._node.legs.open_legs,
            refusals=self._node.legs.refusals,
            send_errors=lambda: self._shell.send_errors,
            unconfirmed_names=lambda: self._names.unconfirmed(self._loop.time()),
            rtp=self._relay.counters,
            journal=self._journal,
            archive=self._archive.status,
            members=self._floor.counts,
            told=self._node.legs.telling.counts,
        )
        self._figures.show(sources)

    # ---- run

    async def run(self) -> bool:
        """Serve until `stop` is called or one of these signals comes; then drain and close.

        False when facts may be lost because the disk did not take them.
        """
        await self._stop.wait()
        await self._drain()
        return await self._close()

    def stop(self) -> None:
        """Begin to stop; a second time: do not wait for running calls."""
        if self._stop.is_set():
            self._hurry.set()
        self._stop.set()

    def _observe(self, fact: f.Fact) -> None:
        self._figures.observer.observe(fact)
        self._fact_log.write(fact)

    def _playback_ended(self, leg: str) -> None:
        self._node.playback_ended(leg, self._loop.time())
        self._shell.flush()

    def _key_pressed(self, leg: str, signal: str) -> None:
        self._node.key_pressed(leg, signal, self._loop.time())
        self._shell.flush()

    def _keep_house(self, due: float) -> None:
        # Armed first: should anything below fail, the loop logs it and the next second comes all the same.
        now = self._loop.time()
        following = now + HOUSEKEEPING_SECONDS
        self._housekeeping = self._loop.call_at(following, self._keep_house, following)
        self._figures.look(self._switchboard.house, self._clock.now(), now, due)
        self._floor.look()
        if self._reconciler.look(now):
            self._shell.flush()
        self._housekeeper.look()

    def _trunk_password_set(self) -> None:
        self._node.legs.registrations.begin(self._loop.time())
        self._shell.flush()

    def _clock_stepped(self, seconds: float) -> None:
        self._record(h.ClockStepped(at=self._clock.now(), seconds=seconds))
        self._keeper.clock_was_set()

    # ---- stop

    async def _drain(self) -> None:
        """No new calls but emergency calls; running ones go on for a while."""
        self._floor.end()
        self._node.record(h.DrainStarted(at=self._clock.now()), self._loop.time())
        log.info("draining", calls=self._switchboard.live_calls)
        drain = Drain(self._node, self._shell.flush, self._loop.time, self._hurry)
        await drain.run(self._settings.calls.drain_seconds)
        self._node.legs.subscriptions.end_all(self._loop.time())
        self._shell.flush()

    async def _close(self) -> bool:
        """Close everything; whether all facts are on disk."""
        self._housekeeping.cancel()
        self._shell.close()  # nothing comes after the fact of the stop
        self._node.record(h.ServiceStopped(at=self._clock.now()), self._loop.time())
        try:
            await self._opened.aclose()
        except JournalUnsynced as error:
            log.critical("journal_not_on_disk", problem=str(error))
            return False
        log.info("stopped")
        return True
