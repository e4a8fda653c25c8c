"""The story that the demonstration plays: each step does something on one node, looks at the others, and says what was seen.

Nothing here is shown that was not looked up on the node it is said of.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rabet.casework import approving, correcting, reading, recalling, reporting
from rabet.casework.reporting import Draft, Outcome
from rabet.casework.values import StepUp
from rabet.cli.demo.stage import Stage, Traces
from rabet.cli.world import bodies
from rabet.cli.world.agencies import ALBORZ, KHAZAR, VOLGA

ARRIVES_WITHIN = 10.0
ON_TIME_MS = 1000.0
QUIET_TRIES = 4
SUBSTANCES = ("methamphetamine", "opium", "heroin", "morphine")


@dataclass(slots=True)
class Step:
    """One step as it went. ms: how long what the step is about took; seen: sentences for the reader."""

    name: str
    ok: bool = True
    ms: float = 0.0
    seen: list[str] = field(default_factory=list)

    def check(self, holds: bool, sentence: str) -> None:
        """Say what was looked at; the step fails when it does not hold."""
        self.ok = self.ok and holds
        self.seen.append(sentence if holds else f"NOT SO: {sentence}")

    @contextmanager
    def told(self) -> Iterator[None]:
        """Whatever breaks inside is what the reader is told; the step has failed."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - as above
            self.check(False, f"{type(error).__name__}: {error}")  # noqa: FBT003


def play(world: Stage) -> Iterator[Step]:
    """Play all steps in order; a step that cannot go on is a failed step, and the story ends there."""
    memory: dict[str, str] = {}
    for name, act in STEPS:
        step = Step(name)
        with step.told():
            act(world, step, memory)
        yield step
        if not step.ok:
            return


@contextmanager
def _timed(step: Step) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    step.ms = round((time.perf_counter() - begin) * 1000, 1)


def _wait(holds: Callable[[], bool]) -> bool:
    end = time.perf_counter() + ARRIVES_WITHIN
    while not holds():
        if time.perf_counter() > end:
            return False
        time.sleep(0.002)
    return True


def _report(world: Stage, agency: str, body: bodies.Body, **more: object) -> Outcome:
    draft = Draft(kind="seizure", body=body, **more)  # type: ignore[arg-type]
    return reporting.report(world.desk(agency), world.officer(agency, "duty"), [draft])[0]


def _earlier(world: Stage, step: Step, memory: dict[str, str]) -> None:
    body = bodies.with_driver(bodies.with_consignment(bodies.seizure(ALBORZ, world.now(), substance="opium", value="92")), KHAZAR)
    with _timed(step):
        draft = Draft(kind="seizure", body=body)
        made = reporting.report(world.desk("alborz"), world.officer("alborz", "duty"), [draft], share=False)[0]
    memory["older"] = made.record
    step.check(
        world.holds("alborz", made.record),
        "Alborz keeps an older seizure: the same container and seal, the same phone and plate. It shared it with nobody.",
    )


def _consignment(world: Stage, step: Step, memory: dict[str, str]) -> None:
    body = bodies.with_driver(bodies.with_consignment(bodies.seizure(KHAZAR, world.now())), KHAZAR)
    begin = time.perf_counter()
    made = _report(world, "khazar", body)
    reached = {partner: (_wait(lambda p=partner: world.holds(p, made.record)), time.perf_counter() - begin) for partner in ("alborz", "volga")}  # type: ignore[misc]
    memory["shared"] = made.record
    step.ms = round(max(seconds for _, seconds in reached.values()) * 1000, 1)
    step.check(
        all(ok for ok, _ in reached.values()) and step.ms < ON_TIME_MS,
        f"Khazar reports a seizure at {KHAZAR.post}; Alborz and Volga have it after {step.ms:.0f} ms.",
    )
    for partner in ("alborz", "volga"):
        shown = world.view(partner, made.record)
        kinds = sorted(one["kind"] for one in shown.get("identifiers", ()))
        step.check(kinds == ["container", "seal"] and "parties" not in shown, f"{partner}: container and seal, no person, no phone, no plate.")
    step.check(dict(made.waiting).keys() == {"alborz"}, "The person part waits at Khazar for a second officer, for Alborz only.")
    memory["release"] = dict(made.waiting).get("alborz", "")


def _first_alert(world: Stage, step: Step, memory: dict[str, str]) -> None:
    with _timed(step):
        found = _wait(lambda: {"container", "seal"} <= world.alert_kinds("alborz", memory["shared"], memory["older"]))
    step.check(found, "An alert at Alborz: its older record has the same container and the same seal. Khazar is told nothing by itself.")


def _approval(world: Stage, step: Step, memory: dict[str, str]) -> None:
    desk, officer = world.desk("khazar"), world.officer("khazar", "liaison")
    made, _fields = approving.digest_to_approve(desk, officer, memory["release"])
    with _timed(step):
        approving.approve(desk, StepUp(officer, made.digest, desk.clock.now()), made.id)
        arrived = _wait(lambda: "parties" in world.view("alborz", memory["shared"]))
    step.check(arrived, "A second officer signs in again over exactly these fields; the person part follows to Alborz.")
    step.check(
        "parties" not in world.view("volga", memory["shared"]),
        'Volga\'s condition is "consignment": it gets no person part, and no sign of one.',
    )
    found = _wait(lambda: {"phone", "plate"} <= world.alert_kinds("alborz", memory["shared"], memory["older"]))
    step.check(found, "The alert at Alborz now also names the phone and the plate.")


def _withheld(world: Stage, step: Step, _memory: dict[str, str]) -> None:
    """A heartbeat may fall into the time looked at; a leak would show every time, so a quiet moment is looked for."""
    made, before, after = _report_withheld(world, step)
    for _ in range(QUIET_TRIES):
        if before == after:
            break
        made, before, after = _report_withheld(world, step)
    clauses = sorted({clause for one in made.withheld if one.partner == "volga" for _, clause, _ in one.reasons if clause})
    reasons = {reason for one in made.withheld if one.partner == "volga" for reason, _, _ in one.reasons}
    step.check(
        "handling_above_limit" in reasons,
        f"Khazar reports a second record with handling H2; it is withheld from Volga: clause {', '.join(clauses)}.",
    )
    step.check(before == after, f"Volga has exactly what it had: {after.sentence()}.")
    step.check(not world.anything_of("volga", made.record), "Not one byte of its id stands in Volga's files.")


def _report_withheld(world: Stage, step: Step) -> tuple[Outcome, Traces, Traces]:
    """Report one record that Volga must not learn of; return what could be told of Volga before and after."""
    world.settle("khazar", "volga")
    before = world.traces("volga")
    with _timed(step):
        made = _report(world, "khazar", bodies.seizure(KHAZAR, world.now(), substance="morphine", value="3.2"), handling="H2")
    world.settle("khazar", "volga")
    return made, before, world.traces("volga")


def _correction(world: Stage, step: Step, memory: dict[str, str]) -> None:
    body = bodies.with_driver(bodies.with_consignment(bodies.seizure(KHAZAR, world.now(), value="179.25")), KHAZAR)
    with _timed(step):
        correcting.correct(world.desk("khazar"), world.officer("khazar", "duty"), memory["shared"], Draft(kind="seizure", body=body))
        shown = [_wait(lambda p=partner: world.quantity(p, memory["shared"]) == "179.25") for partner in ("alborz", "volga")]  # type: ignore[misc]
    step.check(all(shown), "Khazar corrects the weight to 179.25 kg; both partners show the correction, and that it is one.")


def _recall(world: Stage, step: Step, memory: dict[str, str]) -> None:
    record = memory["shared"]
    with _timed(step):
        recalling.recall(world.desk("khazar"), world.officer("khazar", "duty"), record, "error")
        gone = [_wait(lambda p=partner: world.gone(p, record)) for partner in ("alborz", "volga")]  # type: ignore[misc]
    step.check(all(gone), "Khazar recalls it: at both partners it has left every list, index and alert, and its content is destroyed.")
    told = _wait(lambda: {who for _, who, state, _, _ in world.receipts("khazar", record) if state == "recalled"} == {"alborz", "volga"})
    step.check(told, "Both return a signed receipt of the recall.")


def _nine(world: Stage) -> Iterator[bodies.Body]:
    """Nine seizures; the last shares the container with Alborz's older record, so that an alert is left to look at."""
    for substance, value in zip(SUBSTANCES * 2, ("12.4", "3.75", "96", "0.8", "41", "7.2", "18.05", "2.6"), strict=True):
        yield bodies.seizure(KHAZAR, world.now(), substance=substance, value=value)
    yield bodies.with_driver(bodies.with_consignment(bodies.seizure(KHAZAR, world.now(), value="63.9")), KHAZAR)


def _cut(world: Stage, step: Step, memory: dict[str, str]) -> None:
    world.cut("alborz")
    drafts = [Draft(kind="seizure", body=body) for body in _nine(world)]
    made = [reporting.report(world.desk("khazar"), world.officer("khazar", "duty"), [draft])[0].record for draft in drafts]
    urgent = _report(world, "khazar", bodies.with_danger(bodies.seizure(KHAZAR, world.now(), value="60"))).record
    time.sleep(0.5)
    step.check(
        not any(world.holds("alborz", record) for record in [*made, urgent]),
        "The line to Alborz is cut; ten reports wait, the last one warns of danger.",
    )
    with _timed(step):
        world.mend("alborz")
        arrived = _wait(lambda: all(world.holds("alborz", record) for record in [*made, urgent]))
    step.check(arrived, f"The line is back: all ten have arrived after {step.ms:.0f} ms.")
    order = world.arrivals("alborz", {*made, urgent})
    step.check(order == [urgent, *made], "The warning came first, the rest in order, each once.")
    memory["urgent"] = urgent


def _verify(world: Stage, step: Step, _memory: dict[str, str]) -> None:
    world.heartbeat()
    with _timed(step):
        reports = {agency.id: world.verify(agency.id) for agency in (ALBORZ, KHAZAR, VOLGA)}
    for agency, (good, sentence) in reports.items():
        step.check(good, f"rabet verify, off line, {agency}: {sentence}")


def _shown(world: Stage, step: Step, memory: dict[str, str]) -> None:
    with _timed(step):
        reading.show(world.desk("alborz"), world.officer("alborz", "liaison"), memory["urgent"])
        told = _wait(lambda: any(state == "delivered" for _, _, state, _, _ in world.receipts("khazar", memory["urgent"])))
    step.check(told, "A liaison officer at Alborz opens the warning; Khazar gets a signed receipt: delivered, to that role.")


STEPS: tuple[tuple[str, Callable[[Stage, Step, dict[str, str]], None]], ...] = (
    ("an older record at Alborz", _earlier),
    ("a seizure reaches both partners", _consignment),
    ("container and seal raise an alert", _first_alert),
    ("a second officer approves the person part", _approval),
    ("a withheld record leaves no trace", _withheld),
    ("a correction", _correction),
    ("a recall", _recall),
    ("a cut line", _cut),
    ("delivered to an officer", _shown),
    ("proof", _verify),
)
