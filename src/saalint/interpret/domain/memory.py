"""A memory of variables and objects that branches write on without copying: a chain of overlays, one for each branch.

Joining branches looks only at what they wrote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from saalint.interpret.domain.heap import Content, Key
from saalint.interpret.domain.joins import Resolve, join_contents
from saalint.interpret.domain.values import Unknown

# what stands at the location of an object on a path that does not have it: where `author` is None, no query gave one
ABSENT = Unknown("an object that is not there on this path")


class Memory:
    """Variables by (frame, name) and objects by location, as one overlay on the memory it was forked from."""

    __slots__ = ("parent", "writes")

    def __init__(self, parent: Memory | None = None) -> None:
        self.parent = parent
        self.writes: dict[Key, Content] = {}

    def fork(self) -> Memory:
        """A memory that reads through to this one and keeps its own writes."""
        return Memory(self)

    def read(self, key: Key) -> Content | None:
        """What stands at a key, or None."""
        memory: Memory | None = self
        while memory is not None:
            found = memory.writes.get(key)
            if found is not None:
                return found
            memory = memory.parent
        return None

    def write(self, key: Key, content: Content) -> None:
        """Put a variable's value or an object at a key."""
        self.writes[key] = content

    def since(self, base: Memory | None) -> dict[Key, Content]:
        """All that was written in the overlays above `base`, in all of them where that is None."""
        chain: list[Memory] = []
        memory: Memory | None = self
        while memory is not None and memory is not base:
            chain.append(memory)
            memory = memory.parent
        found: dict[Key, Content] = {}
        for overlay in reversed(chain):
            found.update(overlay.writes)
        return found

    def items(self) -> dict[Key, Content]:
        """Everything that can be read here."""
        return self.since(None)

    def absorb(self, branches: Sequence[Mapping[Key, Content]], resolve: Resolve) -> None:
        """Write the join of what branches from here wrote; a branch that did not write a key left it as it is."""
        if len(branches) == 1:
            self.writes.update(branches[0])
            return
        keys: dict[Key, Content] = {}
        for branch in branches:
            keys.update(branch)
        for key in keys:
            before: Content | None = None
            found: list[Content] = []
            for branch in branches:
                content = branch.get(key)
                if content is None:
                    before = before or self.read(key)
                    content = before
                if content is not None and content not in found:
                    found.append(content)
            if len(found) > 1 and ABSENT in found:
                found.remove(ABSENT)
            self.writes[key] = found[0] if len(found) == 1 else join_contents(found, resolve)
