"""The running service as the admin API sees it (`admin.ports.Administration`).

What is asked is answered from memory wherever it can be; what takes long is done in a thread. Every change is
a fact that says who made it.
"""

from importlib.metadata import version

from telephony.admin.values import JournalStatus, ServiceStatus
from telephony.administration.call_desk import LiveCallDesk
from telephony.administration.member_room import LiveMemberRoom
from telephony.administration.number_desk import LiveNumberDesk
from telephony.administration.plan_desk import LivePlanDesk, head_of
from telephony.administration.prompt_desk import LivePromptDesk
from telephony.administration.simulation_desk import LiveSimulationDesk
from telephony.administration.staff_room import LiveStaffRoom


class LiveAdministration(
    LivePlanDesk,
    LiveSimulationDesk,
    LiveNumberDesk,
    LiveStaffRoom,
    LiveMemberRoom,
    LivePromptDesk,
    LiveCallDesk,
):
    """All desks of one service, and how it does itself."""

    async def status(self) -> ServiceStatus:
        """How the service and what it leans on are doing."""
        journal = self.health.journal
        waits = self.keeper.pending
        return ServiceStatus(
            status=self.health.status,
            release=version("vaxeln"),
            calls=self.switchboard.live_calls,
            plan=head_of(self.keeper.in_force.about),
            journal=JournalStatus(journal.position, journal.failing),
            archive=self.archive.status(),
            registrations=self._registrations(),
            pending=None if waits is None else head_of(waits),
        )

    def _registrations(self) -> dict[str, str]:
        trunks = self.tables.registered_users.values()
        found = {trunk: self.switchboard.house.registrar(trunk) for trunk in trunks}
        return {trunk: f"{at[0]}:{at[1]}" if at else "" for trunk, at in found.items()}
