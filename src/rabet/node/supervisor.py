"""`rabet up`: imports once, forks the node's processes, restarts one that dies, stops all cleanly.

The key process is started as a fresh program, so that it shares nothing with the rest; the others are forks, so that they share
their memory. Children die with the supervisor (PR_SET_PDEATHSIG). A child that keeps dying is started again ever more slowly.
"""

import ctypes
import fcntl
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn

from rabet.node.layout import Layout
from rabet.node.log import start_log
from rabet.node.sentences import CannotDo

_PDEATHSIG = 1
_SIGNALS = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT)
_SHORTEST, _LONGEST, _STEADY = 0.05, 30.0, 10.0  # seconds: first pause, longest pause, a life after which all is forgiven
_NOTE_AGAIN = 1.0  # seconds
_PATIENCE = 10.0  # seconds that a child has to stop cleanly
_log = logging.getLogger(__name__)

Main = Callable[[], None]


@dataclass(slots=True)
class Child:
    """One process of the node. pause: seconds to wait before the next start; due: when (monotonic seconds), 0 while it runs.

    noted: does its file hold its process id?
    """

    main: Main
    pid: int = 0
    noted: bool = False
    started: float = 0.0
    pause: float = _SHORTEST
    due: float = 0.0


class Supervisor:
    """Keeps the processes named in `mains` running, in that order, until it is told to stop."""

    def __init__(self, layout: Layout, mains: Mapping[str, Main]) -> None:
        self._layout = layout
        self._children = {name: Child(main) for name, main in mains.items()}
        self._stopping = False

    def run(self) -> None:
        """Start everything and stay until SIGTERM or SIGINT."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        gc.collect()
        gc.freeze()
        try:
            self._keep()
        finally:
            self._stop()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def _keep(self) -> None:
        while not self._stopping:
            now = time.monotonic()
            for name, child in self._children.items():
                if not child.pid and child.due <= now:
                    self._start(name, child)
                if child.pid and not child.noted:
                    child.noted = self._note(name, child.pid)
            self._wait(self._next_pause(now))

    def _next_pause(self, now: float) -> float:
        waiting = [child.due if not child.pid else now + _NOTE_AGAIN for child in self._children.values() if not child.noted]
        return max(min(waiting) - time.monotonic(), 0.001) if waiting else 60.0

    def _wait(self, seconds: float) -> None:
        caught = signal.sigtimedwait(_SIGNALS, seconds)
        if caught is not None and caught.si_signo != signal.SIGCHLD:
            self._stopping = True
        self._reap()

    def _reap(self) -> None:
        for name, child in self._children.items():
            if child.pid and (status := _ended(child.pid)) is not None:
                lived = time.monotonic() - child.started
                child.pause = _SHORTEST if lived >= _STEADY else min(child.pause * 2, _LONGEST)
                child.pid, child.noted, child.due = 0, False, time.monotonic() + child.pause
                self._layout.process_id(name).unlink(missing_ok=True)
                if not self._stopping:
                    _log.warning("process ended", extra={"name_of_process": name, "status": status, "again_in": child.pause})

    def _start(self, name: str, child: Child) -> None:
        child.started = time.monotonic()
        parent = os.getpid()
        try:
            child.pid = os.fork()
        except OSError as trouble:  # no memory or no process left: that of all moments is no time to give up
            child.due = child.started + _LONGEST
            _log.warning("process not started", extra={"name_of_process": name, "trouble": str(trouble), "again_in": _LONGEST})
            return
        if child.pid == 0:
            _be_child(name, child.main, parent)
        _log.info("process started", extra={"name_of_process": name, "pid": child.pid})

    def _note(self, name: str, pid: int) -> bool:
        """Write down which process it is, for `rabet check` and for people. A full disk must not stop the node: it is tried again."""
        file = self._layout.process_id(name)
        try:
            file.write_text(str(pid), encoding="ascii")
        except OSError:
            file.unlink(missing_ok=True)
            return False
        return True

    def _stop(self) -> None:
        """End the children in the opposite order: the key process last, because the others still ask it."""
        self._stopping = True
        for child in reversed(self._children.values()):
            if child.pid:
                os.kill(child.pid, signal.SIGTERM)
                self._await_end(child)
        for name in self._children:
            self._layout.process_id(name).unlink(missing_ok=True)

    def _await_end(self, child: Child) -> None:
        end = time.monotonic() + _PATIENCE
        while _ended(child.pid) is None:
            if time.monotonic() > end:
                os.kill(child.pid, signal.SIGKILL)
            time.sleep(0.01)
        child.pid = 0


def _ended(pid: int) -> int | None:
    """Exit code of a child that has ended, negative for a signal; None while it runs."""
    try:
        done, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return 0
    return os.waitstatus_to_exitcode(status) if done else None


def _be_child(name: str, main: Main, parent: int) -> NoReturn:
    code = 1
    try:
        die_with_parent(parent)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        start_log(name)
        main()
        code = 0
    except KeyboardInterrupt:
        code = 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    except BaseException:  # noqa: BLE001 - a fork must never return into its parent's code
        _log.exception("process failed")
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:  # also when there is no room for the log
            os._exit(code)


def die_with_parent(parent: int) -> None:
    """Ask the kernel to end this process when its parent ends, however that happens."""
    ctypes.CDLL(None, use_errno=True).prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


@contextmanager
def hold(layout: Layout) -> Iterator[None]:
    """Hold the node's directory: one `rabet up` at a time. The kernel lets go when the process ends.

    Raises:
        CannotDo: the node is up already.
    """
    layout.run.mkdir(mode=0o700, exist_ok=True)
    with layout.process_id("supervisor").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotDo("already_running", folder=layout.root) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)
