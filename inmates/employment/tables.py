"""Jobs, placements, what was worked, enforcement documents, payrolls and what they paid."""

from sqlalchemy import (
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
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, ExcludeConstraint

from core.db import metadata

FIRST_DAY = "extract(day from month) = 1"

jobs = Table(
    "jobs",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("institution_id", ForeignKey("institutions.id"), nullable=False, index=True),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

job_versions = Table(
    "job_versions",
    metadata,
    Column("job_id", ForeignKey("jobs.id"), primary_key=True),
    Column("version", Integer, CheckConstraint("version > 0", "version"), primary_key=True),
    Column("title", Text, CheckConstraint("title <> ''", "title"), nullable=False),
    Column("isco", Text, CheckConstraint("isco ~ '^[0-9]{4}$'", "isco"), nullable=False),
    Column(
        "effort", Text, CheckConstraint("effort in ('light', 'ordinary', 'heavy')", "effort"), nullable=False
    ),
    Column("is_open", Boolean, nullable=False),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

job_placements = Table(
    "job_placements",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("job_id", ForeignKey("jobs.id"), nullable=False, index=True),
    Column("tariff", Text, CheckConstraint("tariff in ('hourly', 'piece')", "tariff"), nullable=False),
    Column("rate", BigInteger, CheckConstraint("rate > 0", "rate"), nullable=False),
    Column("during", DATERANGE, CheckConstraint("not isempty(during)", "during"), nullable=False),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ended_by", ForeignKey("users.id")),
    UniqueConstraint("id", "person_id"),
    CheckConstraint("upper_inf(during) = (ended_by is null)", "ended"),
    ExcludeConstraint(("person_id", "="), ("job_id", "="), ("during", "&&"), name="ex_job_placements_during"),
)

work_entries = Table(  # only ever grows: a correction names the entry it replaces
    "work_entries",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("placement_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("kind", Text, CheckConstraint("kind in ('shift', 'output', 'void')", "kind"), nullable=False),
    Column("on_date", Date, nullable=False),
    Column("starts_at", DateTime(timezone=True)),
    Column("ends_at", DateTime(timezone=True)),
    Column("break_min", Integer, nullable=False, server_default="0"),
    Column("pieces", Integer),
    Column("replaces", BigInteger, unique=True),
    Column("why", Text, nullable=False, server_default=""),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("id", "placement_id"),
    ForeignKeyConstraint(["placement_id", "person_id"], ["job_placements.id", "job_placements.person_id"]),
    ForeignKeyConstraint(["replaces", "placement_id"], ["work_entries.id", "work_entries.placement_id"]),
    CheckConstraint(
        "coalesce(case kind when 'shift' then break_min >= 0 and pieces is null"
        " and ends_at - starts_at > make_interval(mins => break_min)"
        " when 'output' then pieces > 0 and starts_at is null and ends_at is null"
        " else replaces is not null and pieces is null and starts_at is null and ends_at is null end, false)",
        "said",
    ),
    CheckConstraint("replaces is null or why <> ''", "why"),
)
Index("ix_work_entries_person", work_entries.c.person_id, work_entries.c.on_date)
Index("ix_work_entries_placement", work_entries.c.placement_id, work_entries.c.on_date)

writs = Table(
    "writs",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False),
    Column("number", Text, CheckConstraint("number <> ''", "number"), nullable=False),
    Column("issuer", Text, CheckConstraint("issuer <> ''", "issuer"), nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("id", "person_id"),
    UniqueConstraint("person_id", "issuer", "number"),
)

writ_versions = Table(
    "writ_versions",
    metadata,
    Column("writ_id", ForeignKey("writs.id"), primary_key=True),
    Column("version", Integer, CheckConstraint("version > 0", "version"), primary_key=True),
    Column("creditor", Text, CheckConstraint("creditor <> ''", "creditor"), nullable=False),
    Column(
        "kind",
        Text,
        CheckConstraint("kind in ('alimony', 'health_damage', 'crime_damage', 'state', 'other')", "kind"),
        nullable=False,
    ),
    Column("basis", Text, nullable=False),
    Column("total", BigInteger, CheckConstraint("total > 0", "total")),
    Column("monthly", BigInteger, CheckConstraint("monthly > 0", "monthly")),
    Column("share", Text, CheckConstraint("share ~ '^([1-9][0-9]?/[1-9][0-9]?)?$'", "share"), nullable=False),
    Column("during", DATERANGE, CheckConstraint("not isempty(during)", "during"), nullable=False),
    Column(
        "state", Text, CheckConstraint("state in ('active', 'suspended', 'closed')", "state"), nullable=False
    ),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint(
        "case basis when 'sum' then total is not null and monthly is null and share = ''"
        " when 'share' then share <> '' and monthly is null"
        " when 'monthly' then monthly is not null and share = '' else false end",
        "basis",
    ),
)

hand_deductions = Table(  # what an institution holds back itself; a correction names what it replaces
    "hand_deductions",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("placement_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False, index=True),
    Column("month", Date, CheckConstraint(FIRST_DAY, "month"), nullable=False),
    Column("kind", Text, CheckConstraint("kind in ('upkeep', 'damage', 'other')", "kind"), nullable=False),
    Column("amount", BigInteger, CheckConstraint("amount >= 0", "amount"), nullable=False),
    Column("ground", Text, CheckConstraint("ground <> ''", "ground"), nullable=False),
    Column("replaces", ForeignKey("hand_deductions.id"), unique=True),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    ForeignKeyConstraint(["placement_id", "person_id"], ["job_placements.id", "job_placements.person_id"]),
    CheckConstraint("amount > 0 or replaces is not null", "withdrawn"),
)

payrolls = Table(  # a month of an institution, approved; a correction is a new one that names the old
    "payrolls",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("institution_id", ForeignKey("institutions.id"), nullable=False),
    Column("month", Date, CheckConstraint(FIRST_DAY, "month"), nullable=False),
    Column("replaces", BigInteger, unique=True),
    Column("why", Text, nullable=False, server_default=""),
    Column("digest", ForeignKey("rule_sets.digest"), nullable=False),
    Column("approved_by", ForeignKey("users.id"), nullable=False),
    Column("approved_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("id", "institution_id", "month"),
    ForeignKeyConstraint(
        ["replaces", "institution_id", "month"],
        ["payrolls.id", "payrolls.institution_id", "payrolls.month"],
    ),
    CheckConstraint("(replaces is null) = (why = '')", "why"),
)
Index(
    "uq_payrolls_first",
    payrolls.c.institution_id,
    payrolls.c.month,
    unique=True,
    postgresql_where=payrolls.c.replaces.is_(None),
)

payslips = Table(  # what it was computed from and every line, so that it can be computed again
    "payslips",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("payroll_id", ForeignKey("payrolls.id"), nullable=False),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("facts", JSONB, nullable=False),
    Column("slip", JSONB, nullable=False),
    UniqueConstraint("payroll_id", "person_id"),
    UniqueConstraint("id", "person_id"),
)

writ_payments = Table(  # a balance moves by these alone
    "writ_payments",
    metadata,
    Column("payslip_id", BigInteger, primary_key=True),
    Column("writ_id", BigInteger, primary_key=True),
    Column("person_id", BigInteger, nullable=False),
    Column("amount", BigInteger, CheckConstraint("amount > 0", "amount"), nullable=False),
    ForeignKeyConstraint(["payslip_id", "person_id"], ["payslips.id", "payslips.person_id"]),
    ForeignKeyConstraint(["writ_id", "person_id"], ["writs.id", "writs.person_id"]),
)
Index("ix_writ_payments_writ_id", writ_payments.c.writ_id)
