"""What each page shows: danger first, what is simulated, who has what and why not, and only what the officer may see or do."""

import re
from html import escape

import pytest
from tests.web.conftest import CASE, PASSWORD, PERSON, Pages

from rabet.agreements.reasons import texts
from rabet.casework import standing

PHONE = {"kind": "phone", "value": "+994 50 000 00 00"}
CONTAINER = {"kind": "container", "value": "MSKU3456783"}


def test_the_feed_shows_newest_first_and_danger_above_everything(khazar: Pages) -> None:
    warned = khazar.report(danger=[{"kind": "armed", "grade": "high"}], place={"country": "AZ", "post": "Old post"})
    khazar.report(place={"country": "AZ", "post": "New post"})
    text = khazar.browser("duty").get("/").text
    assert text.index("Danger warnings") < text.index("Old post") < text.index("New post")
    assert text.index("New post") < text.rindex("Old post")
    assert f"/records/{warned.record}/" in text
    assert "armed" in text


def test_a_recalled_record_leaves_feed_lists_and_alerts(khazar: Pages, alborz: Pages) -> None:
    outcome = khazar.report(place={"country": "AZ", "post": "Vanishing post"}, identifiers=[CONTAINER])
    alborz.report(identifiers=[CONTAINER])
    khazar.hand_over(alborz)
    reader = alborz.browser("duty")
    assert "Vanishing post" in reader.get("/").text
    assert "Vanishing post" in reader.get("/records/").text
    assert "Vanishing post" in reader.get("/alerts/").text
    answer = khazar.browser("supervisor").post(f"/records/{outcome.record}/recall/", {"reason": "error"}, start=f"/records/{outcome.record}/")
    assert answer.status == 302
    khazar.hand_over(alborz)
    for path in ("/", "/records/", "/alerts/"):
        assert "Vanishing post" not in reader.get(path).text
    assert reader.get(f"/records/{outcome.record}/").status == 404
    assert "recalled" in reader.get("/").text


def test_the_record_page_says_who_has_what_and_why_not(khazar: Pages, alborz: Pages) -> None:
    outcome = khazar.report(parties=[PERSON, {**PERSON, "category": "witness", "name": "Withheld Witness"}], identifiers=[PHONE])
    khazar.hand_over(alborz)
    text = khazar.browser("supervisor").get(f"/records/{outcome.record}/").text
    assert "Alborz (invented)" in text
    assert "waits for approval" in text
    assert "sent" in text
    assert 'class="mark sim">simulated record' in text
    (withheld,) = outcome.withheld
    assert "Withheld" in text
    for name, _clause, _article in withheld.reasons:
        assert escape(texts()[name]["en"].split("{")[0]) in text


def test_a_partner_sees_nothing_of_what_was_withheld(khazar: Pages, alborz: Pages) -> None:
    outcome = khazar.report(parties=[PERSON], text={"summary": "free words"})
    khazar.hand_over(alborz)
    text = alborz.browser("liaison").get(f"/records/{outcome.record}/").text
    assert "Astara" in text
    for hidden in (PERSON["name"], "free words", "Withheld", "waits for approval", "What you may do", "Persons and free text"):
        assert str(hidden) not in text


def test_persons_are_shown_only_for_a_case_and_each_look_is_audited(khazar: Pages) -> None:
    outcome = khazar.report(parties=[PERSON], identifiers=[PHONE])
    browser, path = khazar.browser("duty"), f"/records/{outcome.record}/"
    closed = browser.get(path).text
    assert str(PERSON["name"]) not in closed
    assert PHONE["value"] not in closed
    assert "AZ-2026/114" in closed
    for wrong in (f"?case={CASE}&purpose=statistics", "?case=other&purpose=investigation", f"?case={CASE}"):
        assert str(PERSON["name"]) not in browser.get(path + wrong).text
    opened = browser.get(f"{path}?case={CASE}&purpose=investigation").text
    assert str(PERSON["name"]) in opened
    assert PHONE["value"] in opened
    with khazar.node.desk.store.read() as uow:
        acts = [entry.act for _number, _at, entry in uow.audit_entries(about=outcome.record)]
    assert acts.count("record.persons_shown") == 1
    assert acts.count("record.shown") == 4


def test_an_alert_names_a_shared_phone_without_its_number(khazar: Pages) -> None:
    for _each in range(2):
        khazar.report(identifiers=[{"kind": "phone", "value": "+994 55 123 45 67"}])
    text = khazar.browser("duty").get("/alerts/").text
    assert "phone number" in text
    assert "994551234567" not in text


def test_a_correction_goes_through_the_form(khazar: Pages) -> None:
    outcome = khazar.report()
    browser, path = khazar.browser("duty"), f"/records/{outcome.record}/correct/"
    typed = fields_of(browser.get(path).text) | {"exhibits-0-amount": "۱۳٫۷۵", "post": "Biləsuvar"}
    assert browser.post(path, typed | {"check": "yes"}, start=path).status == 200
    answer = browser.post(path, typed, start=path)
    assert answer.status == 302, answer.text
    text = browser.get(f"/records/{outcome.record}/").text
    assert "13.75 kilogram" in text
    assert "Biləsuvar" in text
    assert "MSKU3456783" in text
    assert "12.5 kilogram" in browser.get(f"/records/{outcome.record}/versions/1/").text


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send back."""
    inputs = re.findall(r'<input id="([^"]+)" name="[^"]+" value="([^"]*)"', page)
    checked = re.findall(r'<input type="checkbox" id="([^"]+)" name="[^"]+" checked', page)
    selects = re.findall(r'<select id="([^"]+)".*?</select>', page, re.DOTALL)
    chosen = {name: re.search(rf'<select id="{name}".*?value="([^"]*)" selected', page, re.DOTALL) for name in selects}
    return {**dict(inputs), **dict.fromkeys(checked, "on"), **{name: found[1] for name, found in chosen.items() if found}}


def test_a_report_goes_through_the_form_once(khazar: Pages) -> None:
    browser = khazar.browser("duty", "fa")
    page = browser.get("/report/").text
    typed = {
        "id": str(re.search(r'name="id" value="(\w+)"', page)[1]),  # type: ignore[index]
        "when": "۱۴۰۵/۸/۲۹ ۸:۳۰",
        "country": "جمهوری آذربایجان",
        "post": "آستارا",
        "exhibits-0-substance": "تریاک",
        "exhibits-0-amount": "۳٫۲۵",
        "exhibits-0-unit": "t",
        "danger-armed": "on",
    }
    unclear = browser.post("/report/", typed | {"exhibits-0-amount": "1,234"}, start="/report/")
    assert unclear.status == 422
    assert "1.2340" in unclear.text
    checked = browser.post("/report/", typed | {"check": "yes"}, start="/report/")
    assert "۱۴۰۵/۰۸/۲۹ · 20.11.2026 · ۰۸:۳۰" in checked.text
    sent = browser.post("/report/", typed, start="/report/")
    assert sent.headers["location"] == f"/records/{typed['id']}/?done=reported"
    assert browser.post("/report/", typed, start="/report/").headers["location"].endswith("?done=repeated")
    record = browser.get(sent.headers["location"]).text
    assert "۳٫۲۵ تن" in record
    assert "مسلح" in record


def test_a_preview_shows_what_a_partner_would_get(khazar: Pages) -> None:
    outcome = khazar.report(parties=[PERSON], text={"summary": "free words"})
    path = f"/records/{outcome.record}/preview/?partner=alborz"
    text = khazar.browser("duty").get(path).text
    first, after = text.split("Would leave after two people approved")
    assert "Astara" in first
    assert "Reasons" in after
    assert "personal data" in after
    assert str(PERSON["name"]) not in text
    opened = khazar.browser("duty").get(f"{path}&case={CASE}&purpose=investigation").text
    first, after = opened.split("Would leave after two people approved")
    assert str(PERSON["name"]) not in first
    assert str(PERSON["name"]) in after
    assert khazar.browser("duty").get(f"/records/{outcome.record}/preview/?partner=nobody").status == 404


def test_a_changed_agreement_can_be_tried(khazar: Pages) -> None:
    outcome = khazar.report()
    (held,) = standing.agreements(khazar.node.desk)
    changed = (
        held.document.data.decode()
        .replace('"up_to":"consignment"', '"up_to":"statistics"')
        .replace('"up_to": "consignment"', '"up_to": "statistics"')
    )
    assert changed != held.document.data.decode()
    path = f"/records/{outcome.record}/preview/"
    browser = khazar.browser("duty")
    data = {"partner": "alborz", "agreement": changed}
    before = browser.get(f"{path}?partner=alborz").text.split("Would leave after")[0]
    after = browser.post(path, data, start=f"{path}?partner=alborz").text.split("Would leave after")[0]
    assert "MSKU3456783" in before
    assert "MSKU3456783" not in after
    assert browser.post(path, {"partner": "alborz", "agreement": "{"}, start=f"{path}?partner=alborz").status == 422


def test_free_text_leaves_only_after_it_was_marked(khazar: Pages, alborz: Pages) -> None:
    outcome = khazar.report(text={"summary": "behind a double wall"})
    khazar.hand_over(alborz)
    path = f"/records/{outcome.record}/"
    opened = f"{path}?case={CASE}&purpose=investigation"
    assert "behind a double wall" not in alborz.browser("duty").get(opened).text
    assert khazar.browser("duty").post(f"{path}clear-text/", start=path).status == 403
    supervisor = khazar.browser("supervisor")
    assert "Free text names no person" in supervisor.get(path).text
    assert supervisor.post(f"{path}clear-text/", start=path).status == 302
    assert "Free text names no person" not in supervisor.get(path).text
    khazar.hand_over(alborz)
    assert "behind a double wall" in alborz.browser("duty").get(opened).text


def test_only_the_right_roles_stop_an_agreement(khazar: Pages, alborz: Pages) -> None:
    outcome = khazar.report(place={"country": "AZ", "post": "Under agreement"})
    khazar.hand_over(alborz)
    path, stop = "/agreements/khazar-alborz/", "/agreements/khazar-alborz/stop/"
    duty, supervisor = alborz.browser("duty"), alborz.browser("supervisor")
    assert "Suspend" not in duty.get(path).text
    assert duty.post(stop, {"act": "suspend"}, start=path).status == 403
    assert supervisor.post(stop, {"act": "suspend"}, start=path).status == 302
    assert "suspended" in supervisor.get(path).text
    assert duty.get(f"/records/{outcome.record}/").status == 404
    assert supervisor.post(stop, {"act": "resume"}, start=path).status == 302
    assert duty.get(f"/records/{outcome.record}/").status == 200


def test_links_show_what_waits(khazar: Pages, alborz: Pages) -> None:
    khazar.hand_over(alborz)
    khazar.report(urgent=True)
    text = khazar.browser("administrator").get("/links/").text
    assert "queued" in text
    assert "Alborz (invented)" in text
    assert "urgent" in text


@pytest.mark.parametrize("who", ["administrator", "protection"])
def test_who_runs_the_node_reads_no_records(who: str, khazar: Pages) -> None:
    khazar.report(place={"country": "AZ", "post": "Not for administrators"})
    browser = khazar.browser(who)
    for path in ("/", "/records/", "/alerts/", "/releases/", "/embed/feed/"):
        assert "Not for administrators" not in browser.get(path).text


def test_records_are_found_by_a_word_in_any_language(khazar: Pages) -> None:
    outcome = khazar.report(exhibits=[{"type": "drug", "substance": "acetic_anhydride", "quantity": {"value": "7", "unit": "l"}}])
    browser = khazar.browser("duty")
    for word in ("acetic anhydride", "انیدرید استیک", "acetic_anhydride"):
        assert outcome.record in browser.get(f"/records/?text={word}").text
    assert outcome.record not in browser.get("/records/?text=heroin").text


def test_a_refusal_says_why(khazar: Pages) -> None:
    outcome = khazar.report()
    path = f"/records/{outcome.record}/"
    browser = khazar.browser("supervisor", "ru")
    assert browser.post(f"{path}recall/", {"reason": "no such reason"}, start=path).status == 422
    assert browser.post(f"{path}recall/", {"reason": "error"}, start=path).status == 302


def test_two_different_people_approve_what_they_saw(khazar: Pages, alborz: Pages) -> None:
    outcome = khazar.report(parties=[PERSON], identifiers=[PHONE])
    khazar.hand_over(alborz)
    (release,) = [name for partner, name in outcome.waiting if partner == "alborz"]
    path, approve = f"/releases/{release}/", f"/releases/{release}/approve/"
    duty, second = khazar.browser("duty"), khazar.browser("liaison")
    shown = second.get(path).text
    assert str(PERSON["name"]) in shown
    assert PHONE["value"] in shown
    assert "MSKU" not in shown
    digest = str(re.search(r'name="digest" value="(\w{64})"', shown)[1])  # type: ignore[index]
    give = {"secret": PASSWORD, "digest": digest}
    assert 'name="digest"' not in duty.get(path).text
    assert str(PERSON["name"]) not in duty.get(path).text
    assert duty.post(approve, give, start="/links/").status == 403
    assert second.post(approve, {**give, "secret": "wrong"}, start=path).status == 422
    assert second.post(approve, {**give, "digest": "0" * 64}, start=path).status == 403
    assert second.post(approve, {**give, "secret": khazar.link("supervisor")}, start=path).status == 422
    assert second.post(approve, {**give, "secret": khazar.link("liaison")}, start=path).headers["location"] == "/releases/?done=sent"
    khazar.hand_over(alborz)
    case_page = alborz.browser("duty").get(f"/records/{outcome.record}/?case={CASE}&purpose=investigation").text
    assert str(PERSON["name"]) in case_page


def test_whoever_reported_it_cannot_be_the_second_person(khazar: Pages) -> None:
    outcome = khazar.report("supervisor", parties=[PERSON])
    path = f"/releases/{outcome.waiting[0][1]}/"
    browser = khazar.browser("supervisor")
    page = browser.get(path).text
    assert "Another person must approve" in page
    with khazar.node.desk.store.read() as uow:
        made = uow.release(outcome.waiting[0][1])
    assert made is not None
    answer = browser.post(f"{path}approve/", {"secret": PASSWORD, "digest": made.digest}, start=path)
    assert answer.status == 403
    assert "second person" in answer.text


def test_a_refused_release_never_leaves(khazar: Pages, alborz: Pages) -> None:
    outcome = khazar.report(parties=[{**PERSON, "name": "Refused Person"}])
    release = outcome.waiting[0][1]
    browser = khazar.browser("liaison")
    assert browser.post(f"/releases/{release}/refuse/", start=f"/releases/{release}/").headers["location"] == "/releases/?done=refused"
    assert browser.get(f"/releases/{release}/").status == 404
    khazar.hand_over(alborz)
    text = alborz.browser("duty").get(f"/records/{outcome.record}/?case={CASE}&purpose=investigation").text
    assert "Refused Person" not in text
