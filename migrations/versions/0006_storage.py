"""Fixes in narrower rows, and the files that hold the days that are over. Rows that exist are kept."""

from alembic import op

revision = "0006"
down_revision = "0005"

TABLE = """
create table fixes (
    taken_at timestamp with time zone not null,
    sent_at timestamp with time zone not null,
    received_at timestamp with time zone not null,
    lon double precision not null,
    lat double precision not null,
    sequence bigint not null,
    device_id integer not null,
    person_id integer not null,
    accuracy_m real,
    speed_mps real,
    course_deg real,
    hdop real,
    satellites smallint,
    battery smallint,
    mechanism smallint not null,
    flags smallint not null,
    constraint pk_fixes primary key (device_id, taken_at, sequence)
)
partition by range (taken_at)
"""
NAMES = """taken_at, sent_at, received_at, lon, lat, sequence, device_id, person_id, accuracy_m, speed_mps,
    course_deg, hdop, satellites, battery, mechanism, flags"""
ARCHIVED = """
create table archived_days (
    day date not null,
    number smallint not null,
    rows bigint not null,
    digest text not null,
    file text not null,
    bytes bigint not null,
    first_device bigint not null,
    last_device bigint not null,
    source bigint not null,
    archived_at timestamp with time zone default now() not null,
    constraint pk_archived_days primary key (day, number)
)
"""
# While a day is written anew, rows that still come for it are written down twice (tracking.store.settling).
MIRROR = """
create function keep_late_fix() returns trigger language plpgsql as $$
begin
    execute format('insert into %I select ($1).*', tg_table_name || '_late') using new;
    return null;
end $$
"""
PARTITIONS = """
select child.relname, pg_get_expr(child.relpartbound, child.oid)
from pg_inherits join pg_class child on child.oid = inhrelid
where inhparent = 'fixes_before'::regclass
order by 1
"""


def upgrade() -> None:
    run = op.get_bind().exec_driver_sql
    run("set local statement_timeout = 0")  # every kept fix is written anew: some 5 µs each
    run("alter table fixes rename to fixes_before")
    run("alter table fixes_before rename constraint pk_fixes to pk_fixes_before")
    run("alter index ix_fixes_received_at rename to ix_fixes_before_received_at")
    run(TABLE)
    run("create index ix_fixes_received_at on fixes using brin (received_at)")
    for name, bound in run(PARTITIONS).all():
        run(f"alter table fixes_before detach partition {name}")
        run(f"alter table {name} rename to {name}_before")
        run(f"create table {name} (like fixes including defaults) with (autovacuum_vacuum_insert_threshold = -1)")
        run(f"insert into {name} ({NAMES}) select {NAMES} from {name}_before")
        run(f"drop table {name}_before")
        run(f"alter table fixes attach partition {name} {bound}")
    run("drop table fixes_before")
    run(ARCHIVED)
    run(MIRROR)


def downgrade() -> None:
    raise NotImplementedError("nothing of it needs to be undone: the names and their meanings are the same")
