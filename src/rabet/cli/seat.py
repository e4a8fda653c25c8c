"""Where a command sits: which node, which language, who acts.

Whoever owns the node's directory can read its keys, so the command line asks for no sign-in: it acts as the user named by --as, or as
the operator (administrator) where no user is needed, and every act stands in the audit log. What must be approved asks for the
user's own secret again: at the terminal, or in RABET_STEP_UP.
"""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import click

from rabet.casework.desk import Desk
from rabet.casework.values import Officer, StepUp
from rabet.node.assembly import Node, open_node
from rabet.node.partnership import operator
from rabet.node.sentences import CannotDo
from rabet.node.settings import Settings, SettingsError, read_settings

STEP_UP = "RABET_STEP_UP"


@dataclass
class Seat:
    """directory: of the node; chosen: language asked for, if any; user: sign-in name, "" = the operator."""

    directory: Path
    chosen: str | None
    user: str

    @cached_property
    def settings(self) -> Settings:
        """The node's settings."""
        return read_settings(self.directory, os.environ)

    @cached_property
    def node(self) -> Node:
        """The node, opened when first needed and closed when the command ends."""
        node = open_node(self.directory)
        click.get_current_context().find_root().call_on_close(node.close)
        return node

    @property
    def desk(self) -> Desk:
        """What acts work with."""
        return self.node.desk

    @property
    def language(self) -> str:
        """The language to speak."""
        if self.chosen:
            return self.chosen
        try:
            return self.settings.language
        except SettingsError:
            return "en"

    @property
    def operator(self) -> Officer:
        """Who runs the node: the named user, else the owner of its directory."""
        return self.officer if self.user else operator(self.node)

    @property
    def officer(self) -> Officer:
        """The user who acts.

        Raises:
            CannotDo: no user named, or none of this name is active.
        """
        if not self.user:
            raise CannotDo("user_needed")
        account = self.node.store.people.find(sign_in_name=self.user)
        if account is None or not account.officer.active:
            raise CannotDo("no_such_user", user=self.user)
        officer: Officer = account.officer
        return officer

    def step_up(self, digest: str) -> StepUp:
        """Ask for the user's secret again and bind it to the digest of what is approved.

        Raises:
            CannotDo: not his secret, or too many wrong ones.
        """
        officer = self.officer
        secret = os.environ.get(STEP_UP) or click.prompt(f"Password of {self.user}", hide_input=True, err=True)
        try:
            given: StepUp | None = self.node.store.people.step_up(officer.id, secret, digest)
        except Exception as error:
            minutes = getattr(error, "minutes", None)
            if minutes is None:
                raise
            raise CannotDo("user_locked", minutes=minutes) from None
        if given is None:
            raise CannotDo("step_up_failed", user=self.user)
        return given


pass_seat = click.make_pass_decorator(Seat)
as_json = click.option("--json", "json_", is_flag=True, help="Print JSON for programs.")
