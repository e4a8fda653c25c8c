"""A message as the key process sees it, made from a release."""

from dataclasses import replace
from typing import Any

from tests.agreements import world

from rabet.agreements.egress import OutgoingRelease
from rabet.agreements.facts import ItemFacts, ReleaseContext


def outgoing(item: ItemFacts, context: ReleaseContext, paths: frozenset[str], **changes: Any) -> OutgoingRelease:  # noqa: ANN401
    """Disclose these paths of the record with their values, and the evidence of the context."""
    person = item.persons.get("parties/.21")
    values = {**world.LEAVES, "place/unknown": "x"}
    if person:
        values |= {"parties/.21/category": person.category, "parties/.21/status_class": person.status_class, "parties/.21/adult": person.adult}
    message = OutgoingRelease(
        kind=item.kind,
        id=item.id,
        author=item.author,
        state=item.state,
        handling=item.handling,
        purpose=item.purpose,
        offence=item.offence,
        retain_until=item.retain_until.isoformat(),
        digest=item.digest,
        sender=item.holder,
        receiver="volga",
        receiver_card=world.card_of("volga"),
        values={path: values[path] for path in paths},
        classes={path: item.fields[path] for path in paths},
        text_clear=item.text_clear,
        neutral=context.neutrality_attested,
        breach=False,
        approvals=context.approvals,
        assurances=context.assurances,
        consents=item.consents,
    )
    return replace(message, **changes)
