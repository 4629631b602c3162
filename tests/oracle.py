"""Source files and the name of a function to the lines where SQLAlchemy itself fails when that function runs.

The function runs inside a greenlet in which SQLAlchemy may do I/O. A statement that reaches the database while that
very greenlet is current was not awaited by anybody: without the greenlet it is a `MissingGreenlet`. So the line is
recorded, the rows arrive, and the function goes on to its next mistake. Every other exception is recorded where it
arises, and its statement is left out. `run_unchanged` does without all of this and says where the program stops.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import itertools
import re
import sys
import traceback
import types
import warnings
from collections.abc import Coroutine, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import MagicMock

from greenlet import getcurrent
from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import (
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.util import await_only, greenlet_spawn

from guards import HIDDEN
from program_modules import ROOT, loaded

_FILLED: dict[tuple[str, ...], bytes] = {}


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A line of one of the files."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Observation:
    """Something that failed. `chain` are the lines of the files that were active, the innermost first.

    `kind` is `io` for implicit I/O, `unawaited` for a lost coroutine, else the name of the exception.
    """

    kind: str
    chain: tuple[Spot, ...]
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run: the files by path, the function, its arguments beside the session, the session's options."""

    files: Mapping[str, str]
    function: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    session_options: Mapping[str, bool] = field(default_factory=dict)

    @property
    def is_async(self) -> bool:
        """Whether the function is a coroutine function, so that its session is an `AsyncSession`."""
        pattern = rf"^async def {re.escape(self.function)}\b"
        return any(re.search(pattern, text, re.MULTILINE) for text in self.files.values())


def run_guarded(program: Program) -> tuple[Observation, ...]:
    """Run to the end, past every failure, and return all in their order, each as often as it arose."""
    recorder = Recorder()
    with _quiet(recorder), loaded(program.files, recorder) as modules:
        if program.is_async:
            asyncio.run(_run_async(program, modules, recorder, is_allowed=True))
        else:
            _run_sync(program, modules, recorder)
    return tuple(recorder.observations)


def run_unchanged(program: Program) -> Observation | None:
    """Run the program as written; return what ended it, or None when it finished."""
    recorder = Recorder()
    with _quiet(recorder), loaded(program.files, None) as modules:
        try:
            if program.is_async:
                asyncio.run(_run_async(program, modules, recorder, is_allowed=False))
            else:
                _run_sync(program, modules, recorder)
        except Exception as failure:  # noqa: BLE001 it may end in any way; the caller compares
            end = Observation(_kind_of(failure), _chain_of_traceback(failure), str(failure))
            _forget(failure)
            return end
    return None


def _forget(failure: BaseException | None) -> None:
    """Let go of what the failure holds, so that lost coroutines are found now and not in another test."""
    while failure is not None:
        traceback.clear_frames(failure.__traceback__)
        failure = failure.__cause__ or failure.__context__


class Recorder:
    """Collects observations while `is_active`; `home` is the greenlet that drives the coroutine."""

    def __init__(self) -> None:
        self.observations: list[Observation] = []
        self.is_active = False
        self.home: object = None

    def statement_sent(self, *_: object) -> None:
        """Called by SQLAlchemy for every statement it sends to the database."""
        if not self.is_active:
            return
        chain, is_attribute_read = _chain_of_stack()
        is_implicit = getcurrent() is self.home if self.home is not None else is_attribute_read
        if is_implicit and chain:
            self.observations.append(Observation("io", chain))

    def failed(self, failure: Exception) -> None:
        """Called by a guarded statement that raised; what the program itself raises goes on its way."""
        chain = _chain_of_traceback(failure)
        if not self.is_active or isinstance(failure, AssertionError) or _is_deliberate(failure):
            raise failure
        outer, _ = _chain_of_stack()
        known = set(chain)
        chain += tuple(spot for spot in outer if spot not in known)
        self.observations.append(Observation(_kind_of(failure), chain, str(failure)))
        _forget(failure)

    def placeholder(self) -> MagicMock:
        """Return what stands for the value of a statement that failed: it accepts every use."""
        return MagicMock(name="the value of a statement that failed")


def _kind_of(failure: BaseException) -> str:
    cause = getattr(failure, "orig", None)
    name = type(cause if cause is not None else failure).__name__
    return "io" if name == "MissingGreenlet" else name


def _is_deliberate(failure: BaseException) -> bool:
    last = failure.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None or not last.tb_frame.f_code.co_filename.startswith(ROOT):
        return False
    source = last.tb_frame.f_globals[HIDDEN].source
    line: str = source.splitlines()[last.tb_lineno - 1]
    return line.lstrip().startswith("raise")


def _chain_of_traceback(failure: BaseException) -> tuple[Spot, ...]:
    spots = []
    step = failure.__traceback__
    while step is not None:
        name = step.tb_frame.f_code.co_filename
        if name.startswith(ROOT):
            spots.append(Spot(name.removeprefix(ROOT), step.tb_lineno))
        step = step.tb_next
    return tuple(dict.fromkeys(reversed(spots)))


def _chain_of_stack() -> tuple[tuple[Spot, ...], bool]:
    """Return the active lines of the files, and whether a mapped attribute is between them and the database."""
    spots: list[Spot] = []
    is_attribute_read = False
    frame = inspect.currentframe()
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(ROOT):
            spots.append(Spot(name.removeprefix(ROOT), frame.f_lineno))
        elif not spots and name.endswith("orm/attributes.py"):
            is_attribute_read |= frame.f_code.co_name in {"__get__", "__set__", "__delete__"}
        frame = frame.f_back
    return tuple(dict.fromkeys(spots)), is_attribute_read


# ---- running


async def _run_async(
    program: Program,
    modules: Mapping[str, types.ModuleType],
    recorder: Recorder,
    *,
    is_allowed: bool,
) -> None:
    with _database(program, modules) as path:
        engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
        _never_wait_for_disk(engine.sync_engine)
        event.listen(engine.sync_engine, "before_cursor_execute", recorder.statement_sent)
        maker = async_sessionmaker(engine)
        maker.configure(**program.session_options)
        try:
            for arguments in _combinations(program.arguments):
                async with maker() as session:
                    coroutine = _call(program, modules, arguments, session=session, maker=maker)
                    assert inspect.iscoroutine(coroutine)
                    if is_allowed:
                        await greenlet_spawn(_drive, coroutine, recorder)
                    else:
                        await coroutine
        finally:
            recorder.is_active = False
            await engine.dispose()


def _drive(coroutine: Coroutine[object, object, object], recorder: Recorder) -> None:
    """Step the coroutine by hand, so that its own frames belong to a greenlet that may do I/O."""
    recorder.home = getcurrent()
    recorder.is_active = True
    failure: BaseException | None = None
    while True:
        try:
            waits_for = coroutine.throw(failure) if failure is not None else coroutine.send(None)
        except StopIteration:
            break
        finally:
            failure = None
        try:
            await_only(_Forwarded(waits_for))
        except BaseException as raised:  # noqa: BLE001 belongs to the coroutine, whatever it is
            failure = raised
    recorder.is_active = False


class _Forwarded:
    """An awaitable that hands on what the coroutine waits for to the event loop."""

    def __init__(self, waits_for: object) -> None:
        self.waits_for = waits_for

    def __await__(self) -> Generator[object, object, object]:
        return (yield self.waits_for)


def _run_sync(
    program: Program, modules: Mapping[str, types.ModuleType], recorder: Recorder
) -> None:
    with _database(program, modules) as path:
        engine = create_engine(f"sqlite:///{path}")
        _never_wait_for_disk(engine)
        event.listen(engine, "before_cursor_execute", recorder.statement_sent)
        maker = sessionmaker(engine)
        maker.configure(**program.session_options)
        try:
            for arguments in _combinations(program.arguments):
                with maker() as session:
                    recorder.is_active = True
                    _call(program, modules, arguments, session=session, maker=maker)
                    recorder.is_active = False
        finally:
            recorder.is_active = False
            engine.dispose()


@contextmanager
def _database(program: Program, modules: Mapping[str, types.ModuleType]) -> Iterator[Path]:
    """Make a file with the tables and rows of a program; those of equal models are made once."""
    key = tuple(
        text
        for path, text in sorted(program.files.items())
        if path != "main.py" or "__tablename__" in text
    )
    with TemporaryDirectory() as directory:
        path = Path(directory, "rows.db")
        if key not in _FILLED:
            engine = create_engine(f"sqlite:///{path}")
            _never_wait_for_disk(engine)
            with engine.begin() as connection:
                _fill(connection, modules)
            engine.dispose()
            _FILLED[key] = path.read_bytes()
        path.write_bytes(_FILLED[key])
        yield path


def _never_wait_for_disk(engine: Engine) -> None:
    """What is in the database is gone with the program."""

    def connected(connection: DBAPIConnection, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous = OFF")
        cursor.close()

    event.listen(engine, "connect", connected)


def _fill(connection: Connection, modules: Mapping[str, types.ModuleType]) -> None:
    for metadata in _metadata_of(modules):
        metadata.create_all(connection)
    for module in modules.values():
        seed = getattr(module, "seed", None)
        if seed is not None and seed.__module__ == module.__name__:
            with Session(connection) as session:
                seed(session)
                session.commit()


def _metadata_of(modules: Mapping[str, types.ModuleType]) -> Iterator[MetaData]:
    known: dict[int, MetaData] = {}
    for module in modules.values():
        for value in vars(module).values():
            metadata = value if isinstance(value, MetaData) else getattr(value, "metadata", None)
            if isinstance(metadata, MetaData):
                known[id(metadata)] = metadata
    yield from known.values()


def _combinations(arguments: Mapping[str, object]) -> Iterator[dict[str, object]]:
    """A list in the arguments means: once with each of its elements."""
    choices = [value if isinstance(value, list) else [value] for value in arguments.values()]
    for chosen in itertools.product(*choices):
        yield dict(zip(arguments, chosen, strict=True))


def _call(
    program: Program,
    modules: Mapping[str, types.ModuleType],
    arguments: Mapping[str, object],
    *,
    session: object,
    maker: object,
) -> object:
    function = next(
        value
        for module in sorted(modules.values(), key=lambda module: module.__name__ != "main")
        if (value := vars(module).get(program.function)) is not None
    )
    values = dict(arguments)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in values or parameter.default is not parameter.empty:
            continue
        is_maker = "maker" in f"{parameter.name} {parameter.annotation}"
        values[parameter.name] = maker if is_maker else session
    return function(**values)


# ---- listening


@contextmanager
def _quiet(recorder: Recorder) -> Iterator[None]:
    """Keep the program's warnings to itself, but for coroutines that nobody awaited: those are observations."""
    depth = sys.get_coroutine_origin_tracking_depth()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sys.set_coroutine_origin_tracking_depth(20)
        # what is there already is left alone, so that looking for what the program lost costs next to nothing
        gc.freeze()
        try:
            yield
        finally:
            # a coroutine that is lost in a circle is lost by this program, and not by the next
            gc.collect()
            gc.unfreeze()
            sys.set_coroutine_origin_tracking_depth(depth)
    for warning in caught:
        places = re.findall(rf'File "{ROOT}([^"]+)", line (\d+)', str(warning.message))
        if "was never awaited" in str(warning.message) and places:
            chain = tuple(Spot(path, int(line)) for path, line in reversed(places))
            recorder.observations.append(Observation("unawaited", chain, str(warning.message)))
