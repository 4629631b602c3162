"""What the model files of the tests begin with."""

from __future__ import annotations

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
