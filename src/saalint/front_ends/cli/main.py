"""The arguments of `saalint` to its output and its exit status: 0, 1 with findings, 2 failed."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from saalint import __doc__ as description
from saalint.config.settings import Level
from saalint.front_ends.cli.check import CheckArguments, Fixing, run_check
from saalint.front_ends.cli.output import Colour, OutputFormat
from saalint.front_ends.cli.scope import CommandScope
from saalint.front_ends.cli.status import FAILED, RefusedError, fail
from saalint.source.paths import absolute

_MIGRATION_FORMATS = ("text", "json")
_MODEL_FORMATS = ("text", "json", "mermaid")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    for stream in (sys.stdout, sys.stderr):
        # A file name need not be text in the terminal's encoding; printing it must not fail.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options, unknown = command_parser().parse_known_args(arguments)
    if unknown:
        _refuse_argument(options.parser, unknown[0])
    try:
        status = _run(options)
        if not sys.stdout.closed:
            # the language server closes it when its editor leaves
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader, `head` for instance, has seen enough.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except RefusedError as refusal:
        return fail(str(refusal))
    except OSError as failure:
        return fail(f"{failure.filename}: {failure.strerror}: check its permissions")
    return status


def _refuse_argument(parser: argparse.ArgumentParser, argument: str) -> NoReturn:
    """End with the usage of the command that does not take this argument, and the option that was probably meant."""
    from saalint.config.options import suggestion

    valid = re.findall(r"(?<!\S)\[?(--[a-z-]+)", parser.format_usage())
    otherwise = f"`{parser.prog} --help` lists what it takes"
    remedy = suggestion(argument.partition("=")[0], valid, otherwise=otherwise)
    parser.error(f"`{argument}` is not taken: {remedy}")


def _run(options: argparse.Namespace) -> int:
    match options.command:
        case "check":
            return run_check(_check_arguments(options))
        case "baseline":
            from saalint.front_ends.cli.baseline import run_baseline

            return run_baseline(options.action, _scope(options))
        case "migrate":
            from saalint.front_ends.cli.migrate import run_migrate

            return run_migrate(options.path, options.output_format)
        case "explain":
            from saalint.front_ends.cli.explain import run_explain

            return run_explain(options.rule, is_json=options.output_format == "json")
        case "reveal":
            from saalint.front_ends.cli.reveal import run_reveal

            return run_reveal(options.place)
        case "server":
            return _serve()
        case "cache":
            from saalint.front_ends.cli.cache import run_clear

            return run_clear(options.path)
        case "rules":
            from saalint.front_ends.cli.explain import run_rules

            return run_rules(is_json=options.output_format == "json")
        case _:
            from saalint.front_ends.cli.models import run_models

            return run_models(options.path, options.output_format)


def _serve() -> int:
    try:
        from saalint.front_ends.lsp.server import serve
    except ModuleNotFoundError:
        return fail("the server needs pygls: pip install 'saalint[lsp]'")
    return serve()


def _check_arguments(options: argparse.Namespace) -> CheckArguments:
    return CheckArguments(
        scope=_scope(options),
        output_format=OutputFormat(options.output_format),
        output_file=options.output_file,
        colour=Colour(options.color),
        has_trace=options.show_trace,
        has_statistics=options.statistics,
        has_timings=options.timings,
        is_exit_zero=options.exit_zero,
        is_baseline_strict=options.strict_baseline,
        fixing=Fixing(is_fix=options.fix, is_unsafe=options.unsafe_fixes, is_diff=options.diff),
    )


def _scope(options: argparse.Namespace) -> CommandScope:
    return CommandScope(
        paths=tuple(options.paths),
        select=_selectors(options.select),
        ignore=_selectors(options.ignore),
        level=Level(options.level) if options.level else None,
        config=options.config,
        is_isolated=options.isolated,
        is_only_given_files=getattr(options, "only_given_files", False),
        stdin_filename=getattr(options, "stdin_filename", None),
        since=getattr(options, "since", None),
        is_async_assumed=getattr(options, "assume_async", False),
        cache_dir=_cache_dir(options),
    )


def _cache_dir(options: argparse.Namespace) -> str | None:
    if options.no_cache:
        return ""
    return None if options.cache_dir is None else str(absolute(options.cache_dir))


def _selectors(values: Sequence[str] | None) -> tuple[str, ...] | None:
    if values is None:
        return None
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


def command_parser() -> argparse.ArgumentParser:
    """The whole command line: what runs it, and what documents it."""
    parser = argparse.ArgumentParser(prog="saalint", description=description)
    parser.add_argument("--version", action=_Version, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_check(commands.add_parser("check", help="report findings"))
    _add_baseline(
        commands.add_parser("baseline", help="keep the findings of legacy code in a file")
    )
    explain = commands.add_parser("explain", help="explain a rule")
    explain.add_argument("rule", metavar="CODE_OR_NAME")
    _add_format(explain, ("text", "json"))
    _add_format(commands.add_parser("rules", help="list all rules"), ("text", "json"))
    reveal = commands.add_parser("reveal", help="show what is believed of the names on a line")
    reveal.add_argument("place", metavar="FILE:LINE")
    cache = commands.add_parser("cache", help="remove what earlier runs kept on disk")
    cache.add_argument("action", choices=("clear",))
    cache.add_argument("path", nargs="?", type=Path, default=Path(), metavar="PATH")
    commands.add_parser("server", help="run the language server, for editors")
    migrate = commands.add_parser(
        "migrate", help="show what a sync project meets as it becomes async"
    )
    migrate.add_argument("path", nargs="?", type=Path, default=Path(), metavar="PATH")
    _add_format(migrate, _MIGRATION_FORMATS)
    models = commands.add_parser("models", help="show the mapped classes that were understood")
    models.add_argument("path", nargs="?", type=Path, default=Path(), metavar="PATH")
    _add_format(models, _MODEL_FORMATS)
    for command in commands.choices.values():
        # argparse itself tells of unknown arguments with the usage of all commands
        command.set_defaults(parser=command)
    return parser


def _add_format(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    parser.add_argument("--output-format", choices=formats, default=formats[0])


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Report findings in files and folders. A folder is analysed whole; with a file, the project "
        "around it is analysed, and the findings in the file are reported. `-` reads standard input."
    )
    _add_selection(parser)
    parser.add_argument(
        "--since",
        metavar="REF",
        help="report only what the changes since this git commit touch or cause",
    )
    parser.add_argument(
        "--only-given-files",
        action="store_true",
        help="leave out given files that the settings or git leave out (for pre-commit)",
    )
    parser.add_argument(
        "--stdin-filename", type=Path, metavar="FILE", help="the file that `-` is the text of"
    )
    _add_fixing(parser)
    _add_output(parser)
    parser.add_argument(
        "--assume-async",
        action="store_true",
        help="judge a sync project as if its sessions were asynchronous",
    )
    parser.add_argument("--exit-zero", action="store_true", help="exit with 0 despite findings")
    parser.add_argument(
        "--strict-baseline", action="store_true", help="fail if baseline entries no longer occur"
    )


def _add_fixing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fix", action="store_true", help="write the fixes that are safe")
    parser.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="count fixes that may change what the program means too; write them with --fix",
    )
    parser.add_argument(
        "--diff", action="store_true", help="show what --fix would change, and write nothing"
    )


def _add_output(parser: argparse.ArgumentParser) -> None:
    _add_format(parser, [form.value for form in OutputFormat])
    parser.add_argument(
        "--output-file", type=Path, metavar="FILE", help="write the report to a file"
    )
    parser.add_argument(
        "--show-trace", action="store_true", help="show the way from the query to each read"
    )
    parser.add_argument(
        "--statistics", action="store_true", help="show counts in place of the findings"
    )
    parser.add_argument(
        "--timings", action="store_true", help="show how long each stage, rule and function took"
    )
    parser.add_argument(
        "--color",
        choices=[colour.value for colour in Colour],
        default=Colour.AUTO.value,
        help="colour in the full report (default: on a terminal, unless NO_COLOR is set)",
    )


def _add_baseline(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "A baseline lists findings that are not reported: file, rule, function, attribute and count, "
        "never a line. `write` lists all findings there are, `prune` removes those that no longer "
        "occur, `show` prints them."
    )
    parser.add_argument("action", choices=("write", "prune", "show"))
    _add_selection(parser)


def _add_selection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="*", default=["."], metavar="PATH", help="files and folders (default: .)"
    )
    parser.add_argument(
        "--select", action="append", metavar="RULES", help="codes, prefixes, names to report"
    )
    parser.add_argument(
        "--ignore", action="append", metavar="RULES", help="codes, prefixes, names to leave out"
    )
    parser.add_argument(
        "--level", choices=[level.value for level in Level], help="whether strict rules report"
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--config", type=Path, metavar="FILE", help="read settings from this file")
    source.add_argument("--isolated", action="store_true", help="read no settings file")
    cache = parser.add_mutually_exclusive_group()
    cache.add_argument(
        "--no-cache", action="store_true", help="keep nothing on disk, and use nothing"
    )
    cache.add_argument(
        "--cache-dir", type=Path, metavar="DIR", help="keep facts and findings here from run to run"
    )


class _Version(argparse.Action):
    """Look the version up only when it is asked for: that takes longer than all other options."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:  # noqa: A002 - argparse's word
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"saalint {version('saalint')}")
        parser.exit()
