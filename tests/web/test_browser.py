"""In Chromium: an officer signs in, the feed goes on by itself, a release is approved; in Persian and English, without one script error."""

import asyncio
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from tests.web.conftest import PASSWORD, PERSON, Pages, eventually

from rabet.casework import recalling

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
def address(two: tuple[Pages, Pages]) -> Iterator[str]:
    """Where khazar's pages are served over real HTTP."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(two[0].application, log_level="warning", lifespan="off", ws="none", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module", autouse=True)
def beside_playwright() -> Iterator[None]:
    """Playwright keeps an event loop in this thread; Django would refuse to touch a database beside it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="module")
def chromium(chromium_path: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    yield context
    context.close()


def sign_in(pages: Pages, context: BrowserContext, address: str, who: str, language: str) -> Page:
    """Open the one-time link and press its button; anything the console complains of fails the test."""
    pages.node.store.people.set_language(pages.people[who], language)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}/sign-in/link/{pages.link(who)}/")
    page.locator("main button").click()
    page.wait_for_url(f"{address}/")
    return page


complaints: list[str] = []


@pytest.fixture(autouse=True)
def no_complaints() -> Iterator[None]:
    complaints.clear()
    yield
    assert complaints == []


@pytest.mark.parametrize(("language", "direction", "live"), [("en", "ltr", "Updates by itself"), ("fa", "rtl", "خودبه‌خود به‌روز می‌شود")])
def test_the_feed_goes_on_by_itself(language: str, direction: str, live: str, khazar: Pages, address: str, context: BrowserContext) -> None:
    page = sign_in(khazar, context, address, "duty", language)
    assert page.evaluate("getComputedStyle(document.documentElement).direction") == direction
    expect(page.get_by_text(live)).to_be_visible()
    lines = page.locator("[data-feed-list] > li")
    khazar.report(place={"country": "AZ", "post": f"First {language}"})
    expect(lines.first).to_contain_text(f"First {language}")
    khazar.report(danger=[{"kind": "armed"}], place={"country": "AZ", "post": f"Danger {language}"})
    warnings = page.locator("[data-feed-warnings] li")
    expect(warnings.first).to_contain_text(f"Danger {language}")
    assert warnings.first.bounding_box()["y"] < lines.first.bounding_box()["y"]  # type: ignore[index]


def test_nothing_jumps_under_a_reader_and_the_button_says_how_much_is_new(khazar: Pages, address: str, context: BrowserContext) -> None:
    for _each in range(25):
        khazar.report()
    page = sign_in(khazar, context, address, "duty", "fa")
    page.evaluate("window.scrollTo(0, 600)")
    seen = page.locator("[data-feed-list] > li").nth(14)
    place = seen.bounding_box()
    for number in range(5):
        khazar.report(place={"country": "AZ", "post": f"New {number}"}, identifiers=[])
    button = page.locator("[data-feed-more]")
    expect(button).to_have_text("۵ تازه")
    assert seen.bounding_box() == place
    button.click()
    expect(button).to_be_hidden()
    expect(page.locator("[data-feed-list] > li").first).to_contain_text("New 4")
    assert page.evaluate("window.scrollY") < 5
    assert page.evaluate("document.activeElement.closest('li') === document.querySelector('[data-feed-list] li')")


def test_a_recalled_record_leaves_the_screen(khazar: Pages, address: str, context: BrowserContext) -> None:
    outcome = khazar.report(place={"country": "AZ", "post": "Soon recalled"}, danger=[{"kind": "violent"}])
    page = sign_in(khazar, context, address, "duty", "en")
    expect(page.locator("[data-feed-warnings]")).to_contain_text("Soon recalled")
    recall(khazar, outcome.record)
    expect(page.locator("main")).not_to_contain_text("Soon recalled")
    expect(page.locator("[data-feed-list] > li").first).to_contain_text("recalled here")


def recall(khazar: Pages, record: str) -> None:
    recalling.recall(khazar.node.desk, khazar.officer("supervisor"), record, "error")
    khazar.wake.flag.set()


@pytest.mark.parametrize("language", ["en", "fa"])
def test_an_officer_sees_exactly_what_would_leave_and_approves_it(language: str, khazar: Pages, address: str, context: BrowserContext) -> None:
    outcome = khazar.report(parties=[PERSON])
    page = sign_in(khazar, context, address, "supervisor", language)
    page.locator(".tabs a[href='/releases/']").click()
    page.locator(f"a[href='/releases/{outcome.waiting[0][1]}/']").click()
    expect(page.locator("main")).to_contain_text(str(PERSON["name"]))
    page.locator("#secret").fill(PASSWORD)
    page.locator("form[action$='/approve/'] button").click()
    page.wait_for_url("**/releases/?done=sent")
    expect(page.locator(".notice.good")).to_be_visible()
    with khazar.node.desk.store.read() as uow:
        made = uow.release(outcome.waiting[0][1])
    assert made is not None
    assert made.state == "sent"


def test_a_seizure_is_reported_by_keyboard_with_persian_digits(khazar: Pages, address: str, context: BrowserContext) -> None:
    page = sign_in(khazar, context, address, "duty", "fa")
    page.locator(".tabs .button").click()
    page.locator("#when").fill("۱۴۰۵/۸/۲۹ ۸:۳۰")
    page.locator("#post").fill("آستارا")
    page.locator("#exhibits-0-substance").fill("هروئین")
    page.locator("#exhibits-0-amount").fill("۱۲٫۵")
    page.locator("#exhibits-0-amount").press("Enter")
    page.wait_for_url("**/records/*/?done=reported")
    expect(page.locator("h1")).to_contain_text("هروئین")
    expect(page.locator("h1")).to_contain_text("۱۲٫۵ کیلوگرم")


def test_pages_work_without_script(chromium: Browser, khazar: Pages, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = sign_in(khazar, context, address, "duty", "en")
    khazar.report(place={"country": "AZ", "post": "Without script"})
    page.reload()
    expect(page.locator("[data-feed-list] > li").first).to_contain_text("Without script")
    page.locator("button[value=fa]").click()
    assert page.locator("html").get_attribute("dir") == "rtl"
    context.close()


def test_the_feed_takes_up_again_after_the_line_was_cut(khazar: Pages, address: str, context: BrowserContext) -> None:
    page = sign_in(khazar, context, address, "duty", "en")
    expect(page.get_by_text("Updates by itself")).to_be_visible()
    live = khazar.application.site.live
    for audience in tuple(live._audiences.values()):
        for reader in tuple(audience.readers):
            reader.end()
    khazar.report(place={"country": "AZ", "post": "During the break"})
    expect(page.locator("[data-feed-list] > li").first).to_contain_text("During the break", timeout=10_000)
    eventually(lambda: live._audiences)


def test_hostile_text_neither_runs_nor_reorders_its_neighbours(khazar: Pages, address: str, context: BrowserContext) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>&\"'"
    page = sign_in(khazar, context, address, "duty", "fa")
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    outcome = khazar.report(place={"country": "AZ", "post": hostile}, conveyances=[PLATE])
    expect(page.locator("[data-feed-list] > li").first).to_contain_text(hostile)
    page.goto(f"{address}/records/{outcome.record}/")
    expect(page.locator("h1")).to_contain_text(hostile)
    assert order_of(page, "10-AA-345") == "10-AA-345"


PLATE = {"mode": "commercial_road", "ownership": "company", "plate": "10-AA-345", "country": "AZ"}


def order_of(page: Page, text: str) -> str:
    """The characters of an element as they stand on the screen from left to right."""
    script = """(text) => {
      const element = [...document.querySelectorAll('bdi')].find((one) => one.textContent === text);
      const node = element.firstChild, range = document.createRange(), found = [];
      for (let i = 0; i < text.length; i++) {
        range.setStart(node, i); range.setEnd(node, i + 1);
        found.push([range.getBoundingClientRect().left, text[i]]);
      }
      return found.sort((a, b) => a[0] - b[0]).map((one) => one[1]).join('');
    }"""
    found: Any = page.evaluate(script, text)
    return str(found)


# A line of the feed shows the focus of its link around the whole line.
OUTLINED = """() => {
  const element = document.activeElement, inside = element.matches('.what a') ? '::after' : null;
  return parseFloat(getComputedStyle(element, inside).outlineWidth) >= 2;
}"""


def test_every_page_can_be_reached_and_seen_by_keyboard(khazar: Pages, address: str, context: BrowserContext) -> None:
    khazar.report()
    page = sign_in(khazar, context, address, "supervisor", "fa")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _each in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.getAttribute('href')"))
        assert page.evaluate(OUTLINED), "focus must be seen"
    assert {"/records/", "/alerts/", "/releases/", "/links/", "/agreements/", "/report/"} <= reached
    assert any(re.fullmatch(r"/records/\w{32}/", one or "") for one in reached)
