#!/bin/sh
# start-redis.sh CONF ACL [redis-server options]: Redis whose users have passwords from files.
# REDIS_PASSWORD_FILE is Shoal's; REDIS_INTERNAL_PASSWORD_FILE is that of replicas, sentinels and administrators.
# The passwords are written as SHA-256 into a file in RUN_DIR (/run/redis), which needs no more than a tmpfs.
set -eu
conf=$1
acl=$2
shift 2
run=${RUN_DIR:-/run/redis}

digest() {
  printf %s "$(cat "$1")" | sha256sum | cut -d ' ' -f 1
}

umask 077
sed "s/PASSWORD-SHA256/$(digest "$REDIS_PASSWORD_FILE")/" "$acl" >"$run/users.acl"
if [ -n "${REDIS_INTERNAL_PASSWORD_FILE:-}" ]; then
  sed "s/INTERNAL-SHA256/$(digest "$REDIS_INTERNAL_PASSWORD_FILE")/" "$run/users.acl" >"$run/users.new"
  mv "$run/users.new" "$run/users.acl"
  # Every node has it, the master too: after a failover the master of today is a replica.
  printf 'masteruser replication\nmasterauth "%s"\n' "$(cat "$REDIS_INTERNAL_PASSWORD_FILE")" >"$run/replication.conf"
  set -- --include "$run/replication.conf" "$@"
fi
exec redis-server "$conf" --aclfile "$run/users.acl" "$@"
