"""Reads under a sync session to what they cost: whether they load, how often, in words."""

from __future__ import annotations

from saalint.interpret.events import Attachment, AttributeRead, LoadState, Loss, SessionKind, Usage
from saalint.rules.context import RuleContext

_COUNTS = ("N", "M", "K", "L")


def is_load(read: AttributeRead, context: RuleContext) -> bool:
    """Whether a read emits SQL by itself: what `run_sync` runs may do so, it was moved there for that."""
    return (
        context.is_certain(read)
        and read.session is SessionKind.SYNC
        and not read.is_load_allowed
        and read.attachment is Attachment.PERSISTENT
        and LoadState.RAISING not in read.state
        and read.usage is not Usage.LIST_USE
    )


def is_repeated(read: AttributeRead) -> bool:
    """Whether it loads once for each element; of objects that the program makes itself, each costs an INSERT anyway."""
    return bool(read.repetitions and read.query_text)


def is_of_failure(read: AttributeRead) -> bool:
    """Whether it loads only what a failure took away, to handle that: few of the elements fail, if any."""
    return read.is_handling and read.loss in (Loss.ROLLBACK, Loss.FAILURE)


def count(read: AttributeRead) -> str:
    """`1 + N queries`, and what N counts; a loop in a loop multiplies."""
    named = list(zip(_COUNTS, read.repetitions, strict=False))
    product = " x ".join(name for name, _ in named)
    counted = ", ".join(f"{name} for {repetition.elements}" for name, repetition in named)
    return f"1 + {product} queries, {counted}"


def crossing(read: AttributeRead, context: RuleContext) -> str:
    """How far from the query a relationship is, where others stand between, and which template reads it."""
    crossed = len(read.path)
    known = [f"{crossed} relationships from the query"] if crossed > 1 else []
    if read.handover is not None and read.handover.is_template:
        known.append(f"read at {context.template_place(read)}")
    return f" ({', '.join(known)})" if known else ""


def relationship_remedy(read: AttributeRead, context: RuleContext) -> str:
    """What to write so that a relationship is there."""
    if not read.query_text:
        return f"set `{read.attribute}` before the flush, or load the object with a query"
    if read.cause is not None:
        return f"read it before {context.cause(read)}, or query again with `{context.loader(read)}`"
    return f"add `{context.loader(read)}`"


def column_reason(read: AttributeRead, context: RuleContext) -> str:
    """Why a column is not there."""
    return context.loss(read) or f"is left out by {context.query(read)}"


def column_remedy(read: AttributeRead, context: RuleContext) -> str:
    """What to write so that a column is there."""
    if LoadState.EXPIRED in read.state:
        is_by_commit = read.loss is Loss.COMMIT
        either = "use `expire_on_commit=False`" if is_by_commit else "read it before"
        return f"{either}, or query the objects again"
    if LoadState.SERVER in read.state:
        return 'map the class with `__mapper_args__ = {"eager_defaults": True}`'
    return f"add `{context.loader(read)}`, or name it where the query says what to load"
