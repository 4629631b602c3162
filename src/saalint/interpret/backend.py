"""What the project's SQLAlchemy and database do on their own: settings to what the mappers and cascades come to."""

from __future__ import annotations

from collections.abc import Mapping

from saalint.config.settings import Dialect, Settings
from saalint.interpret.record import replace
from saalint.project.mapped import Mapper

SECOND = (2,)
# since then a dataclass's default of a relationship is not set by its constructor
UNSET_DEFAULTS = (2, 1)


def fitted(
    mappers: Mapping[str, Mapper], settings: Settings, database: str | None
) -> dict[str, Mapper]:
    """The mappers, what an INSERT fetches by itself settled (semantics: R29).

    SQLAlchemy 2.0 fetches server defaults where the database has RETURNING; 1.4 fetches them where it is told to, those
    that the table declares, and MySQL cannot. The database is that of the settings, else that of the URLs of the
    project's engines.
    """
    database = database if settings.dialect is None else settings.dialect
    is_old = is_before(settings, SECOND)
    if not is_old and database != Dialect.MYSQL:
        return dict(mappers)
    fitting = {"auto": "no", "yes": "declared" if is_old else "yes", "no": "no"}
    return {
        name: replace(mapper, eager_defaults=fitting[mapper.eager_defaults])
        for name, mapper in mappers.items()
    }


def is_before(settings: Settings, version: tuple[int, ...]) -> bool:
    """Whether the project runs on an older SQLAlchemy than this; one that nobody tells is the newest."""
    return settings.sqlalchemy_version is not None and settings.sqlalchemy_version < version
