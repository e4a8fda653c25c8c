"""Signing in: once per link, never led elsewhere, locked after wrong passwords, ended for good by signing out."""

import pytest
from tests.nodes.world import seizure
from tests.web.conftest import PASSWORD, Pages

from rabet.casework import reporting
from rabet.web.configuration import django_settings
from rabet.web.site import WebOptions


def test_a_link_signs_in_once_and_looking_at_it_does_not_use_it_up(khazar: Pages) -> None:
    path = f"/sign-in/link/{khazar.link('duty')}/"
    first, second = khazar.browser(), khazar.browser()
    page = first.get(path)
    assert page.status == 200
    assert "Duty (invented)" in page.text
    assert first.post(path, start=path).headers["location"] == "/"
    assert first.get("/").status == 200
    assert second.get(path).status == 404
    assert second.post(path).status == 404
    assert second.get("/").status == 302


def test_name_and_password_sign_in(khazar: Pages) -> None:
    browser = khazar.browser()
    assert browser.post("/sign-in/", {"name": "liaison", "password": "wrong"}).status == 422
    answer = browser.post("/sign-in/", {"name": "liaison", "password": PASSWORD, "next": "/links/"})
    assert (answer.status, answer.headers["location"]) == (302, "/links/")
    assert browser.get("/links/").status == 200


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(khazar: Pages) -> None:
    answers = [khazar.browser().post("/sign-in/", {"name": name, "password": "wrong"}) for name in ("duty", "nobody")]
    texts = ["\n".join(line for line in one.text.splitlines() if "csrf" not in line and 'id="name"' not in line) for one in answers]
    assert answers[0].status == answers[1].status == 422
    assert texts[0] == texts[1]


def test_too_many_wrong_passwords_lock_the_account(khazar: Pages) -> None:
    browser = khazar.browser()
    statuses = [browser.post("/sign-in/", {"name": "protection", "password": str(number)}).status for number in range(7)]
    assert statuses[0] == 422
    assert statuses[-1] == 429
    assert browser.post("/sign-in/", {"name": "protection", "password": PASSWORD}).status == 429


@pytest.mark.parametrize(
    "next_", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:///x", "/nowhere/", "records/"]
)
def test_signing_in_never_leads_to_another_place(next_: str, khazar: Pages) -> None:
    path = f"/sign-in/link/{khazar.link('duty')}/"
    assert khazar.browser().post(path, {"next": next_}, start=path).headers["location"] == "/"


def test_one_comes_back_to_the_page_one_asked_for(khazar: Pages) -> None:
    browser = khazar.browser()
    sent = browser.get("/records/?kind=seizure").headers["location"]
    path = f"/sign-in/link/{khazar.link('duty')}/"
    assert "next=%2Frecords%2F%3Fkind%3Dseizure" in sent
    assert browser.post(path, {"next": "/records/?kind=seizure"}, start=path).headers["location"] == "/records/?kind=seizure"


def test_the_session_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(khazar: Pages) -> None:
    browser = khazar.browser()
    path = f"/sign-in/link/{khazar.link('duty')}/"
    cookies = [value for name, value in raw_cookies(browser, path) if name == "set-cookie"]
    session = next(one for one in cookies if "_session" in one)
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session


def raw_cookies(browser: object, path: str) -> list[tuple[str, str]]:
    kept: list[tuple[str, str]] = []
    keep = browser._keep  # type: ignore[attr-defined]

    def noting(values: object) -> None:
        found = list(values)  # type: ignore[call-overload]
        kept.extend(("set-cookie", one) for one in found)
        keep(found)

    browser._keep = noting  # type: ignore[attr-defined]
    browser.post(path, start=path)  # type: ignore[attr-defined]
    return kept


def test_two_nodes_on_one_host_do_not_share_cookies() -> None:
    options = WebOptions(names={}, zone="UTC", secret="s" * 40)
    one, other = django_settings("khazar", options), django_settings("alborz-2", options)
    assert one["SESSION_COOKIE_NAME"] != other["SESSION_COOKIE_NAME"]
    assert one["CSRF_COOKIE_NAME"] != other["CSRF_COOKIE_NAME"]
    assert django_settings("khazar", WebOptions(names={}, zone="UTC", secret="s" * 40, secure=True))["SESSION_COOKIE_SECURE"]


def test_signing_out_ends_the_session_on_the_node_too(khazar: Pages) -> None:
    browser = khazar.browser("duty")
    stolen = dict(browser.cookies)
    assert browser.post("/sign-out/", start="/links/").status == 302
    browser.cookies = stolen
    assert browser.get("/").status == 302


def test_a_session_does_not_survive_the_account(khazar: Pages) -> None:
    browser = khazar.browser("elsewhere")
    people = khazar.node.store.people
    people.change(khazar.people["elsewhere"], active=False)
    assert browser.get("/").status == 302
    people.change(khazar.people["elsewhere"], active=True)


def test_a_form_without_its_token_is_refused(khazar: Pages) -> None:
    browser = khazar.browser("supervisor")
    for path in ("/sign-in/", "/language/", "/sign-out/", "/report/"):
        answer = browser.post(path, {"language": "fa"}, token=False)
        assert answer.status == 403
        assert "no longer valid" in answer.text


def test_the_language_is_remembered_with_the_account_and_before_sign_in(khazar: Pages) -> None:
    browser = khazar.browser("duty", "en")
    browser.post("/language/", {"language": "fa", "next": "/records/"}, start="/links/")
    page = browser.get("/records/")
    assert 'lang="fa" dir="rtl"' in page.text
    assert khazar.node.store.people.person(khazar.people["duty"]).language == "fa"
    fresh = khazar.browser(language="xx")
    assert fresh.post("/language/", {"language": "ru"}).status == 302
    assert 'lang="ru"' in fresh.get("/sign-in/").text
    assert 'lang="az"' in khazar.browser(language="tr, az;q=0.5").get("/sign-in/").text


def test_records_of_high_handling_open_only_after_a_second_sign_in(khazar: Pages) -> None:
    draft = reporting.Draft(kind="seizure", body=seizure(), offence="transport", handling="H2")
    (outcome,) = reporting.report(khazar.node.desk, khazar.officer("duty"), [draft])
    browser, path = khazar.browser("duty"), f"/records/{outcome.record}/"
    assert browser.get(path).status == 404
    assert browser.post("/step-up/", {"secret": "wrong"}, start="/step-up/").status == 422
    assert browser.post("/step-up/", {"secret": PASSWORD, "next": path}, start="/step-up/").headers["location"] == path
    assert browser.get(path).status == 200
