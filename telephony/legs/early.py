"""The early dialogs of an INVITE of ours: one for each far end that answers provisionally (RFC 3261 12.1).

They are made when somebody needs them: most calls never do.
"""

from dataclasses import replace

from telephony.legs.snapshot import without_names
from telephony.legs.wire import tells
from telephony.sip.dialog import Dialog
from telephony.sip.errors import ParseError
from telephony.sip.message import Request, Response
from telephony.sip.rack import RAck, parse_rseq

MOST = 16
"""Far ends of one INVITE that are listened to: a proxy that forks rings the few phones of somebody."""


class EarlyDialogs:
    """By the tag of the far end: its last answer, or the dialog as it is; and the last RSeq.

    `settled_by` is who has agreed to our offer for good, before any 2xx.
    """

    __slots__ = ("_answered", "_known", "_rseqs", "settled_by")

    def __init__(self) -> None:
        self._known: dict[str, Response | Dialog] = {}
        self._rseqs: dict[str, int] = {}
        self._answered: set[str] = set()
        self.settled_by: str | None = None

    def note(self, response: Response) -> bool:
        """A provisional answer came. False for one too many to be listened to."""
        tag = response.to.tag or ""
        known = self._known
        if tag not in known:
            if len(known) >= MOST:
                return False
            known[tag] = response
        return True

    def knows(self, tag: str) -> bool:
        """Whether somebody with this tag has answered."""
        return tag in self._known

    def dialog(self, tag: str, invite: Request) -> Dialog:
        """The early dialog with who has this tag, which is known."""
        known = self._known[tag]
        if isinstance(known, Response):
            known = self._known[tag] = without_names(Dialog.as_uac(invite, known))
        return known

    def keep(self, dialog: Dialog) -> None:
        """Note how a dialog has changed."""
        self._known[dialog.remote_tag] = dialog

    def confirm(self, dialog: Dialog) -> Dialog:
        """The dialog of a 2xx, which goes on where the early one was (RFC 3261 13.2.2.4)."""
        early = self._known.get(dialog.remote_tag)
        if not isinstance(early, Dialog):
            return dialog
        return replace(dialog, local_cseq=early.local_cseq, remote_cseq=early.remote_cseq)

    def settle(self) -> None:
        """Somebody has answered: let go of all but the dialogs that are made, for a call takes hours."""
        self._known = {tag: known for tag, known in self._known.items() if isinstance(known, Dialog)}

    def acknowledge(self, response: Response) -> RAck | None:
        """What the PRACK of a reliable provisional answer says; None when it gets none: it came before, came
        before another that has to be first, or is not one (RFC 3262 4)."""
        tag = response.to.tag or ""
        try:
            rseq = parse_rseq(response.headers.get("RSeq") or "")
        except ParseError:
            return None
        if not tells(response.headers, "Require", "100rel"):
            return None
        last = self._rseqs.get(tag)
        if last is not None and rseq != last + 1:
            return None
        self._rseqs[tag] = rseq
        if response.body:
            self._answered.add(tag)
        return RAck(rseq, response.cseq)

    def has_answered(self, tag: str) -> bool:
        """Whether a reliable provisional answer of theirs held a session description."""
        return tag in self._answered
