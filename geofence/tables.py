"""Zones and their versions, conditions with hours, checkpoints of standings, breaches and alerts."""

from geoalchemy2 import Geometry
from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint

from core.db import metadata

zones = Table(
    "zones",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("is_shared", Boolean, nullable=False, server_default="false"),  # for more than one order
    Column("made_by", ForeignKey("users.id")),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

zone_versions = Table(  # never edited: a new shape is a new version, from its own moment on
    "zone_versions",
    metadata,
    Column("zone_id", ForeignKey("zones.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("shape", Text, nullable=False),
    Column("geom", Geometry(srid=4326, spatial_index=False), nullable=False),
    Column("radius_m", REAL, nullable=False, server_default="0"),
    Column("during", TSTZRANGE, nullable=False),
    Column("made_by", ForeignKey("users.id")),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("zone_id", "version"),
    ExcludeConstraint(("zone_id", "="), ("during", "&&"), name="ex_zone_versions_during"),
    CheckConstraint("st_isvalid(geom)", "geom_valid"),
    CheckConstraint("not st_isempty(geom) and st_npoints(geom) <= 100000", "geom_size"),
    CheckConstraint(
        "st_xmin(geom) >= -180 and st_xmax(geom) <= 180 and st_ymin(geom) >= -90 and st_ymax(geom) <= 90",
        "geom_range",
    ),
    CheckConstraint(
        "shape = 'area' and st_dimension(geom) = 2 and radius_m = 0"
        " or shape = 'circle' and geometrytype(geom) = 'POINT' and radius_m > 0"
        " or shape = 'corridor' and geometrytype(geom) = 'LINESTRING' and radius_m > 0",
        "shape",
    ),
)
Index("ix_zone_versions_geom", zone_versions.c.geom, postgresql_using="gist")

conditions = Table(  # immutable but for the end of `during`: an edit closes one row and opens the next
    "conditions",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    Column("number", SmallInteger, nullable=False),  # its place in the order, kept by its versions
    Column("zone_id", ForeignKey("zones.id"), nullable=False, index=True),
    Column(
        "kind",
        Text,
        CheckConstraint("kind in ('exclusion', 'inclusion', 'curfew', 'boundary')", "kind"),
        nullable=False,
    ),
    Column("tz", Text, nullable=False, server_default="Asia/Tashkent"),
    Column("during", TSTZRANGE, nullable=False),
    Column("made_by", ForeignKey("users.id")),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    ExcludeConstraint(("order_id", "="), ("number", "="), ("during", "&&"), name="ex_conditions_during"),
)

hours = Table(  # weekly windows; none = always in force
    "hours",
    metadata,
    Column("condition_id", ForeignKey("conditions.id"), nullable=False),
    Column("weekday", SmallInteger, CheckConstraint("weekday between 0 and 6", "weekday"), nullable=False),
    Column("starts", SmallInteger, nullable=False),  # minutes after local midnight
    Column("ends", SmallInteger, nullable=False),
    PrimaryKeyConstraint("condition_id", "weekday", "starts"),
    CheckConstraint("0 <= starts and starts < ends and ends <= 1440", "window"),
)

hour_exceptions = Table(  # one local date: these windows instead of the week's; a row without window = free
    "hour_exceptions",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("condition_id", ForeignKey("conditions.id"), nullable=False, index=True),
    Column("on_date", Date, nullable=False),
    Column("starts", SmallInteger),
    Column("ends", SmallInteger),
    CheckConstraint(
        "starts is null and ends is null or 0 <= starts and starts < ends and ends <= 1440", "window"
    ),
)

absences = Table(  # authorised by a named officer
    "absences",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("condition_id", ForeignKey("conditions.id"), nullable=False, index=True),
    Column("during", TSTZRANGE, CheckConstraint("not isempty(during)", "during"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("granted_by", ForeignKey("users.id"), nullable=False),
    Column("granted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ended_at", DateTime(timezone=True)),  # before its time: it excuses from nothing from then on
    Column("ended_by", ForeignKey("users.id"), CheckConstraint("num_nulls(ended_at,ended_by) <> 1", "ended")),
)

proximities = Table(  # between two wearers; immutable but for the end of `during`
    "proximities",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("order_id", BigInteger, nullable=False, index=True),
    Column("person_id", BigInteger, nullable=False),  # whom the order binds
    Column("other_id", ForeignKey("persons.id"), nullable=False),  # who is protected, or who escorts
    Column("kind", Text, CheckConstraint("kind in ('keep_away', 'escort')", "kind"), nullable=False),
    Column(
        "distance_m", REAL, CheckConstraint("distance_m between 10 and 100000", "distance"), nullable=False
    ),
    Column("during", TSTZRANGE, CheckConstraint("not isempty(during)", "during"), nullable=False),
    Column("consent", Text, CheckConstraint("consent <> ''", "consent"), nullable=False),  # where it lies
    Column("granted_by", ForeignKey("users.id"), nullable=False),
    Column("granted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    ForeignKeyConstraint(("order_id", "person_id"), ("orders.id", "orders.person_id")),
    ExcludeConstraint(("person_id", "="), ("other_id", "="), ("during", "&&"), name="ex_proximities_during"),
    CheckConstraint("person_id <> other_id", "two"),
)

proximity_standings = Table(  # checkpoints of the fold of two
    "proximity_standings",
    metadata,
    Column("proximity_id", ForeignKey("proximities.id"), nullable=False),
    Column("as_of", DateTime(timezone=True), nullable=False),
    Column("duty", LargeBinary, nullable=False),  # digest of the relation up to then: another makes it void
    Column("state", LargeBinary, nullable=False),
    PrimaryKeyConstraint("proximity_id", "as_of"),
)

standings = Table(  # checkpoints of the fold: recovery and replay begin at one of them
    "standings",
    metadata,
    Column("person_id", ForeignKey("persons.id"), nullable=False),
    Column("as_of", DateTime(timezone=True), nullable=False),  # the last report or moment folded in
    Column("terms", LargeBinary, nullable=False),  # digest of the terms up to then: others make it void
    Column("state", LargeBinary, nullable=False),
    PrimaryKeyConstraint("person_id", "as_of"),
)

seats = Table(  # everybody's seat, block by block, as it was a minute or two ago: recovery begins there
    "seats",
    metadata,
    Column("shard", SmallInteger, nullable=False, autoincrement=False),  # of the worker that wrote it
    Column("block", Integer, nullable=False, autoincrement=False),
    Column("as_of", DateTime(timezone=True), nullable=False),  # what was received before is in it
    Column("engine", Text, nullable=False),  # another engine does not read it
    Column("state", LargeBinary, nullable=False),
    PrimaryKeyConstraint("shard", "block"),
)

void_seats = Table(  # people who were folded again since their seats were written down
    "void_seats",
    metadata,
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
)

handed_over = Table(  # people to be folded again: late reports of theirs came, here or to another worker
    "handed_over",
    metadata,
    Column("person_id", ForeignKey("persons.id"), primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, index=True),
    Column("touched_at", DateTime(timezone=True), nullable=False),
)

breaches = Table(
    "breaches",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject_id", BigInteger, nullable=False),  # condition, or device
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("found_at", DateTime(timezone=True), nullable=False),
    Column("is_late", Boolean, nullable=False, server_default="false"),  # found by replay: history, no siren
    Column("annulled_at", DateTime(timezone=True)),  # a late fix showed it never was; the row stays
    Column("opening", JSONB, nullable=False),
    Column("closing", JSONB),
    # What the opening was judged by; null: before this was kept, and of a device no zone and no condition.
    Column("engine", Text),
    Column("policy", Text),
    Column("order_id", ForeignKey("orders.id")),
    Column("zone_id", BigInteger),
    Column("zone_version", Integer),
    Column("condition_row", ForeignKey("conditions.id")),  # the version of the condition: its hours
    Column("ended_by", JSONB),  # of the end: engine, policy, order, zone, zone_version, condition_row
    Column("cites", JSONB),  # the reports it rests on, with digests: geofence.citing
    ForeignKeyConstraint(("zone_id", "zone_version"), ("zone_versions.zone_id", "zone_versions.version")),
    UniqueConstraint("person_id", "kind", "subject_id", "opened_at"),
    CheckConstraint("closed_at >= opened_at", "order"),
)
Index("ix_breaches_person", breaches.c.person_id, breaches.c.opened_at.desc())
for column in ("engine", "policy", "zone_id", "condition_row"):  # recall
    Index(
        f"ix_breaches_{column}",
        breaches.c[column],
        breaches.c.opened_at,
        postgresql_where=breaches.c[column].is_not(None),
    )
Index(
    "ix_breaches_ended_by",
    breaches.c.ended_by,
    postgresql_using="gin",
    postgresql_ops={"ended_by": "jsonb_path_ops"},
)
Index(  # how everybody stands now, whatever the years have gathered
    "ix_breaches_open",
    breaches.c.person_id,
    breaches.c.kind,
    postgresql_where=breaches.c.closed_at.is_(None) & breaches.c.annulled_at.is_(None),
)

former_verdicts = Table(  # what a breach said before a fact changed it: by a trigger, append-only
    "former_verdicts",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("breach_id", ForeignKey("breaches.id"), nullable=False, index=True),
    Column("replaced_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("said", JSONB, nullable=False),  # the whole row of `breaches`
)

alerts = Table(  # what an officer must answer; `state` repeats the last entry so that the queue can be read
    "alerts",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("breach_id", ForeignKey("breaches.id"), nullable=False, unique=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False),
    Column("severity", SmallInteger, nullable=False),  # 1 critical … 4 information
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state in ('new', 'taken', 'closed')", "state"),
        nullable=False,
        server_default="new",
    ),
    Column("taken_by", ForeignKey("users.id")),
)
Index("ix_alerts_open", alerts.c.severity, alerts.c.raised_at, postgresql_where=alerts.c.state != "closed")
Index("ix_alerts_person", alerts.c.person_id, alerts.c.raised_at.desc())
Index("ix_alerts_raised_at", alerts.c.raised_at, postgresql_using="brin")

alert_entries = Table(  # append-only
    "alert_entries",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column(
        "kind",
        Text,
        CheckConstraint(
            "kind in ('raised', 'taken', 'handed', 'released', 'noted', 'called', 'messaged', 'stepped',"
            " 'escalated', 'drafted', 'ended', 'annulled', 'closed')",
            "kind",
        ),
        nullable=False,
    ),
    Column("by_user", ForeignKey("users.id")),  # null: the platform
    Column("note", Text),
    Column(
        "outcome",
        Text,
        CheckConstraint("outcome in ('violation', 'excuse', 'authorised', 'false', 'technical')", "outcome"),
    ),
    Column("to_user", ForeignKey("users.id")),
    Column("said", Text),  # a code: of a call, a step, who was told, a proposed measure
    Column("command_id", BigInteger, ForeignKey("commands.id")),
    CheckConstraint("(kind = 'handed') = (to_user is not null)", "handed"),
    CheckConstraint("(kind in ('called', 'stepped', 'escalated', 'drafted')) = (said is not null)", "said"),
    CheckConstraint("(kind = 'messaged') = (command_id is not null)", "messaged"),
    Index("ix_alert_entries_closed", "at", postgresql_where=text("kind = 'closed'")),
    Index("ix_alert_entries_command", "command_id", postgresql_where=text("command_id is not null")),
)
