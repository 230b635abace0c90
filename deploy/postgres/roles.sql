-- Two roles for Shoal in its own database: shoal_owner creates and changes the tables, and only `shoal migrate` and
-- `shoal restore` use it; shoal_app reads and writes rows, and the instances use it. Run this as an administrator. You
-- can run it again, and also if one role has owned everything so far:
--
--   psql --set ON_ERROR_STOP=1 --dbname shoal --file roles.sql
--   psql --dbname shoal --command '\password shoal_owner' --command '\password shoal_app'
do $$
declare
  thing record;
begin
  if not exists (select from pg_roles where rolname = 'shoal_owner') then
    create role shoal_owner login;
  end if;
  if not exists (select from pg_roles where rolname = 'shoal_app') then
    create role shoal_app login;
  end if;
  -- An administrator who is not a superuser (as in managed databases) needs this to change the owners below.
  if not pg_has_role(current_user, 'shoal_owner', 'member') then
    execute format('grant shoal_owner to %I', current_user);
  end if;
  execute format('grant connect on database %I to shoal_owner, shoal_app', current_database());
  if not exists (select from pg_namespace where nspname = 'shoal') then
    create schema shoal authorization shoal_owner;
  end if;
  alter schema shoal owner to shoal_owner;
  for thing in select tablename from pg_tables where schemaname = 'shoal' loop
    execute format('alter table shoal.%I owner to shoal_owner', thing.tablename);
  end loop;
end
$$;

grant usage on schema shoal to shoal_app;
grant select, insert, update, delete on all tables in schema shoal to shoal_app;
-- Also applies to tables that later migrations create.
alter default privileges for role shoal_owner in schema shoal
  grant select, insert, update, delete on tables to shoal_app;
