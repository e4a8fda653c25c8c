"""Every address is declared with the act that decides about it, and nobody gets a record he may not see by changing its id."""

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module

import pytest
from tests.web.conftest import PERSON, ROLES, Pages

from rabet.web import urls
from rabet.web.application import Application
from rabet.web.configuration import HERE
from rabet.web.routes import ROUTES, WITHOUT_ACT

RECORD = {"record", "record-version", "record-preview", "record-correct", "record-recall", "record-clear-text"}


def acts() -> Iterator[str]:
    yield from (route.act for route in ROUTES.values())
    from rabet.web.api.operations import api  # noqa: PLC0415 - it can be imported only when Django stands

    for path in api.get_openapi_schema(path_prefix="")["paths"].values():
        for operation in path.values():
            yield operation["x-rabet-act"]


def test_every_route_is_in_the_table_and_names_an_act_of_casework() -> None:
    assert [pattern.name for pattern in urls.urlpatterns] == list(ROUTES)
    for act in acts():
        if act not in WITHOUT_ACT:
            module, name = act.split(".")
            assert callable(getattr(import_module(f"rabet.casework.{module}"), name))


def test_every_operation_of_the_api_asks_for_a_token_with_a_scope() -> None:
    from rabet.web.api.operations import SCOPES, ByToken, api  # noqa: PLC0415 - as above

    for _prefix, router in api._routers:
        for view in router.path_operations.values():
            for operation in view.operations:
                assert operation.auth_callbacks
                assert all(isinstance(one, ByToken) and one.scope in SCOPES for one in operation.auth_callbacks)


def test_an_address_without_sign_in_shows_nothing_of_a_record() -> None:
    open_routes = {name for name, route in ROUTES.items() if route.open}
    assert open_routes == {"embed-feed", "sign-in", "sign-in-link", "language", "static", "icon"}


def address(name: str, record: str, release: str, agreement: str = "khazar-alborz") -> str:
    paths = {
        "record": f"/records/{record}/",
        "record-version": f"/records/{record}/versions/1/",
        "record-preview": f"/records/{record}/preview/?partner=alborz",
        "record-correct": f"/records/{record}/correct/",
        "record-recall": f"/records/{record}/recall/",
        "record-clear-text": f"/records/{record}/clear-text/",
        "release": f"/releases/{release}/",
        "release-approve": f"/releases/{release}/approve/",
        "release-refuse": f"/releases/{release}/refuse/",
        "agreement": f"/agreements/{agreement}/",
        "agreement-stop": f"/agreements/{agreement}/stop/",
        "feed": "/",
        "feed-stream": "/feed/stream/",
        "embed-feed": "/embed/feed/",
        "sign-in-link": "/sign-in/link/0123456789abcdef/",
        "static": "/static/nothing.js",
        "icon": "/icon.svg",
    }
    return paths.get(name, f"/{name}/")


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if not route.open])
def test_whoever_is_not_signed_in_is_sent_to_sign_in(name: str, khazar: Pages) -> None:
    path = address(name, "0" * 32, "0" * 32)
    answer = khazar.browser().get(path) if "GET" in ROUTES[name].methods else khazar.browser().post(path)
    assert answer.status == 302
    assert answer.headers["location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize("who", ["elsewhere", "administrator", "protection"])
def test_another_ones_record_is_as_if_it_did_not_exist(who: str, khazar: Pages) -> None:
    outcome = khazar.report(parties=[PERSON], text={"summary": "who"})
    release = outcome.waiting[0][1]
    browser = khazar.browser(who)

    def ask(name: str, method: str, record: str, release: str) -> tuple[int, str]:
        path = address(name, record, release)
        answer = browser.get(path) if method == "GET" else browser.post(path, {"reason": "error", "partner": "alborz"}, start="/links/")
        return answer.status, answer.text.replace(record, "ID").replace(release, "ID")

    for name in sorted(RECORD | {"release", "release-approve", "release-refuse"}):
        for method in {"GET", "POST"} & set(ROUTES[name].methods):
            real, invented = ask(name, method, outcome.record, release), ask(name, method, "0" * 32, "f" * 32)
            assert (name, real[0], invented[0]) == (name, real[0], real[0])
            assert real[0] >= 400
            assert without_tokens(real[1]) == without_tokens(invented[1]), name


def without_tokens(page: str) -> str:
    """The same page, but for what every form carries and where one asked."""
    return "\n".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)


@pytest.mark.parametrize("who", list(ROLES))
def test_no_role_brings_a_page_down(who: str, khazar: Pages) -> None:
    browser = khazar.browser(who)
    for name, route in ROUTES.items():
        path = address(name, "0" * 32, "0" * 32)
        answers = [] if name in ("sign-out", "feed-stream") else [browser.get(path)]
        if "POST" in route.methods and name != "sign-out":
            answers.append(browser.post(path, start="/links/"))
        assert all(answer.status < 500 for answer in answers), name


def test_a_method_that_is_not_declared_is_refused(khazar: Pages) -> None:
    browser = khazar.browser("duty")
    assert browser.ask("DELETE", "/records/", b"", {}).status in (403, 405)
    assert browser.get(f"/records/{'0' * 32}/recall/").status == 405


def test_every_answer_carries_the_security_headers(khazar: Pages) -> None:
    for path in ("/", "/sign-in/", "/nowhere/", "/api/v1/openapi.json", "/api/v1/feed"):
        headers = khazar.browser("duty").get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


def test_only_what_may_be_framed_is_framed(khazar: Pages) -> None:
    site = khazar.application.site
    framed = Application(replace(site, options=replace(site.options, framed_by=("http://127.0.0.1:9",))))
    browser = khazar.browser("duty")
    browser.application = framed
    assert "frame-ancestors http://127.0.0.1:9" in browser.get("/embed/feed/").headers["content-security-policy"]
    assert "frame-ancestors 'none'" in browser.get("/records/").headers["content-security-policy"]
    framed._pool.shutdown()


def test_behind_https_forms_are_taken_and_the_browser_is_told_to_stay(khazar: Pages) -> None:
    site = khazar.application.site
    secure = Application(replace(site, options=replace(site.options, secure=True)))
    browser = khazar.browser("duty")
    browser.application = secure
    answer = browser.post("/language/", {"language": "en"}, start="/links/", origin="https://127.0.0.1", referer="https://127.0.0.1/links/")
    assert answer.status == 302
    assert "max-age" in answer.headers["strict-transport-security"]
    assert browser.post("/language/", {"language": "en"}, start="/links/", origin="https://evil.example").status == 403
    secure._pool.shutdown()


def test_an_unknown_host_is_refused(khazar: Pages) -> None:
    browser = khazar.browser()
    browser.host = "evil.example"
    assert browser.get("/sign-in/").status == 400


def test_a_body_that_is_too_large_is_refused_before_it_is_read(khazar: Pages) -> None:
    answer = khazar.browser().ask("POST", "/sign-in/", b"x" * 1_000_001, {"content-type": "application/x-www-form-urlencoded"})
    assert answer.status == 413


def test_no_template_holds_script_or_style() -> None:
    for path in (HERE / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "style=" not in text
        assert "<style" not in text
        assert " on" + "click" not in text
        assert text.count("<script") == text.count('<script type="module" src="{% url')
        assert "|safe" not in text
        assert "autoescape off" not in text
