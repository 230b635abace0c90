#!/bin/sh
# Run once by the image of PostgreSQL, when its volume is empty: the role that Shoal signs in with. It owns its database
# and may do nothing outside of it. The superuser loses its password, so it is reached from inside the container only.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "$POSTGRES_DB" <<'SQL'
\set password `printf %s "$POSTGRES_PASSWORD"`
\set database `printf %s "$POSTGRES_DB"`
create role shoal login password :'password';
alter database :"database" owner to shoal;
revoke connect, temporary on database :"database" from public;
alter role current_user password null;
SQL
