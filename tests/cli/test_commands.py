"""What an operator and officers do at the command line, from the first report to the proof."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import PASSWORD, Command, Write, run
from tests.nodes.world import seizure

from rabet.cli.seat import STEP_UP

SUSPECT = {"nature": "natural", "role": "driver", "category": "suspect", "status_class": "accused", "adult": True, "name": "Simulated Person"}


@pytest.fixture
def draft(write: Write) -> str:
    return write("seizure.json", json.dumps({"kind": "seizure", "body": seizure()}))


def reported(node: Command, file: str, *more: str) -> dict[str, Any]:
    (outcome,) = node.json("report", file, *more, user="duty")
    assert isinstance(outcome, dict)
    return outcome


def test_a_report_is_listed_shown_and_on_its_way(khazar: Command, draft: str) -> None:
    outcome = reported(khazar, draft)
    assert outcome["sent"] == ["alborz"]
    (row,) = khazar.json("records", "list", user="duty")
    assert row["record"] == outcome["record"]
    shown = khazar.json("records", "show", outcome["record"], user="duty")
    assert shown["body"]["exhibits"][0]["substance"] == "methamphetamine"
    (lane,) = khazar.json("outbox")
    assert (lane["partner"], lane["messages"], lane["queued"]) == ("alborz", 1, 1)


def test_yaml_from_standard_input_is_taken(khazar: Command) -> None:
    assert "alborz" in khazar("report", "-", user="duty", given="kind: seizure\nbody: " + json.dumps(seizure()))


def test_many_records_are_one_listing(khazar: Command, write: Write) -> None:
    file = write("many.json", json.dumps([{"kind": "seizure", "body": seizure()} for _ in range(300)]))
    assert len(khazar.json("report", file, user="duty")) == 300


def test_a_repeated_report_has_no_second_effect(khazar: Command, write: Write) -> None:
    file = write("own.json", json.dumps({"kind": "seizure", "id": "ab" * 16, "body": seizure()}))
    assert not reported(khazar, file)["repeated"]
    assert reported(khazar, file)["repeated"]
    assert len(khazar.json("records", "list", user="duty")) == 1


def test_every_fault_of_a_file_is_told_with_its_place(khazar: Command, write: Write) -> None:
    broken = [{"kind": "seizure", "body": seizure()}, {"kind": "seizure", "body": {}, "urgnet": True}, {"body": 1}]
    told = khazar("report", write("broken.json", json.dumps(broken)), user="duty", code=2)
    assert "1/urgnet" in told
    assert "2/kind" in told
    assert khazar.json("records", "list", user="duty") == []


@pytest.mark.parametrize(("language", "word"), [("en", "missing"), ("fa", "دست"), ("az", "yoxdur"), ("ru", "не")])
def test_faults_are_told_in_the_language_asked_for(khazar: Command, write: Write, language: str, word: str) -> None:
    told = Command(khazar.node, language)("report", write("empty.yaml", "kind: seizure\nbody: {}"), user="duty", code=2)
    assert "seized_at" in told
    assert any(not c.isascii() for c in told) == (language != "en") or word in told


def test_the_second_officer_approves_with_his_own_secret(khazar: Command, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write("driver.json", json.dumps({"kind": "seizure", "body": seizure(parties=[SUSPECT])}))
    outcome = reported(khazar, file)
    ((partner, release),) = outcome["waiting"]
    assert partner == "alborz"
    assert [one["id"] for one in khazar.json("records", "waiting", user="liaison")] == [release]
    assert "Simulated Person" in khazar("approve", release, "--show", user="liaison")
    monkeypatch.setenv(STEP_UP, "not his secret")
    assert "not the secret of liaison" in khazar("approve", release, user="liaison", code=2)
    monkeypatch.setenv(STEP_UP, PASSWORD)
    assert khazar.json("approve", release, user="liaison")["sent"] == ["alborz"]


def test_who_reported_is_not_the_second_officer(khazar: Command, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write("driver.json", json.dumps({"kind": "seizure", "body": seizure(parties=[SUSPECT])}))
    (outcome,) = khazar.json("report", file, user="boss")
    ((_, release),) = outcome["waiting"]
    monkeypatch.setenv(STEP_UP, PASSWORD)
    khazar("approve", release, user="boss", code=3)


def test_a_waiting_release_can_be_refused(khazar: Command, write: Write) -> None:
    file = write("driver.json", json.dumps({"kind": "seizure", "body": seizure(parties=[SUSPECT])}))
    ((_, release),) = reported(khazar, file)["waiting"]
    khazar("approve", release, "--refuse", user="liaison")
    assert khazar.json("records", "waiting", user="liaison") == []


def test_a_record_is_corrected_and_recalled(khazar: Command, draft: str, write: Write) -> None:
    record = reported(khazar, draft)["record"]
    assert [one["version"] for one in khazar.json("records", "history", record, user="duty")] == [1]
    other = write("other.json", json.dumps({"kind": "seizure", "body": seizure(transport="rail")}))
    (outcome,) = khazar.json("correct", record, other, user="duty")
    assert outcome["version"] == 2
    (outcome,) = khazar.json("recall", record, "--reason", "error", user="duty")
    assert outcome["sent"] == ["alborz"]
    assert khazar.json("records", "list", user="duty") == []
    khazar("recall", record, "--reason", "error", user="duty", code=3)


def test_the_protection_officer_blocks_and_unblocks(khazar: Command, draft: str) -> None:
    khazar("user", "add", "protection", "--role", "data_protection_officer")
    record = reported(khazar, draft)["record"]
    khazar("records", "block", record, user="duty", code=3)
    khazar("records", "block", record, user="protection")
    khazar("records", "show", record, user="duty", code=3)
    khazar("records", "unblock", record, user="protection")
    khazar("records", "show", record, user="duty")
    khazar("records", "outside", record, user="liaison", code=3)


def test_a_preview_looks_through_the_partners_eyes(khazar: Command, write: Write) -> None:
    file = write("driver.json", json.dumps({"kind": "seizure", "body": seizure(parties=[SUSPECT], case_number="114/26")}))
    record = reported(khazar, file)["record"]
    seen = khazar.json("agreement", "preview", record, "--as", "alborz", user="duty")
    assert "exhibits" in seen["shown"]
    assert "parties" not in seen["shown"]
    assert seen["after_approval"]["parties"][0]["name"] == "", "the field is named; its value needs a case"
    assert "case_number" not in json.dumps([seen["shown"], seen["after_approval"]])
    assert seen["reasons"]


def test_a_suspended_agreement_lets_nothing_leave(khazar: Command, draft: str) -> None:
    khazar("agreement", "suspend", "khazar-alborz")
    assert khazar.json("agreement", "list")[0]["status"] == "suspended"
    assert reported(khazar, draft)["sent"] == []
    khazar("agreement", "resume", "khazar-alborz")
    assert khazar.json("agreement", "list")[0]["status"] == "in_force"


def test_an_agreement_is_shown_in_two_languages(khazar: Command) -> None:
    text = khazar("agreement", "show", "khazar-alborz", "--left", "az", "--right", "fa")
    assert " | " in text
    assert khazar.json("agreement", "show", "khazar-alborz")["signed_by"] == ["alborz", "khazar"]


def test_the_feed_tells_what_happened(khazar: Command, draft: str) -> None:
    outcome = reported(khazar, draft)
    events = khazar.json("feed", user="duty")
    assert outcome["record"] in [one["event"]["record"] for one in events]
    assert khazar.json("feed", "--after", str(events[-1]["event"]["number"]), user="duty") == []


def test_the_audit_log_names_acts_and_no_names(khazar: Command, draft: str) -> None:
    reported(khazar, draft)
    entries = khazar.json("audit")
    assert "record.reported" in [one["entry"]["act"] for one in entries]
    assert "duty" not in {one["entry"]["officer"] for one in entries}
    khazar("audit", user="duty", code=3)
    assert khazar.json("audit", "--limit", "2", user="auditor")


def test_the_logs_prove_themselves(khazar: Command, draft: str) -> None:
    reported(khazar, draft)
    found = khazar.json("verify")
    assert found["proven"]
    assert {log["log"] for log in found["logs"]} == {"rabet/audit/khazar", "rabet/link/khazar/alborz/normal"}


def test_rebuild_makes_the_lists_again(khazar: Command, draft: str) -> None:
    reported(khazar, draft)
    assert khazar.json("rebuild") == {"records": 1}
    assert len(khazar.json("records", "list", user="duty")) == 1
    khazar("rebuild", user="duty", code=3)


def test_an_upgrade_of_what_is_up_to_date_changes_nothing(khazar: Command) -> None:
    assert "is at this release" in khazar("upgrade")


def test_check_says_that_the_node_is_down_and_renew_renews(khazar: Command) -> None:
    assert {"node_down", "certificate_ok"} <= {one["id"] for one in khazar.json("check")}
    before = (khazar.node / "tls" / "certificate.pem").read_bytes()
    khazar("renew")
    assert (khazar.node / "tls" / "certificate.pem").read_bytes() != before


def test_users_are_added_changed_and_closed_by_an_administrator_only(khazar: Command) -> None:
    khazar("user", "add", "new", "--role", "analyst", "--name", "N.")
    khazar("user", "add", "new", "--role", "analyst", code=2)
    khazar("user", "add", "another", "--role", "analyst", user="duty", code=3)
    assert "/sign-in/link/" in khazar.json("user", "link", "new")["link"]
    khazar("user", "change", "new", "--role", "supervisor", "--clearance", "H2", "--closed")
    (found,) = [one for one in khazar.json("user", "list") if one["user"] == "new"]
    assert (found["roles"], found["clearance"], found["active"]) == (["supervisor"], "H2", False)
    assert "There is no active user new" in khazar("records", "list", user="new", code=2)
    khazar("user", "password", "duty", given="another secret\nanother secret\n")


def test_a_case_is_opened_assigned_and_opens_person_data(khazar: Command, write: Write) -> None:
    file = write("driver.json", json.dumps({"kind": "seizure", "body": seizure(parties=[SUSPECT])}))
    record = reported(khazar, file)["record"]
    case = khazar.json("case", "open", "114/26", "--basis", "order", "--review-on", "2027-03-01", user="boss")["id"]
    khazar("case", "assign", case, "duty", user="boss")
    assert [one["id"] for one in khazar.json("case", "list", user="duty")] == [case]
    assert khazar.json("records", "show", record, user="duty")["persons_hidden"]
    seen = khazar.json("records", "show", record, "--case", case, "--purpose", "investigation", user="duty")
    assert seen["body"]["parties"][0]["name"] == "Simulated Person"


def test_a_token_is_shown_once_and_revoked(khazar: Command) -> None:
    made = khazar.json("token", "add", "laboratory", "--scope", "report")
    assert made["secret"] not in khazar("token", "list")
    assert [one["active"] for one in khazar.json("token", "list")] == [True]
    khazar("token", "revoke", made["token"])
    assert [one["active"] for one in khazar.json("token", "list")] == [False]
    khazar("token", "revoke", "0" * 32, code=3)


def test_what_one_may_not_see_is_not_there(khazar: Command) -> None:
    assert "There is no" in khazar("records", "show", "0" * 32, user="duty", code=3)


def test_a_command_says_who_must_act(khazar: Command) -> None:
    assert "--as USER" in khazar("records", "list", code=2)
    assert "no active user nobody" in khazar("records", "list", user="nobody", code=2)


def test_every_listing_of_an_empty_node_is_json(khazar: Command) -> None:
    for command in ("outbox", "audit", "peer list", "agreement list", "user list", "token list", "check", "verify"):
        khazar.json(*command.split())
    for command in ("records list", "records waiting", "records alerts", "feed --after 1000", "case list"):
        assert khazar.json(*command.split(), user="duty") == []


def test_texts_of_partners_cannot_move_the_cursor(khazar: Command, write: Write) -> None:
    body = seizure(place={"country": "AZ", "post": "Astara"})
    body["exhibits"][0]["substance_as_given"] = "white powder"
    record = reported(khazar, write("x.json", json.dumps({"kind": "seizure", "body": body})))["record"]
    assert "\x1b" not in khazar("records", "show", record, user="duty")


def test_a_node_is_made_and_partners_are_met(tmp_path: Path) -> None:
    names = ["--state", "AZ", "--zone", "Asia/Baku", "--name", "en=Khazar", "--free-ports"]
    made = json.loads(run(["init", str(tmp_path / "k"), "--agency", "khazar", *names, "--json"]).stdout)
    run(["init", str(tmp_path / "a"), "--agency", "alborz", *names])
    khazar, alborz = Command(tmp_path / "k"), Command(tmp_path / "a")
    assert made["agency"] == "khazar"
    alborz("peer", "export", "--output", str(tmp_path / "alborz.json"))
    added = khazar.json("peer", "add", str(tmp_path / "alborz.json"))
    assert khazar.json("peer", "list")[0]["confirmed"] is False
    words = alborz.json("peer", "compare")["words"]
    assert {language: len(said) for language, said in words.items()} == dict.fromkeys(("en", "fa", "az", "ru"), 10)
    assert "do not confirm" in khazar("peer", "confirm", "alborz", *words["en"][:9], "wrong", code=2)
    khazar("peer", "confirm", "alborz", " ".join(words["ru"]))
    assert khazar.json("peer", "list")[0] | {"fingerprint": ""} == {
        "agency": "alborz",
        "confirmed": True,
        "state": "open",
        "fingerprint": "",
        "breach": False,
    }
    assert added["fingerprint"] == alborz.json("peer", "compare")["fingerprint"]
    khazar("peer", "forget", "alborz")
    assert khazar.json("peer", "list")[0]["confirmed"] is False


def test_a_draft_is_signed_by_both_and_taken(khazar: Command, alborz: Command, tmp_path: Path) -> None:
    file = str(tmp_path / "second.json")
    khazar("agreement", "draft", "--with", "alborz", "--id", "second", "--number", "2/2026", "--right", "khazar:alborz=persons", "-o", file)
    assert "alborz" in khazar("agreement", "sign", file)
    khazar("agreement", "accept", file)
    assert [one["status"] for one in khazar.json("agreement", "list") if one["id"] == "second"] == ["offered"]
    alborz("agreement", "sign", file)
    for node in (khazar, alborz):
        assert node.json("agreement", "accept", file)[0]["status"] == "in_force"


def test_init_touches_nothing_that_is_there(khazar: Command) -> None:
    arguments = ["init", str(khazar.node), "--agency", "khazar", "--state", "AZ", "--zone", "Asia/Baku", "--name", "en=K"]
    ended = run(arguments)
    assert ended.exit_code == 2
    assert "not empty" in ended.stderr


def test_a_directory_without_a_node_is_told(tmp_path: Path) -> None:
    ended = run(["--node", str(tmp_path), "outbox"])
    assert ended.exit_code == 2
    assert "rabet init" in ended.stderr
