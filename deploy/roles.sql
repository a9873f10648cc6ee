-- Once, as a superuser of the database; then set their passwords (\password). `ejazo` owns the database.
-- ADR-0041 says who may do what; `ejazo migrate` grants it after each update.
create role ejazo_api login;
create role ejazo_worker login;
grant ejazo_api, ejazo_worker to ejazo with admin option;
grant pg_read_all_stats to ejazo_worker;
alter role ejazo replication;
