#!/bin/sh
# Start PostgreSQL with PostGIS in a container; the first start makes the cluster and the database.
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  "$bin/initdb" -D "$PGDATA" -U ejazo -E UTF8 --locale=C.UTF-8 --auth-local=peer --auth-host=scram-sha-256 \
    --pwfile=/run/secrets/database_password
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  {
    echo 'create database ejazo'
    for role in api worker; do # ADR-0041: the platform's processes own nothing; `ejazo migrate` grants the rest
      printf "create role ejazo_%s login password '%s'\n" $role "$(sed "s/'/''/g" "/run/secrets/${role}_password")"
    done
    echo 'grant pg_read_all_stats to ejazo_worker'
  } | "$bin/postgres" --single -D "$PGDATA" postgres >/dev/null
fi
# docs/storage.md argues the last line; synchronous_commit stays on: what is acknowledged is on the disk.
exec "$bin/postgres" -D "$PGDATA" -c listen_addresses='*' -c timezone=UTC \
  -c max_wal_size=8GB -c checkpoint_timeout=15min -c wal_compression=lz4 -c effective_io_concurrency=200 -c random_page_cost=1.1
