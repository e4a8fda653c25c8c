"""The API: report, read, list, feed, each with its scope; strict about JSON; every refusal a sentence; never a fault of ours."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.nodes.world import seizure
from tests.web.client import Answer, Browser
from tests.web.conftest import PERSON, Pages

from rabet.web.entries import TOLD

JSON = {"content-type": "application/json"}


@pytest.fixture
def system(khazar: Pages) -> Browser:
    browser = khazar.browser()
    browser.headers["authorization"] = f"Bearer {khazar.token('report', 'read', 'feed')}"
    return browser


def send(browser: Browser, data: Any, **headers: str) -> Answer:  # noqa: ANN401 - JSON or what is none
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return browser.ask("POST", "/api/v1/reports", body, {**JSON, **headers})


def draft(**more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"kind": "seizure", "body": seizure(), "offence": "transport", **more}


def ids(answer: Answer) -> list[str]:
    return [one["id"] for one in answer.json["problems"]]


def test_a_report_is_stored_signed_and_sent(system: Browser, khazar: Pages) -> None:
    answer = send(system, draft())
    assert answer.status == 201
    (outcome,) = answer.json["outcomes"]
    assert outcome["sent"] == ["alborz"]
    read = system.get(f"/api/v1/records/{outcome['record']}").json
    assert read["header"]["author"] == "khazar"
    assert read["body"]["place"]["post"] == "Astara"
    fate = system.get(f"/api/v1/records/{outcome['record']}/outcome").json
    assert [release["state"] for release in fate["releases"]] == ["sent"]
    assert fate["receipts"] == []


def test_a_repeat_is_recognised_and_another_record_under_the_same_id_is_a_conflict(system: Browser) -> None:
    once = draft(id="ab" * 16)
    assert send(system, once).json["outcomes"][0]["repeated"] is False
    assert send(system, once).json["outcomes"][0]["repeated"] is True
    other = send(system, draft(id="ab" * 16, body=seizure(transport="rail")))
    assert other.status == 409
    assert ids(other) == ["id_taken"]


def test_of_a_list_all_or_none_are_stored(system: Browser) -> None:
    answer = send(system, [draft(id="cd" * 16), draft(body={"transport": "rocket"})])
    assert answer.status == 422
    assert {one["path"].split("/")[0] for one in answer.json["problems"]} == {"1"}
    assert system.get(f"/api/v1/records/{'cd' * 16}").status == 404
    assert len(send(system, [draft(), draft()]).json["outcomes"]) == 2


def test_lists_page_by_page(system: Browser) -> None:
    made = [one["record"] for one in send(system, [draft() for _each in range(5)]).json["outcomes"]]
    first = system.get("/api/v1/records?limit=2&kind=seizure&origin=own").json
    second = system.get(f"/api/v1/records?limit=2&after={first['next']}").json
    found = [row["record"] for row in first["records"] + second["records"]]
    assert len(set(found)) == 4
    assert set(found) <= {*made, *found}
    assert first["records"][0]["substance"] == "methamphetamine"


def test_the_feed_goes_on_from_a_number(system: Browser, khazar: Pages) -> None:
    start = system.get("/api/v1/feed?limit=500").json["last"]
    outcome = khazar.report()
    events = system.get(f"/api/v1/feed?after={start}").json
    assert outcome.record in {event["record"] for event in events["events"]}
    assert all(event["number"] > start for event in events["events"])
    assert system.get(f"/api/v1/feed?after={events['last']}").json == {"events": [], "last": events["last"]}


def test_person_data_do_not_leave_by_the_api(system: Browser, khazar: Pages) -> None:
    outcome = khazar.report(parties=[PERSON])
    answer = system.get(f"/api/v1/records/{outcome.record}")
    assert answer.json["persons_hidden"] is True
    assert str(PERSON["name"]) not in answer.text


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic abc", "Bearer " + "x" * 5000])
def test_without_a_token_of_this_node_nothing_is_told(authorization: str, khazar: Pages) -> None:
    browser = khazar.browser()
    browser.headers |= {"authorization": authorization} if authorization else {}
    for path in ("/api/v1/records", "/api/v1/feed", "/api/v1/feed/stream", f"/api/v1/records/{'0' * 32}"):
        answer = browser.get(path)
        assert answer.status == 401
        assert "bearer" in answer.headers["www-authenticate"].lower()


@pytest.mark.parametrize(("scope", "allowed"), [("report", {"reports", "outcome"}), ("read", {"records", "record"}), ("feed", {"feed"})])
def test_a_token_does_only_what_its_scopes_say(scope: str, allowed: set[str], khazar: Pages) -> None:
    outcome = khazar.report()
    browser = khazar.browser()
    browser.headers["authorization"] = f"Bearer {khazar.token(scope)}"
    answers = {
        "reports": send(browser, draft()),
        "records": browser.get("/api/v1/records"),
        "record": browser.get(f"/api/v1/records/{outcome.record}"),
        "outcome": browser.get(f"/api/v1/records/{outcome.record}/outcome"),
        "feed": browser.get("/api/v1/feed"),
    }
    refused = {name for name, answer in answers.items() if answer.status == 403 and ids(answer) == ["scope"]}
    assert refused == set(answers) - allowed


def test_a_session_of_an_officer_is_no_token(khazar: Pages) -> None:
    assert khazar.browser("supervisor").get("/api/v1/records").status == 401


def test_a_system_of_another_unit_sees_nothing_of_this_one(khazar: Pages) -> None:
    outcome = khazar.report()
    browser = khazar.browser()
    browser.headers["authorization"] = f"Bearer {khazar.token('read', 'feed', 'report', unit='far')}"
    assert browser.get(f"/api/v1/records/{outcome.record}").status == 404
    assert browser.get(f"/api/v1/records/{outcome.record}/outcome").status == 404
    assert outcome.record not in browser.get("/api/v1/records?limit=200").text
    assert outcome.record not in browser.get("/api/v1/feed?limit=500").text


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        (b"", 400, "not_json"),
        (b"{", 400, "not_json"),
        (b'{"kind": "seizure", "kind": "query", "body": {}}', 400, "duplicate_key"),
        (b'{"kind": "seizure", "body": {"x": NaN}}', 400, "not_a_number"),
        (b'{"kind": "seizure", "body": ' + b'{"a":' * 40 + b"1" + b"}" * 41, 400, "too_deep"),
        (b"\xff\xfe", 400, "not_utf8"),
        (b"[]x", 400, "not_json"),
        (b'"text"', 422, "not_an_object"),
        (b'{"kind": "seizure", "body": {}, "urgnet": true}', 422, "unknown_key"),
        (b'{"kind": "nothing", "body": {}}', 422, "unknown_kind"),
        (b'{"kind": "seizure", "body": 3}', 422, "wrong_type"),
    ],
)
def test_what_cannot_be_taken_is_said_with_its_place(body: bytes, status: int, problem: str, system: Browser) -> None:
    answer = send(system, body)
    assert answer.status == status
    assert problem in ids(answer)
    assert all(one["text"] for one in answer.json["problems"])


def test_a_body_beyond_the_limit_is_not_read(system: Browser) -> None:
    answer = send(system, b"[" + b" " * 1_000_000 + b"]")
    assert answer.status == 413
    assert ids(answer) == ["too_large"]


def test_problems_are_told_in_the_language_asked_for(system: Browser) -> None:
    texts = {language: send(system, b"{", **{"accept-language": language}).json["problems"][0]["text"] for language in ("en", "fa", "az", "ru")}
    assert len(set(texts.values())) == 4
    assert "معتبر نیست" in texts["fa"]


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=99999", "after=zz", "origin=moon", "kind=" + "k" * 50])
def test_a_query_that_makes_no_sense_is_refused(query: str, system: Browser) -> None:
    answer = system.get(f"/api/v1/records?{query}")
    assert answer.status == 422
    assert answer.json["problems"][0]["path"].endswith(query.partition("=")[0])


def test_other_addresses_and_methods_answer_in_the_same_form(system: Browser) -> None:
    assert ids(system.get("/api/v1/nowhere")) == ["not_found"]
    assert system.ask("DELETE", "/api/v1/records", b"", {}).status == 405
    assert ids(system.ask("DELETE", "/api/v1/records", b"", {})) == ["method"]
    assert system.get("/api/v1/records/../../etc/passwd").status == 404


def test_the_openapi_document_names_every_operation_its_act_and_its_refusals(khazar: Pages) -> None:
    document = khazar.browser().get("/api/v1/openapi.json").json
    operations = {f"{method} {path}": one for path, methods in document["paths"].items() for method, one in methods.items()}
    assert len(operations) == 6
    for operation in operations.values():
        assert operation["x-rabet-act"]
        assert operation["security"]
        assert "200" in operation["responses"] or "201" in operation["responses"]
    assert {"400", "401", "403", "404", "409", "413", "422"} <= set(operations["post /api/v1/reports"]["responses"])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(["kind", "id", "body", "handling", "purpose", "offence", "retain_until", "evaluation", "urgent", "case"])
FIELDS = st.sampled_from(["seized_at", "place", "exhibits", "parties", "identifiers", "danger", "legs", "text", "simulated", "source"])
ALMOST = st.fixed_dictionaries({"kind": st.just("seizure"), "body": st.dictionaries(FIELDS, VALUES, max_size=5)}) | st.dictionaries(KEYS, VALUES)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=ALMOST | st.lists(ALMOST, max_size=3) | VALUES)
def test_no_report_brings_the_node_down(data: object, system: Browser) -> None:
    answer = send(system, data)
    assert answer.status < 500
    assert answer.status == 201 or answer.json["problems"]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=80))
def test_no_bytes_bring_the_node_down(data: bytes, system: Browser) -> None:
    assert 400 <= send(system, data).status < 500


def test_every_operation_event_and_status_is_documented(khazar: Pages) -> None:
    text = (Path(__file__).parents[2] / "docs/reference/api.md").read_text(encoding="utf-8")
    document = khazar.browser().get("/api/v1/openapi.json").json
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert f"`{method.upper()} {path}`" in text
            assert all(f"| {status} |" in text or status.startswith("2") for status in operation["responses"])
    assert all(f"`{kind}`" in text for kind in TOLD)


def test_the_example_of_the_documentation_is_taken(system: Browser) -> None:
    text = (Path(__file__).parents[2] / "docs/reference/api.md").read_text(encoding="utf-8")
    example = text.partition("<<'END'")[2].partition("END\n")[0]
    assert send(system, example.encode()).status == 201


def test_the_library_of_the_api_is_loaded_with_its_first_request_only() -> None:
    program = """
import sys
from rabet.storage.setup import configure_django
from rabet.web.configuration import django_settings
from rabet.web.site import WebOptions
configure_django(django_settings("khazar", WebOptions(names={}, zone="UTC", secret="s" * 40)))
import rabet.web.application, rabet.web.urls, rabet.web.guard
print(sorted({"ninja", "pydantic", "playwright"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
