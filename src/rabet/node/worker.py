"""Does the node's jobs as they fall due, one at a time, in a thread of the pusher process.

A job that fails comes again later; one whose worker died comes again when its lease has run out. The heartbeat is a job too: each
minute it places the blinded root of the audit log into every link, where the partner signs for it.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from rabet.casework import facts
from rabet.casework.desk import Desk
from rabet.casework.messages import AuditMessage, write_audit
from rabet.casework.retention import expire
from rabet.casework.values import AuditEntry, Event, Job, LaneState, Outgoing
from rabet.node.assembly import Node
from rabet.node.health import Finding, look
from rabet.node.partnership import copy_stops
from rabet.records.checkpoint import Checkpoint, Note, audit_origin, blinded_root, sign_checkpoint

HEARTBEAT, CHECK, RETENTION = timedelta(minutes=1), timedelta(hours=1), timedelta(hours=1)
_LONGEST_PAUSE = 30.0  # seconds
_BLIND = 16  # bytes
_OWN_KEY = -1  # a message that belongs to no record is sealed under a key of its own
_log = logging.getLogger(__name__)


class Worker:
    """The worker of one node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the job at hand."""
        self._stopped.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                plan(self._node)
                while self.work_once():
                    pass
                pause = self._pause()
            except Exception:  # noqa: BLE001 - the database may be away: nothing is lost by waiting
                _log.exception("worker stumbled")
                pause = _LONGEST_PAUSE
            self._stopped.wait(pause)
        self._node.let_go()

    def _pause(self) -> float:
        due: datetime | None = self._node.store.jobs.next_due()
        left = (due - self._node.clock.now()).total_seconds() if due else _LONGEST_PAUSE
        return min(max(left, 0.05), _LONGEST_PAUSE)

    def work_once(self) -> bool:
        """Do the job that is due longest; False when none is."""
        jobs = self._node.store.jobs
        job = jobs.lease()
        if job is None:
            return False
        try:
            ACTS[job.act](self._node)
        except Exception as error:  # noqa: BLE001 - one job's fault must not stop the others
            _log.exception("job failed", extra={"act": job.act, "attempts": job.attempts})
            jobs.fail(job, type(error).__name__)
        else:
            jobs.finish(job)
        return True


def plan(node: Node) -> None:
    """See that each regular job is planned once: its key is the moment it falls due."""
    now = node.clock.now()
    with node.store.begin() as uow:
        for act, every in (("heartbeat", HEARTBEAT), ("check", CHECK), ("retention", RETENTION)):
            uow.job(_regular(act, every, now))
        uow.audit(AuditEntry(act="worker.started", officer="", role="node"))


def _regular(act: str, every: timedelta, now: datetime) -> Job:
    seconds = int(every.total_seconds())
    due = datetime.fromtimestamp((int(now.timestamp()) // seconds + 1) * seconds, now.tzinfo)
    return Job(key=f"{act} {due:%Y-%m-%dT%H:%M}", act=act, due=due)


def heartbeat(node: Node) -> None:
    """Sign the head of the audit log, have every partner who keeps up witness it blinded, plan the next heartbeat. One transaction."""
    desk, now = node.desk, node.clock.now()
    with node.store.begin() as uow:
        known = facts.standing(desk, uow)
        size, root = uow.audit_head()
        uow.checkpoint(size, _note(node, Checkpoint(audit_origin(desk.agency), size, bytes.fromhex(root))))
        behind = {lane.partner for lane in uow.lanes() if _behind(lane, now)}
        told = [partner for partner in known.partners if partner not in behind]
        for partner in told:
            blind = desk.randomness.token(_BLIND)
            blinded = blinded_root(size, bytes.fromhex(root), blind)
            agreement = known.documents_with(partner)[0].document.id
            uow.anchor(_message(desk, partner, AuditMessage(agreement, blinded.hex())), size, blinded, blind)
        uow.job(_regular("heartbeat", HEARTBEAT, now))
        uow.audit(AuditEntry(act="heartbeat", officer="", role="node", detail={"size": size, "partners": len(told)}))
    copy_stops(node)


def _note(node: Node, checkpoint: Checkpoint) -> str:
    line = sign_checkpoint(checkpoint, node.peers.cards.own.keys.ed25519, node.keys)
    return Note(checkpoint, (line,)).text()


def _message(desk: Desk, partner: str, message: AuditMessage) -> Outgoing:
    return Outgoing(
        partner=partner,
        lane="normal",
        agreement=message.agreement,
        record="",
        version=0,
        text=write_audit(message, desk.randomness),
        key_slot=_OWN_KEY,
    )


def _behind(lane: LaneState, now: datetime) -> bool:
    """A partner who does not take what waits gets no heartbeats on top of it."""
    return lane.direction == "out" and lane.oldest_waiting is not None and now - lane.oldest_waiting > HEARTBEAT


def check(node: Node) -> None:
    """Look at certificate, disk and clock, tell people what will fail, and plan the next look."""
    found = [one for one in look(node) if one.level != "ok"]
    with node.store.begin() as uow:
        for one in found:
            uow.event(Event(kind="alarm", detail=_detail(one)))
        uow.job(_regular("check", CHECK, node.clock.now()))
        uow.audit(AuditEntry(act="node.checked", officer="", role="node", detail={"warnings": len(found)}))


def _detail(finding: Finding) -> Mapping[str, str | int]:
    return {"reason": f"check_{finding.about}", "level": finding.level, "detail": finding.sentence("en")}


def retain(node: Node) -> None:
    """Destroy what is kept too long, also from the write-ahead log, and plan the next look."""
    while expire(node.desk):
        pass
    node.store.tidy()
    with node.store.begin() as uow:
        uow.job(_regular("retention", RETENTION, node.clock.now()))
        uow.audit(AuditEntry(act="retention.planned", officer="", role="node"))


ACTS: Mapping[str, Callable[[Node], None]] = {"heartbeat": heartbeat, "check": check, "retention": retain}
