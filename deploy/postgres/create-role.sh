#!/bin/sh
# The image of PostgreSQL runs this once, when its volume is empty. Creates the role of Shoal, which owns its database
# and has no rights outside of it, and removes the superuser's password, so that only the container itself can use it.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "$POSTGRES_DB" <<'SQL'
\set password `printf %s "$POSTGRES_PASSWORD"`
\set database `printf %s "$POSTGRES_DB"`
create role shoal login password :'password';
alter database :"database" owner to shoal;
revoke connect, temporary on database :"database" from public;
alter role current_user password null;
SQL
