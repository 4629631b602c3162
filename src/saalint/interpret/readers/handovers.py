"""Reads to events: what a schema reads of an object becomes one event for each thing that has to be loaded first.

A schema that reads `Order.items`, and `Item.product` of each, fails at the first of them. The second is told with it,
so that the loader option in the message does for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from saalint.interpret.events import (
    Attachment,
    AttributeRead,
    Handover,
    LoaderStep,
    LoadState,
    RenderedRead,
    SerializedRead,
    SessionKind,
)
from saalint.interpret.record import replace
from saalint.project.mapped import SourcePlace


def told(
    reads: Iterable[AttributeRead], origin: Callable[[str], SourcePlace | None]
) -> Iterator[AttributeRead | SerializedRead | RenderedRead]:
    """The events of some reads, which are in the order of their places.

    `origin` is where the text of a template stands that is written in the code and has no file of its own.
    """
    serialized: list[tuple[Handover, AttributeRead]] = []
    for read in reads:
        # under a sync session a schema may load: what that costs is the same as for a read by the user
        if read.handover is not None and read.handover.is_template:
            yield _of_template(_in_files(read, origin), read.handover)
        elif read.handover is None or read.session is SessionKind.SYNC:
            yield read
        else:
            serialized.append((read.handover, read))
    serialized.sort(key=_order)
    for _, group in groupby(serialized, key=_place):
        yield from _of_one_handover(list(group))


def _in_files(read: AttributeRead, origin: Callable[[str], SourcePlace | None]) -> AttributeRead:
    trace = (replace(step, place=origin(step.place.path) or step.place) for step in read.trace)
    place = origin(read.place.path) or read.place
    return replace(read, place=place, trace=tuple(dict.fromkeys(trace)))


def _of_template(read: AttributeRead, handover: Handover) -> AttributeRead | RenderedRead:
    is_raising = LoadState.RAISING in read.state or read.attachment is Attachment.DETACHED
    is_cost = read.session is SessionKind.SYNC and not is_raising
    return read if is_cost else RenderedRead(read, handover)


def _order(found: tuple[Handover, AttributeRead]) -> tuple[object, ...]:
    handover, read = found
    return handover.place, handover.reader, read.place, read.attribute


def _place(found: tuple[Handover, AttributeRead]) -> object:
    return found[0].place


def _of_one_handover(found: list[tuple[Handover, AttributeRead]]) -> Iterator[SerializedRead]:
    failing = [(handover, read) for handover, read in found if _is_failing(read)]
    for handover, read in found:
        if any(_is_below(handover, other) for other, _ in failing):
            continue
        below = (inner.path for other, inner in failing if _is_below(other, handover))
        whole = replace(read, below=tuple(_longest(read.path, below)))
        yield SerializedRead(whole, handover)


def _is_failing(read: AttributeRead) -> bool:
    is_sure = not read.state & (LoadState.LOADED | LoadState.UNKNOWN)
    return is_sure and read.kind.is_relationship and not read.is_target_plausible


def _is_below(handover: Handover, other: Handover) -> bool:
    return handover.reader.startswith((f"{other.reader}.", f"{other.reader}["))


def _longest(
    path: tuple[LoaderStep, ...], below: Iterable[tuple[LoaderStep, ...]]
) -> Iterator[tuple[LoaderStep, ...]]:
    # the path to `Item.product.supplier` loads `Item.product` on its way
    paths = [steps for steps in dict.fromkeys(below) if steps[: len(path)] == path]
    for steps in paths:
        if not any(other != steps and other[: len(steps)] == steps for other in paths):
            yield steps[len(path) :]
