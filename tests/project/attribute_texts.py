"""Model files as users write them: columns and relationships in all their forms."""

from __future__ import annotations

from project.text_parts import BASE

ATTRIBUTES = {
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
    "a many to many onto itself": BASE
    + """
follows = Table(
    "follows", Base.metadata, Column("who", ForeignKey("member.id")), Column("whom", ForeignKey("member.id"))
)

class Member(Base):
    __tablename__ = "member"
    id: Mapped[int] = mapped_column(primary_key=True)
    followed: Mapped[list["Member"]] = relationship(
        "Member", secondary=follows, primaryjoin=id == follows.c.who, secondaryjoin=id == follows.c.whom,
        backref="followers",
    )
    streamed = relationship(
        "Member", secondary=follows, primaryjoin=lambda: Member.id == follows.c.who,
        secondaryjoin="Member.id == follows.c.whom", lazy="dynamic", viewonly=True,
    )
""",
    "association objects": BASE
    + """
class Student(Base):
    __tablename__ = "student"
    id: Mapped[int] = mapped_column(primary_key=True)
    marks: Mapped[list["Mark"]] = relationship(back_populates="student", cascade="save-update, merge, delete")
    courses: Mapped[list["Course"]] = relationship(secondary="mark", viewonly=True)
    course_ids = association_proxy("marks", "course_id")

class Mark(Base):
    __tablename__ = "mark"
    student_id: Mapped[int] = mapped_column(ForeignKey(Student.id), primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    student: Mapped[Student] = relationship(back_populates="marks", active_history=True)
    course: Mapped["Course"] = relationship(backref=backref("marks", passive_deletes=True, lazy="selectin"))

class Course(Base):
    __tablename__ = "course"
    id: Mapped[int] = mapped_column(primary_key=True)
""",
    "annotations without Mapped": """
class Base(DeclarativeBase):
    __allow_unmapped__ = True

class Shop(Base):
    __tablename__ = "shop"
    id: int = Column(Integer, primary_key=True)
    items: List["Item"] = relationship("Item", back_populates="shop")
    name: Optional[str] = Column(String)

class Item(Base):
    __tablename__ = "item"
    id = Column(Integer, primary_key=True)
    shop_id: int = Column(ForeignKey("shop.id"))
    shop: "Shop" = relationship(Shop, back_populates="items")
""",
    "foreign keys both ways, and conditions beside them": BASE
    + """
class Thread(Base):
    __tablename__ = "thread"
    id: Mapped[int] = mapped_column(primary_key=True)
    latest_id: Mapped[Optional[int]] = mapped_column(ForeignKey("message.id", use_alter=True))
    latest: Mapped[Optional["Message"]] = relationship(foreign_keys=latest_id, post_update=True)
    messages: Mapped[list["Message"]] = relationship(
        back_populates="thread", primaryjoin="Thread.id == Message.thread_id"
    )
    long: Mapped[list["Message"]] = relationship(
        primaryjoin="and_(Thread.id == Message.thread_id, Message.length > 3)", viewonly=True
    )
    pinned: Mapped["Message"] = relationship(
        primaryjoin=lambda: and_(Thread.id == foreign(Message.thread_id), Message.length == 1),
        viewonly=True, uselist=False,
    )

class Message(Base):
    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    length: Mapped[int]
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"))
    thread: Mapped[Thread] = relationship(back_populates="messages", foreign_keys=[thread_id])
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
}
