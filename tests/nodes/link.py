"""A link between two nodes of one process, without sockets, that can be cut, slowed, and made to lose answers."""

import json
import time
from collections.abc import Mapping
from threading import Event

from rabet.exchange.listener import BATCH, STATE, Answer
from rabet.exchange.reception import BatchReception
from rabet.exchange.transport import NoAnswer, Reply


class Link:
    """What lies between two nodes.

    lose_answers: so many times the other side acts but its answer does not arrive; slow_first: seconds the first batch takes.
    """

    def __init__(self) -> None:
        self.whole = Event()
        self.whole.set()
        self.lose_answers = 0
        self.slow_first = 0.0
        self.batches = 0
        self.asked = False

    def cut(self) -> None:
        self.whole.clear()

    def restore(self) -> None:
        self.whole.set()


class LinkTransport:
    """`Transport` that calls the other node's reception directly."""

    def __init__(self, link: Link, partner: str, reception: BatchReception) -> None:
        self._link, self._partner, self._reception = link, partner, reception

    def ask(self, method: str, path: str, body: bytes = b"") -> Reply:
        if not self._link.whole.is_set():
            raise NoAnswer("cut")
        answer = self._answer(method, path, body)
        if self._link.lose_answers > 0 and path == BATCH:
            self._link.lose_answers -= 1
            raise NoAnswer("answer lost")
        return Reply(answer.status, dict(answer.headers), answer.body)

    def _answer(self, method: str, path: str, body: bytes) -> Answer:
        if (method, path) == ("GET", STATE):
            self._link.asked = True
            return self._reception.state(self._partner)
        self._link.batches += 1
        if self._link.batches == 1:
            time.sleep(self._link.slow_first)
        opened = self._reception.open(self._partner, body)
        answer = opened if isinstance(opened, Answer) else self._reception.take(self._partner, opened)
        if answer.status >= 400:
            self._reception.refused(self._partner, answer)
        return answer

    def close(self) -> None:
        self._reception.close()


def told(answer: Answer) -> Mapping[str, object]:
    """The answer's JSON."""
    found = json.loads(answer.body)
    assert isinstance(found, dict)
    return found
