"""The platform's processes get roles of their own, which own no records and change nothing that only grows."""

from alembic import op

revision = "0045"
down_revision = "0044"

# Who may do what follows from the tables as they are: `ejazo migrate` calls this after the last migration.
GRANT = """
create function grant_to_platform() returns integer language plpgsql as $$
declare
    one record;
    given integer := 0;
    of_workers constant text[] := array[
        'fixes', 'fix_windows', 'fix_window_aids', 'archived_days', 'heartbeats', 'blind_times',
        'ledger_blocks', 'ledger_forms', 'ledger_heads', 'ledger_nodes'
    ];
begin
    if (select count(*) from pg_roles where rolname in ('ejazo_api', 'ejazo_worker')) < 2 then
        return 0;
    end if;
    grant usage on schema public to ejazo_api;
    grant create on schema public to ejazo_worker;
    grant ejazo_api to ejazo_worker;
    for one in
        select c.relname, c.relkind,
            exists (
                select from pg_trigger t where t.tgrelid = c.oid and t.tgfoid = 'refuse_change'::regproc
            ) as grows
        from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
            and pg_has_role(c.relowner, 'usage') and c.relname <> 'spatial_ref_sys'
    loop
        execute format('revoke all on table %I from public, ejazo_api', one.relname);
        execute format('grant select on table %I to ejazo_api', one.relname);
        continue when one.relname = 'alembic_version' or one.relname = 'fixes';
        execute format(
            'grant insert %s on table %I to %I',
            case when one.grows then '' else ', update, delete' end,
            one.relname,
            case when one.relname = any(of_workers) then 'ejazo_worker' else 'ejazo_api' end
        );
        given := given + 1;
    end loop;
    grant usage, select on all sequences in schema public to ejazo_api;
    for one in
        select 'fixes' as relname where pg_get_userbyid((
            select relowner from pg_class where oid = 'fixes'::regclass
        )) <> 'ejazo_worker'
        union all
        select i.inhrelid::regclass::text
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'fixes'::regclass and pg_get_userbyid(c.relowner) <> 'ejazo_worker'
    loop
        execute format('alter table %s owner to ejazo_worker', one.relname);
    end loop;
    return given;
end $$
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(GRANT)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("drop function grant_to_platform()")
