#!/bin/sh
# Start PostgreSQL with PostGIS in a container; the first start makes the cluster and the database.
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  "$bin/initdb" -D "$PGDATA" -U ejazo -E UTF8 --locale=C.UTF-8 --auth-local=peer --auth-host=scram-sha-256 \
    --pwfile=/run/secrets/database_password
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  echo 'create database ejazo' | "$bin/postgres" --single -D "$PGDATA" postgres >/dev/null
fi
exec "$bin/postgres" -D "$PGDATA" -c listen_addresses='*' -c timezone=UTC
