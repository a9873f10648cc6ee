"""Proposals, their versions and ends, and collections of places: all append-only."""

from geoalchemy2 import Geometry
from sqlalchemy import (
    REAL,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from core.db import metadata

zone_proposals = Table(  # what shall be changed: nothing yet in it of how
    "zone_proposals",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("order_id", ForeignKey("orders.id"), index=True),  # null: a shared zone
    Column("condition_id", ForeignKey("conditions.id")),  # the version to be revised; null: a new one
    Column("zone_id", BigInteger),  # as it was before the author's eyes
    Column("zone_version", Integer),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    ForeignKeyConstraint(("zone_id", "zone_version"), ("zone_versions.zone_id", "zone_versions.version")),
    CheckConstraint(
        "case when condition_id is not null then order_id is not null and zone_id is not null"
        " else order_id is null or zone_id is null end and (zone_id is null) = (zone_version is null)",
        "target",
    ),
)

zone_proposal_versions = Table(
    "zone_proposal_versions",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("proposal_id", ForeignKey("zone_proposals.id"), nullable=False),
    Column("number", Integer, CheckConstraint("number >= 1", "number"), nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, CheckConstraint("kind in ('exclusion', 'inclusion', 'curfew', 'boundary')", "kind")),
    Column("shape", Text),
    Column("geom", Geometry(srid=4326, spatial_index=False)),  # null: a shared zone is used as it is
    Column("radius_m", REAL, nullable=False, server_default="0"),
    Column("uses_zone_id", ForeignKey("zones.id")),
    Column("hours", JSONB, nullable=False),
    Column("leaves", JSONB, nullable=False),
    Column("begins_at", DateTime(timezone=True)),  # null: when it is published
    Column("ends_at", DateTime(timezone=True)),
    Column("reason", Text, nullable=False),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("proposal_id", "number"),
    UniqueConstraint("proposal_id", "number", "made_by"),
    CheckConstraint("name <> '' and reason <> ''", "words"),
    CheckConstraint("ends_at > begins_at", "period"),
    CheckConstraint("(geom is null) = (uses_zone_id is not null)", "one"),
    CheckConstraint(
        "st_isvalid(geom) and not st_isempty(geom) and st_npoints(geom) <= 100000"
        " and st_xmin(geom) >= -180 and st_xmax(geom) <= 180"
        " and st_ymin(geom) >= -90 and st_ymax(geom) <= 90",
        "geom",
    ),
    CheckConstraint(
        "geom is null and shape is null and radius_m = 0"
        " or shape = 'area' and st_dimension(geom) = 2 and radius_m = 0"
        " or shape = 'circle' and geometrytype(geom) = 'POINT' and radius_m > 0"
        " or shape = 'corridor' and geometrytype(geom) = 'LINESTRING' and radius_m > 0",
        "shape",
    ),
)

zone_proposal_ends = Table(  # a trigger besides: no author of any version publishes it
    "zone_proposal_ends",
    metadata,
    Column("proposal_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, CheckConstraint("kind in ('published', 'withdrawn')", "kind"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("drafted_by", BigInteger, nullable=False),
    Column("by_user", ForeignKey("users.id"), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("binds_at", DateTime(timezone=True)),
    Column("zone_id", ForeignKey("zones.id")),
    Column("condition_id", ForeignKey("conditions.id")),
    Column("reason", Text),  # of a withdrawal by another; none: withdrawn without a word
    ForeignKeyConstraint(
        ("proposal_id", "number", "drafted_by"),
        (
            "zone_proposal_versions.proposal_id",
            "zone_proposal_versions.number",
            "zone_proposal_versions.made_by",
        ),
    ),
    CheckConstraint("kind <> 'published' or by_user <> drafted_by", "four_eyes"),
    CheckConstraint(
        "(kind = 'published') = (binds_at is not null) and (kind = 'published') = (zone_id is not null)",
        "binds",
    ),
)

zone_collections = Table(  # the newest of a name is the one in use
    "zone_collections",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("name", Text, CheckConstraint("name <> ''", "name"), nullable=False),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

zone_places = Table(
    "zone_places",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("collection_id", ForeignKey("zone_collections.id"), nullable=False),
    Column("district", Text, nullable=False),  # empty: the file says none
    Column("name", Text, nullable=False),
    Column("geom", Geometry(srid=4326, spatial_index=False), nullable=False),
    CheckConstraint("st_isvalid(geom) and not st_isempty(geom)", "geom"),
)
Index("ix_zone_places_collection_id", zone_places.c.collection_id, zone_places.c.district)
