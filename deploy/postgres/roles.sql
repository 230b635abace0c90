-- Two roles for Shoal in a database of its own: shoal_owner makes and changes the tables and is used by `shoal migrate`
-- and `shoal restore` alone; shoal_app reads and writes rows and is what the instances sign in with. Run as an
-- administrator, as often as you like, also where one role has owned everything so far:
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
  -- Makes the objects below its own where the administrator is no superuser, as with managed databases.
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
-- Tables of later migrations.
alter default privileges for role shoal_owner in schema shoal
  grant select, insert, update, delete on tables to shoal_app;
