"""Grouped disk syncs: one thread, at most 50 ms behind what was written.

A power cut takes what is not synced; calls do not wait for the disk all the same. Only who must know that
something lasts (a recording, a seal, a plan version) waits.
"""

import os
import threading
import time
from collections.abc import Callable

GROUP_SECONDS = 0.025
"""How long writes are gathered before a sync: half of the 50 ms, the other half is for the sync itself."""

RETRY_SECONDS = 1.0
"""Pause after a failed sync, so that a dying disk is not asked without end."""


class SyncThread:
    """Syncs files to disk behind the writer. All methods may be called from any thread.

    After a failed sync the kernel may have thrown away what it could not write, so a later success does not
    prove that the failed group lasts: `failures` counts them for the alarm.
    """

    def __init__(
        self,
        sync: Callable[[int], None] = os.fsync,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start the thread."""
        self._sync = sync
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._dirty: set[int] = set()
        self._retired: set[int] = set()
        self._written = self._synced = 0
        self._since: float | None = None
        self._waiters = 0
        self._failing = self._stopping = False
        self.failures = 0
        self._thread = threading.Thread(target=self._run, name="journal-sync", daemon=True)
        self._thread.start()

    @property
    def synced(self) -> int:
        """The last position that is on disk."""
        return self._synced

    @property
    def failing(self) -> bool:
        """Whether the last sync failed."""
        return self._failing

    @property
    def lag(self) -> float:
        """How many seconds ago the oldest write that is not on disk was made; 0 when there is none."""
        since = self._since
        return 0.0 if since is None else self._monotonic() - since

    def wrote(self, fd: int, position: int) -> None:
        """Say that `fd` was written, up to `position` of the journal."""
        with self._changed:
            self._dirty.add(fd)
            self._written = position
            if self._since is None:
                self._since = self._monotonic()
                self._changed.notify_all()

    def retire(self, fd: int) -> None:
        """Close `fd` when it is on disk: nothing more is written to it."""
        with self._changed:
            self._dirty.add(fd)
            self._retired.add(fd)
            if self._since is None:
                self._since = self._monotonic()
            self._changed.notify_all()

    def wait(self, timeout: float) -> bool:
        """Sync at once and wait for what was written until now. False after `timeout` seconds."""
        with self._changed:
            target = self._written
            self._waiters += 1
            self._changed.notify_all()
            try:
                return self._changed.wait_for(lambda: self._synced >= target, timeout)
            finally:
                self._waiters -= 1

    def stop(self) -> None:
        """Sync once more, close what is retired and end the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()
        while self._retired:
            os.close(self._retired.pop())

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._dirty or self._stopping)
                if not self._dirty:
                    return
                self._changed.wait_for(lambda: self._waiters or self._stopping, GROUP_SECONDS - self.lag)
                last = self._stopping
                group, self._dirty, position = self._dirty, set(), self._written
                retired, self._retired = self._retired, set()
                group_end = self._monotonic()
            failed = {fd for fd in group if not self._is_synced(fd)}
            for fd in retired - failed:
                os.close(fd)
            with self._changed:
                self._retired |= retired & failed
                self._settle(failed, position, group_end)
                if last and failed:
                    return
                if failed:
                    self._changed.wait_for(lambda: self._stopping, RETRY_SECONDS)

    def _is_synced(self, fd: int) -> bool:
        try:
            self._sync(fd)
        except OSError:
            return False
        return True

    def _settle(self, failed: set[int], position: int, group_end: float) -> None:
        self._failing = bool(failed)
        if failed:
            self.failures += 1
            self._dirty |= failed
            return
        self._synced = position
        self._since = group_end if self._dirty else None
        self._changed.notify_all()
