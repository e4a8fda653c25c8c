"""Which database Django's own code (accounts, sessions) means when it names none: that of the node whose request runs."""

from contextvars import ContextVar

NODE: ContextVar[str | None] = ContextVar("rabet_node", default=None)


class NodeRouter:
    """Answers with the node of the context; outside one, the default alias is taken, and that refuses use."""

    def db_for_read(self, model: type, **hints: object) -> str | None:
        del model, hints
        return NODE.get()

    def db_for_write(self, model: type, **hints: object) -> str | None:
        del model, hints
        return NODE.get()
