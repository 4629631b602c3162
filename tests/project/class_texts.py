"""Model files as users write them: bases, mixins, hierarchies, tables and helpers in all their forms."""

from __future__ import annotations

from project.text_parts import BASE

CLASSES = {
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
    "tables that the classes hold": """
mapper_registry = registry()
class Author: ...
class Book: ...
Author.table = Table("author", mapper_registry.metadata, Column("id", Integer, primary_key=True))
Book.table = Table(
    "book", mapper_registry.metadata, Column("id", Integer, primary_key=True),
    Column("author_id", ForeignKey("author.id")),
)
mapper_registry.map_imperatively(Author, Author.table)
mapper_registry.map_imperatively(
    Book,
    Book.table,
    properties=dict(author=relationship(Author, primaryjoin=lambda: Author.id == Book.table.c.author_id)),
)
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
    "three tables deep": BASE
    + """
class Document(Base):
    __tablename__ = "document"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    owner_id: Mapped[Optional[int]] = mapped_column(ForeignKey("owner.id"))
    owner = relationship("Owner", backref="documents")
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "document"}

class Letter(Document):
    __tablename__ = "letter"
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    sender_id = mapped_column(ForeignKey("owner.id"))
    sender = relationship("Owner", backref="sent", foreign_keys=[sender_id])
    __mapper_args__ = {"polymorphic_identity": "letter"}

class Invoice(Letter):
    __tablename__ = "invoice"
    id: Mapped[int] = mapped_column(ForeignKey("letter.document_id"), primary_key=True)
    total: Mapped[Optional[int]]
    __mapper_args__ = {"polymorphic_identity": "invoice"}

class Owner(Base):
    __tablename__ = "owner"
    id: Mapped[int] = mapped_column(primary_key=True)
    invoices = relationship("Invoice", primaryjoin="Owner.id == Invoice.owner_id", viewonly=True)
    letter = relationship(Letter, foreign_keys="Letter.sender_id", uselist=False, viewonly=True)
""",
    "one column for two subclasses of one table": BASE
    + """
class Vehicle(Base):
    __tablename__ = "vehicle"
    id = Column(Integer, primary_key=True)
    kind = Column(String(5))
    __mapper_args__ = {"polymorphic_on": "kind"}

class Car(Vehicle):
    @declared_attr
    def wheels(cls):
        return Vehicle.__table__.c.get("wheels", Column(Integer))
    doors: Mapped[int] = mapped_column(use_existing_column=True, nullable=True)
    __mapper_args__ = {"polymorphic_identity": "car"}

class Van(Vehicle):
    doors: Mapped[int] = mapped_column(use_existing_column=True, nullable=True)
    __mapper_args__ = {"polymorphic_identity": "van"}
""",
    "mapper arguments of a base and of a mixin": """
class Base(DeclarativeBase):
    __mapper_args__ = {"eager_defaults": True}

class Kinds:
    id: Mapped[int] = mapped_column(primary_key=True)

    @declared_attr
    def __mapper_args__(cls):
        return {"polymorphic_on": "kind"} if cls.__name__ == "First" else {"polymorphic_identity": cls.__name__}

class First(Kinds, Base):
    __tablename__ = "first"
    kind: Mapped[str]

class Second(First):
    pass

class Third(Base):
    __tablename__ = "third"
    id: Mapped[int] = mapped_column(primary_key=True)
""",
    "expressions over other tables, and defaults of all kinds": BASE
    + """
class Entry(Base):
    __tablename__ = "entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"))
    number = Column(Integer, sa.Sequence("numbers"), unique=True)
    identity: Mapped[int] = mapped_column(Identity())
    kind: Mapped[str] = mapped_column(sa.Enum("a", "b", name="kinds"), server_default=text("'a'"))
    made = Column(sa.DateTime(timezone=True), default=datetime.datetime.now, onupdate=datetime.datetime.now)
    seen = Column(sa.DateTime, server_default=sa.func.now(), server_onupdate=sa.func.now())
    done = Column(sa.Boolean, default=False, server_default=sa.false(), nullable=False)

class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)

    @declared_attr
    def count(cls):
        return column_property(
            select(func.count(Entry.id)).where(Entry.book_id == cls.id).scalar_subquery()
        )

Book.last = column_property(
    select(func.max(Entry.id)).where(Entry.book_id == Book.id).scalar_subquery(), deferred=True, group="slow"
)
""",
}
