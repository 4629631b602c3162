"""The project model held against SQLAlchemy itself: each text is executed, configured, inspected and compared."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import clear_mappers

from project.described import by_model, by_sqlalchemy, differences, executed, project

IMPORTS = """
from __future__ import annotations
import datetime
import enum
from functools import partial
from typing import Annotated, Any, Dict, List, Optional, Sequence, Set
import sqlalchemy as sa
from sqlalchemy import (
    Column, Computed, FetchedValue, ForeignKey, ForeignKeyConstraint, Identity, Integer, PrimaryKeyConstraint,
    String, Table, Text, and_, func, select, text,
)
from sqlalchemy import orm
from sqlalchemy.ext.associationproxy import association_proxy
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import (
    DeclarativeBase, DeclarativeBaseNoMeta, DynamicMapped, Mapped, MappedAsDataclass, WriteOnlyMapped,
    as_declarative, attribute_keyed_dict, backref, column_property, composite, declarative_base, declared_attr,
    deferred, dynamic_loader, foreign, has_inherited_table, mapped_column, query_expression, registry, relationship,
    remote, synonym, add_mapped_attribute, configure_mappers, class_mapper,
)
"""

BASE = """
class Base(DeclarativeBase):
    pass
"""

TEXTS = {
    "annotated collections and scalars": BASE
    + """
class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    nick: Mapped[str | None]
    books: Mapped[list["Book"]] = relationship(back_populates="author", cascade="all, delete-orphan")
    first: Mapped[List[Book]] = relationship(viewonly=True)
    as_set: Mapped[Set["Book"]] = relationship(viewonly=True, lazy="raise")
    by_title: Mapped[Dict[str, "Book"]] = relationship(
        viewonly=True, collection_class=attribute_keyed_dict("title")
    )
    sequence: Mapped[Sequence["Book"]] = relationship(viewonly=True, collection_class=list)
    written: WriteOnlyMapped["Book"] = relationship(viewonly=True)
    streamed: DynamicMapped["Book"] = relationship(viewonly=True)
    profile: Mapped[Optional["Profile"]] = relationship(back_populates="author")

class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    author: Mapped["Author"] = relationship(back_populates="books", lazy="joined")
    maybe: Mapped[Author | None] = relationship(viewonly=True, lazy="selectin")
    other: Mapped["Author | None"] = relationship(viewonly=True, lazy="noload")

class Profile(Base):
    __tablename__ = "profile"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[Optional[int]] = mapped_column(ForeignKey(Author.id))
    author: Mapped[Optional[Author]] = relationship(back_populates="profile", single_parent=True)
""",
    "classical columns and backrefs": """
Base = declarative_base()

class Customer(Base):
    __tablename__ = "customer"
    id = Column(Integer, primary_key=True)
    name = Column("full_name", String, nullable=False)
    orders = relationship("Order", backref=backref("customer", lazy="joined", cascade="all"), order_by="Order.id")
    address = relationship("Address", uselist=False, backref="customer")
    lazily = relationship("Order", lazy=True, viewonly=True)
    eagerly = relationship("Order", lazy=False, viewonly=True)
    never = relationship("Order", lazy=None, viewonly=True)
    query = dynamic_loader("Order", viewonly=True)

class Order(Base):
    __tablename__ = "order"
    id = Column(Integer, primary_key=True)
    customer_id = Column(Integer, ForeignKey("customer.id"))

class Address(Base):
    __tablename__ = "address"
    id = Column(Integer, primary_key=True)
    customer_id = Column(ForeignKey(Customer.id), nullable=False)
""",
    "many to many in all spellings of secondary": BASE
    + """
link = Table(
    "link", Base.metadata,
    Column("left_id", ForeignKey("left.id"), primary_key=True),
    Column("right_id", ForeignKey("right.id"), primary_key=True),
)

class Left(Base):
    __tablename__ = "left"
    id: Mapped[int] = mapped_column(primary_key=True)
    rights: Mapped[list["Right"]] = relationship(secondary=link, back_populates="lefts")
    texts: Mapped[list["Right"]] = relationship("Right", secondary="link", viewonly=True)
    lambdas = relationship("Right", secondary=lambda: link, viewonly=True)
    positional = relationship("Right", link, viewonly=True, backref=backref("from_left", viewonly=True))
    assigned = relationship("Right", "link", viewonly=True, sync_backref=False)

class Right(Base):
    __tablename__ = "right"
    id: Mapped[int] = mapped_column(primary_key=True)
    lefts: Mapped[list[Left]] = relationship(secondary=link, back_populates="rights")
""",
    "self references": BASE
    + """
class Node(Base):
    __tablename__ = "node"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[Optional[int]] = mapped_column(ForeignKey("node.id"))
    parent: Mapped[Optional["Node"]] = relationship(back_populates="children", remote_side=[id])
    children: Mapped[list["Node"]] = relationship(back_populates="parent", join_depth=2, lazy="selectin")

class Page(Base):
    __tablename__ = "page"
    id = Column(Integer, primary_key=True)
    above_id = Column(Integer, ForeignKey("page.id"))
    below = relationship("Page", backref=backref("above", remote_side="Page.id"))

class Part(Base):
    __tablename__ = "part"
    id = Column(Integer, primary_key=True)
    whole_id = Column(Integer, ForeignKey("part.id"))
    whole = relationship("Part", remote_side=id, backref="parts")
    again = relationship("Part", remote_side="Part.id", viewonly=True)
    lambdas = relationship(lambda: Part, remote_side=lambda: Part.id, viewonly=True)
    joined = relationship(
        "Part", primaryjoin="remote(Part.id) == foreign(Part.whole_id)", viewonly=True
    )
    downwards = relationship("Part", remote_side=[whole_id], viewonly=True)
""",
    "several foreign keys between two tables": BASE
    + """
class City(Base):
    __tablename__ = "city"
    id: Mapped[int] = mapped_column(primary_key=True)
    born: Mapped[list["Person"]] = relationship(
        back_populates="birthplace", foreign_keys="Person.birthplace_id"
    )
    code: Mapped[str] = mapped_column(unique=True)

class Person(Base):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    birthplace_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    home_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    code: Mapped[str] = mapped_column(ForeignKey("city.code"))
    birthplace: Mapped[City] = relationship(back_populates="born", foreign_keys=[birthplace_id])
    home: Mapped["City"] = relationship(foreign_keys="Person.home_id")
    listed: Mapped["City"] = relationship(foreign_keys="[Person.home_id]", viewonly=True)
    lambdas: Mapped["City"] = relationship(foreign_keys=lambda: [Person.home_id], viewonly=True)
    joined: Mapped["City"] = relationship(primaryjoin="Person.home_id == City.id", viewonly=True)
    by_code: Mapped["City"] = relationship(foreign_keys=code, viewonly=True)
    condition: Mapped["City"] = relationship(
        primaryjoin=lambda: and_(City.id == Person.home_id, City.code == "x"), viewonly=True
    )
    expression: Mapped["City"] = relationship(primaryjoin=City.id == home_id, viewonly=True)
""",
    "composite foreign keys": BASE
    + """
class Place(Base):
    __tablename__ = "place"
    row: Mapped[int] = mapped_column(primary_key=True)
    seat: Mapped[int] = mapped_column(primary_key=True)
    tickets = relationship("Ticket", back_populates="place")

class Ticket(Base):
    __tablename__ = "ticket"
    __table_args__ = (
        PrimaryKeyConstraint("number"),
        ForeignKeyConstraint(["row", "seat"], ["place.row", "place.seat"]),
        {"comment": "sold"},
    )
    number: Mapped[int]
    row: Mapped[int]
    seat: Mapped[int]
    place = relationship("Place", back_populates="tickets")
""",
    "kinds of columns": BASE
    + """
class Colour(enum.Enum):
    RED = 1

class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __composite_values__(self):
        return self.x, self.y

intpk = Annotated[int, mapped_column(primary_key=True)]
stamp = Annotated[datetime.datetime, mapped_column(server_default=func.now(), onupdate=func.now())]
short = Annotated[Optional[str], mapped_column(String(30))]
parent = Annotated[int, mapped_column(ForeignKey("other.id"))]

class Other(Base):
    __tablename__ = "other"
    id: Mapped[intpk]

class Thing(Base):
    __tablename__ = "thing"
    id: Mapped[intpk]
    made: Mapped[stamp]
    name: Mapped[short]
    other_id: Mapped[parent]
    other: Mapped[Other] = relationship(foreign_keys="Thing.other_id")
    optional: Mapped[Optional[parent]]
    title: Mapped[str] = mapped_column("the_title", nullable=True)
    body: Mapped[str] = mapped_column(Text, deferred=True)
    note: Mapped[str] = mapped_column(deferred_group="texts")
    strict: Mapped[str] = mapped_column(deferred=True, deferred_raiseload=True)
    old = deferred(Column(Text), group="texts")
    size = Column(Integer, default=3, onupdate=lambda: 4)
    number = Column(Integer, default=select(func.max(Other.id)).scalar_subquery())
    changed: Mapped[datetime.datetime] = mapped_column(default=func.now(), onupdate=text("now()"))
    twice: Mapped[int] = mapped_column(Computed("size * 2"))
    server: Mapped[int] = mapped_column(server_default="1", server_onupdate=FetchedValue())
    fetched: Mapped[int] = mapped_column(FetchedValue())
    watched: Mapped[int] = mapped_column(active_history=True)
    colour: Mapped[Colour]
    longer = column_property(size + 1)
    lazily = column_property(func.length(title), deferred=True)
    kept = column_property(Column("kept", Integer), active_history=True)
    given: Mapped[Optional[int]] = query_expression()
    headline = synonym("title")
    x = Column(Integer)
    y = Column(Integer)
    point = composite(Point, x, y)
    end: Mapped[Point] = composite(mapped_column("end_x"), mapped_column("end_y"))
    plain = 7
""",
    "mixins and declared attributes": BASE
    + """
class Named:
    name: Mapped[str]
    note = Column(Text, deferred=True) if False else Column(Text)

class Stamped:
    created: Mapped[datetime.datetime] = mapped_column(server_default=func.now())

    @declared_attr
    def changed(cls) -> Mapped[datetime.datetime]:
        return mapped_column(onupdate=func.now())

class Owned:
    @declared_attr
    def owner_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("user.id"))

    @declared_attr
    def owner(cls) -> Mapped["User"]:
        return relationship("User", lazy="selectin" if cls.__name__ == "Photo" else "select")

    @declared_attr
    def again(cls):
        return relationship(User, foreign_keys=[cls.owner_id], viewonly=True)

class TableName:
    @declared_attr.directive
    def __tablename__(cls) -> str:
        return cls.__name__.lower()

class User(TableName, Named, Base):
    id: Mapped[int] = mapped_column(primary_key=True)

class Photo(TableName, Owned, Stamped, Base):
    id: Mapped[int] = mapped_column(primary_key=True)

class Note(Owned, Base):
    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    created: Mapped[int]

class Abstract(TableName, Base):
    __abstract__ = True
    key: Mapped[int] = mapped_column(primary_key=True)

    @declared_attr
    def author_id(cls) -> Mapped[Optional[int]]:
        return mapped_column(ForeignKey("user.id"))

    @declared_attr
    def author(cls) -> Mapped[Optional["User"]]:
        return relationship(backref=cls.__name__.lower() + "s")

class Letter(Abstract):
    pass

class Card(Abstract, Named):
    name: Mapped[int]
""",
    "single, joined and concrete inheritance": BASE
    + """
class Employee(Base):
    __tablename__ = "employee"
    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    company: Mapped["Company"] = relationship(back_populates="employees", foreign_keys=[company_id])
    __mapper_args__ = {"polymorphic_on": "type", "polymorphic_identity": "employee"}

class Manager(Employee):
    __tablename__ = "manager"
    id: Mapped[int] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    budget: Mapped[int]
    reports: Mapped[list["Engineer"]] = relationship(
        back_populates="manager", foreign_keys="Engineer.manager_id"
    )
    __mapper_args__ = {"polymorphic_identity": "manager", "polymorphic_load": "selectin"}

class Engineer(Employee):
    __tablename__ = "engineer"
    id: Mapped[int] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    manager_id: Mapped[Optional[int]] = mapped_column(ForeignKey("manager.id"))
    manager: Mapped[Optional[Manager]] = relationship(back_populates="reports", foreign_keys=[manager_id])
    __mapper_args__ = dict(polymorphic_identity="engineer", inherit_condition=id == Employee.id)

class Intern(Employee):
    until: Mapped[Optional[int]]
    mentor_id: Mapped[Optional[int]] = mapped_column(ForeignKey("company.id"))
    mentor: Mapped[Optional["Company"]] = relationship(foreign_keys=[mentor_id])

    @declared_attr.directive
    def __mapper_args__(cls):
        return {"polymorphic_identity": cls.__name__.lower(), "polymorphic_load": "inline", "eager_defaults": True}

class Company(Base):
    __tablename__ = "company"
    id: Mapped[int] = mapped_column(primary_key=True)
    employees: Mapped[list[Employee]] = relationship(
        back_populates="company", foreign_keys="Employee.company_id"
    )

class Old(Company):
    __tablename__ = "old"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    __mapper_args__ = {"concrete": True}
""",
    "a table name for those without an inherited table": """
class Base(DeclarativeBase):
    @declared_attr.directive
    def __tablename__(cls):
        if has_inherited_table(cls):
            return None
        return cls.__name__.lower()

    id: Mapped[int] = mapped_column(primary_key=True)

class Animal(Base):
    kind: Mapped[str]
    __mapper_args__ = {"polymorphic_on": "kind"}

class Dog(Animal):
    bones: Mapped[Optional[int]]
    __mapper_args__ = {"polymorphic_identity": "dog"}
""",
    "columns of a mixin that cascade": BASE
    + """
class HasKey:
    @declared_attr.cascading
    def id(cls):
        if has_inherited_table(cls):
            return Column(ForeignKey("animal.id"), primary_key=True)
        return Column(Integer, primary_key=True)

class Animal(HasKey, Base):
    __tablename__ = "animal"
    kind = Column(String)
    __mapper_args__ = {"polymorphic_on": kind}

class Dog(Animal):
    __tablename__ = "dog"
    bones = Column(Integer)
    __mapper_args__ = {"polymorphic_identity": "dog"}
""",
    "dataclasses and registries": """
reg = registry()

class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    pass

class Plain(Base):
    __tablename__ = "plain"
    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    name: Mapped[str] = mapped_column(insert_default=func.now())
    parts: Mapped[list["Part"]] = relationship(default_factory=list, back_populates="plain")

class Part(Base):
    __tablename__ = "part"
    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    plain_id: Mapped[Optional[int]] = mapped_column(ForeignKey("plain.id"), init=False)
    plain: Mapped[Optional[Plain]] = relationship(default=None, back_populates="parts")

@reg.mapped
class Decorated:
    __tablename__ = "decorated"
    id: Mapped[int] = mapped_column(primary_key=True)
    others: Mapped[list["Other"]] = relationship(back_populates="decorated")

@reg.mapped_as_dataclass
class Other:
    __tablename__ = "other"
    id: Mapped[int] = mapped_column(primary_key=True)
    decorated_id: Mapped[int] = mapped_column(ForeignKey("decorated.id"))
    decorated: Mapped["Decorated"] = relationship(back_populates="others")

Generated = reg.generate_base()

class Third(Generated):
    __tablename__ = "third"
    id = Column(Integer, primary_key=True)
    other_id = Column(ForeignKey("other.id"))
    other = relationship("Other", backref="thirds")

@as_declarative()
class Declared:
    id = Column(Integer, primary_key=True)

class Fourth(Declared):
    __tablename__ = "fourth"

class Common:
    id = Column(Integer, primary_key=True)
    @declared_attr
    def __tablename__(cls):
        return cls.__name__.lower()

Fifth = declarative_base(cls=Common)

class Sixth(Fifth):
    name = Column(String)

class Seventh(DeclarativeBaseNoMeta):
    pass

class Eighth(Seventh):
    __tablename__ = "eighth"
    id: Mapped[int] = mapped_column(primary_key=True)
""",
    "imperative mappings": """
mapper_registry = registry()

users = Table(
    "users", mapper_registry.metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(50), nullable=False),
    Column("secret", Text),
    Column("changed", sa.DateTime, onupdate=func.now()),
)
addresses = sa.Table(
    "addresses", mapper_registry.metadata,
    sa.Column("id", Integer, primary_key=True),
    sa.Column("user_id", None, ForeignKey("users.id")),
    sa.Column("other_id", ForeignKey(users.c.id)),
)
user_groups = Table(
    "user_groups", mapper_registry.metadata,
    Column("user_id", ForeignKey("users.id")), Column("group_id", ForeignKey("groups.id")),
)
groups = Table("groups", mapper_registry.metadata, Column("id", Integer, primary_key=True))

class User: ...
class Address: ...
class Group: ...

def start_mappers():
    map_ = mapper_registry.map_imperatively
    group_mapper = map_(Group, groups)
    mapper_registry.map_imperatively(
        User,
        users,
        properties={
            "addresses": relationship(
                Address, backref="user", order_by=addresses.c.id, foreign_keys=[addresses.c.user_id]
            ),
            "groups": relationship(group_mapper, secondary=user_groups, collection_class=set),
            "hidden": deferred(users.c.secret),
        },
    )
    mapper_registry.map_imperatively(
        Address, addresses, properties=dict(other=relationship(User, foreign_keys=addresses.c.other_id))
    )

start_mappers()
""",
    "composite foreign keys of a table": """
reg = registry()
places = Table(
    "places", reg.metadata, Column("row", Integer), Column("seat", Integer), PrimaryKeyConstraint("row", "seat"),
)
tickets = Table(
    "tickets", reg.metadata, Column("id", Integer, primary_key=True), Column("row", Integer), Column("seat", Integer),
    ForeignKeyConstraint(["row", "seat"], ["places.row", "places.seat"]),
)
class Place: ...
class Ticket: ...
reg.map_imperatively(Place, places)
reg.map_imperatively(Ticket, tickets, properties={"place": relationship(Place, backref="tickets")})
""",
    "a table given to the class": BASE
    + """
shelf = Table(
    "shelf", Base.metadata, Column("id", Integer, primary_key=True), Column("label", String, key="name"),
    Column("room_id", ForeignKey("room.id")),
)

class Shelf(Base):
    __table__ = shelf
    room = relationship("Room", backref="shelves")

class Room(Base):
    __table__ = Table("room", Base.metadata, Column("id", Integer, primary_key=True), Column("x", Text))
    identifier = __table__.c.id
    late = deferred(__table__.c.x)
""",
    "attributes added after the class": BASE
    + """
class Team(Base):
    __tablename__ = "team"
    id: Mapped[int] = mapped_column(primary_key=True)

class Player(Base):
    __tablename__ = "player"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))

Team.players = relationship("Player", back_populates="team", lazy="raise")
Player.team = relationship(Team, back_populates="players")
Player.number = Column(Integer)
Team.__mapper__.add_property("again", relationship(Player, viewonly=True))
sa.inspect(Team).add_property("third", relationship(Player, viewonly=True, lazy="subquery"))
add_mapped_attribute(Team, "fourth", relationship(Player, viewonly=True, lazy="immediate"))
""",
    "helpers, constants and branches": BASE
    + """
LAZY = "selectin"

class Loading(enum.StrEnum):
    STRICT = "raise_on_sql"

class Settings:
    eager = "joined"

eager = partial(relationship, lazy="selectin")
raising = partial(eager, lazy="raise")

def many(target: str, **options: Any):
    return relationship(target, lazy="raise", viewonly=True, **options)

def loose(*args, **kwargs):
    kwargs.setdefault("lazy", "immediate")
    return relationship(*args, **kwargs)

def reference(table: str, nullable: bool = False):
    column = ForeignKey(table + ".id")
    return mapped_column(column, nullable=nullable)

def key():
    return mapped_column(primary_key=True)

OPTIONS = {"lazy": "subquery", "viewonly": True}

class Owner(Base):
    __tablename__ = "owner"
    id: Mapped[int] = key()
    a: Mapped[list["Pet"]] = relationship(lazy=LAZY)
    b: Mapped[list["Pet"]] = relationship(lazy=Loading.STRICT.value, viewonly=True)
    c: Mapped[list["Pet"]] = relationship(lazy=Settings.eager, viewonly=True)
    d: Mapped[list["Pet"]] = eager(viewonly=True)
    e = raising("Pet", viewonly=True)
    f = many("Pet", uselist=False)
    g = loose("Pet", viewonly=True)
    h = loose("Pet", viewonly=True, lazy="noload")
    i: Mapped[list["Pet"]] = relationship(**OPTIONS)

class Pet(Base):
    __tablename__ = "pet"
    id: Mapped[int] = key()
    owner_id: Mapped[int] = reference("owner", nullable=True)
    owner: Mapped[Owner] = relationship(overlaps="a")
""",
    "a collection class of the project": BASE
    + """
from typing import TypeVar
T = TypeVar("T")

class Shelf(List[T]):
    pass

class Reader(Base):
    __tablename__ = "reader"
    id: Mapped[int] = mapped_column(primary_key=True)
    books: Mapped[Shelf["Book"]] = relationship(viewonly=True)
    own = relationship("Book", collection_class=Shelf)

class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id"))
""",
    "schemas": """
class Base(DeclarativeBase):
    __table_args__ = {"schema": "app"}

class One(Base):
    __tablename__ = "one"
    id: Mapped[int] = mapped_column(primary_key=True)
    many = relationship("Many")

class Many(Base):
    __tablename__ = "many"
    id: Mapped[int] = mapped_column(primary_key=True)
    one_id: Mapped[int] = mapped_column(ForeignKey("app.one.id"))
    one = relationship("One", overlaps="many")
""",
    "names that shadow types": BASE
    + """
from datetime import date

class Day(Base):
    __tablename__ = "day"
    id: Mapped[int] = mapped_column(primary_key=True)
    date: Mapped[date]
    text: Mapped[str] = mapped_column(Text)
    list: Mapped[Optional[str]]
    visits: Mapped[List["Visit"]] = relationship(back_populates="day")

class Visit(Base):
    __tablename__ = "visit"
    id: Mapped[int] = mapped_column(primary_key=True)
    day_id: Mapped[int] = mapped_column(ForeignKey(Day.id))
    day: Mapped["Day"] = relationship(back_populates="visits")
""",
    "one class over another in a joined hierarchy": BASE
    + """
class Party(Base):
    __tablename__ = "party"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    __mapper_args__ = {"polymorphic_on": "kind", "with_polymorphic": "*"}

class Person(Party):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(ForeignKey("party.id"), primary_key=True)
    firm_id: Mapped[Optional[int]] = mapped_column(ForeignKey("firm.id"))
    firm: Mapped[Optional["Firm"]] = relationship(foreign_keys=[firm_id], back_populates="people")
    __mapper_args__ = {"polymorphic_identity": "person", "inherit_condition": id == Party.id}

class Firm(Party):
    __tablename__ = "firm"
    id: Mapped[int] = mapped_column(ForeignKey("party.id"), primary_key=True)
    people: Mapped[list[Person]] = relationship(
        foreign_keys="Person.firm_id", back_populates="firm", primaryjoin="Firm.id == Person.firm_id"
    )
    __mapper_args__ = {"polymorphic_identity": "firm"}
""",
}


@pytest.fixture(autouse=True)
def _unmapped() -> Iterator[None]:
    yield
    clear_mappers()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_the_model_says_what_sqlalchemy_says(text: str) -> None:
    files = {"models": IMPORTS + text}

    with executed(files) as classes:
        expected = by_sqlalchemy(classes)

    assert expected
    assert list(differences(expected, by_model(project(files)))) == []
