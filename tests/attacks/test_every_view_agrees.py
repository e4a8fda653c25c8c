"""One rule says who may see a record. Every page, every operation and every list must give the same answer, for every role and state."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

import pytest
from tests.nodes.world import seizure
from tests.web.client import Browser
from tests.web.conftest import CASE, PASSWORD, ROLES, Pages, close_pages, django, open_pages

from rabet.agreements.access import decide_access
from rabet.casework import recalling, reporting, standing
from rabet.casework.facts import access_context, record_facts
from rabet.casework.facts import standing as standing_of
from rabet.casework.reporting import Draft
from rabet.casework.values import Officer, Token

__all__ = ["django"]
GETS = ("/records/{0}/", "/records/{0}/versions/1/", "/records/{0}/preview/?partner=alborz", "/records/{0}/correct/")
POSTS = ("/records/{0}/recall/", "/records/{0}/clear-text/", "/records/{0}/correct/")


@dataclass
class Scene:
    """khazar: the node whose records are asked for; records: what they are -> id; release: one that waits."""

    khazar: Pages
    records: dict[str, str]
    release: str


def _body(mark: str) -> dict[str, object]:
    phone = {"kind": "phone", "value": "+994 00 123 45 67"}
    return seizure(identifiers=[phone, {"kind": "seal", "value": f"only-{mark}"}], place={"country": "AZ", "post": f"Post {mark}"})


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, django: None) -> Iterator[Scene]:
    khazar, alborz = open_pages(tmp_path_factory.mktemp("views"), "khazar", "alborz")
    desk, made = khazar.node.desk, {}

    def report(mark: str, who: str, **more: object) -> reporting.Outcome:
        draft = Draft(kind="seizure", body=_body(mark), offence="transport", **more)  # type: ignore[arg-type]
        officer = replace(khazar.officer(who), cases=frozenset({CASE}))
        (outcome,) = reporting.report(desk, officer, [draft])
        made[mark] = outcome.record
        return outcome

    release = report("near", "duty").waiting[0][1]
    report("far", "elsewhere")
    report("incase", "elsewhere", case=CASE)
    report("strict", "duty", handling="H2")
    report("strictest", "duty", handling="H3")
    report("blocked", "duty")
    standing.block(desk, khazar.officer("protection"), made["blocked"], blocked=True)
    report("recalled", "duty")
    recalling.recall(desk, khazar.officer("duty"), made["recalled"], "error")
    draft = Draft(kind="seizure", body=_body("received"), offence="transport")
    (outcome,) = reporting.report(alborz.node.desk, alborz.officer("duty"), [draft])
    made["received"] = outcome.record
    alborz.hand_over(khazar)
    yield Scene(khazar, made, release)
    close_pages(khazar, alborz)


def _may(scene: Scene, officer: Officer, record: str, action: str = "view") -> bool:
    desk = scene.khazar.node.desk
    with desk.store.read() as uow:
        version = uow.version(record)
        assert version is not None
        facts = record_facts(desk, standing_of(desk, uow), version)
    if version.origin == "own":  # its author still answers for what he recalled
        facts = replace(facts, state="current")
    return decide_access(officer, facts, action, access_context(desk, version.header.purpose)).allowed


@pytest.mark.parametrize("suspended", [False, True])
@pytest.mark.parametrize("who", list(ROLES))
def test_pages_lists_and_feed_show_what_the_rule_allows(scene: Scene, who: str, suspended: bool) -> None:
    khazar, desk = scene.khazar, scene.khazar.node.desk
    supervisor, officer = khazar.officer("supervisor"), khazar.officer(who)
    browser = khazar.browser(who)
    if suspended:
        standing.suspend(desk, supervisor, "khazar-alborz", stop=True)
    try:
        for mark, record in scene.records.items():
            if mark == "recalled":
                continue
            allowed = _may(scene, officer, record)
            seen = {path: browser.get(path.format(record)).status for path in GETS}
            assert all((status == 200) <= allowed for status in seen.values()), (mark, seen)
            assert (seen[GETS[0]] == 200) == allowed, (mark, seen)
            assert (seen[GETS[0]] == 404) == (not allowed), (mark, seen)
            pages = {path: f"Post {mark}" in browser.get(path).text for path in ("/", "/records/", f"/records/?text={record}", "/embed/feed/")}
            assert set(pages.values()) <= ({True} if allowed else {False}), (mark, pages)
            if not allowed:
                assert {browser.post(path.format(record), {"reason": "error"}, start="/links/").status for path in POSTS} == {404}, mark
    finally:
        standing.suspend(desk, supervisor, "khazar-alborz", stop=False)


@pytest.mark.parametrize("who", list(ROLES))
def test_alerts_name_no_record_that_may_not_be_seen(scene: Scene, who: str) -> None:
    """All these records share a phone: everybody could be told of everything."""
    browser, officer = scene.khazar.browser(who), scene.khazar.officer(who)
    hidden = [record for record in scene.records.values() if not _may(scene, officer, record)]
    paths = ["/alerts/", "/", "/records/", "/releases/", *(f"/records/{record}/" for record in scene.records.values() if record not in hidden)]
    for path in paths:
        text = browser.get(path).text
        told = [record for record in hidden if record in text and record != scene.records["recalled"]]
        assert told == [], path
        assert "123 45 67" not in text


@pytest.mark.parametrize("who", list(ROLES))
def test_a_waiting_release_is_there_for_who_may_see_its_record_and_names_persons_to_who_decides(scene: Scene, who: str) -> None:
    browser, officer = scene.khazar.browser(who), scene.khazar.officer(who)
    allowed = _may(scene, officer, scene.records["near"])
    answer = browser.get(f"/releases/{scene.release}/")
    assert answer.status == (200 if allowed else 404)
    assert ("123 45 67" in answer.text) == (allowed and who in ("liaison", "supervisor"))
    for act in ("approve", "refuse"):
        if who not in ("liaison", "supervisor"):
            secret = {"secret": PASSWORD, "digest": "0" * 64}
            assert browser.post(f"/releases/{scene.release}/{act}/", secret, start="/links/").status in (403, 404)


def _system(khazar: Pages, scopes: frozenset[str], unit: str, clearance: str) -> tuple[Officer, dict[str, str]]:
    secret = f"{unit}-{clearance}-{'-'.join(sorted(scopes))}"
    digest = sha256(secret.encode()).hexdigest()
    standing.set_token(
        khazar.node.desk,
        khazar.officer("administrator"),
        Token(id=digest[:16], name="a system", digest=digest, scopes=scopes, unit=unit, clearance=clearance),
    )
    roles = frozenset({"system", "duty_officer"}) if scopes - {"report"} else frozenset({"system"})
    officer = Officer(id=digest[:16], agency="khazar", unit=unit, roles=roles, clearance=clearance)
    return officer, {"authorization": f"Bearer {secret}"}


@pytest.mark.parametrize("scopes", [{"report"}, {"read"}, {"feed"}, {"report", "read", "feed"}], ids=lambda scopes: "+".join(sorted(scopes)))
@pytest.mark.parametrize(("unit", "clearance"), [("desk", "H0"), ("desk", "H3"), ("far", "H1"), ("", "H3")])
def test_the_api_shows_what_the_rule_allows_a_system(scene: Scene, scopes: set[str], unit: str, clearance: str) -> None:
    officer, token = _system(scene.khazar, frozenset(scopes), unit, clearance)
    browser = Browser(scene.khazar.application)
    ask: Callable[[str], int] = lambda path: browser.get(path, **token).status  # noqa: E731 - short
    text = "".join(browser.get(f"/api/v1/{path}", **token).text for path in ("records?limit=200", "feed?limit=500"))
    for mark, record in scene.records.items():
        allowed = _may(scene, officer, record)
        status = ask(f"/api/v1/records/{record}")
        assert status == (403 if "read" not in scopes else 200 if allowed else 404), (mark, status)
        assert (ask(f"/api/v1/records/{record}/outcome") == 200) <= (allowed and "report" in scopes), mark
        if mark != "recalled":
            assert (record in text) == (allowed and bool(scopes & {"read", "feed"})), mark
    assert "123 45 67" not in text
    assert '"alerts":1' not in text.replace(" ", "")
