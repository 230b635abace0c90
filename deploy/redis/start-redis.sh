#!/bin/sh
# start-redis.sh CONF ACL [lines of redis.conf]: Redis whose users have passwords from files, started in its data folder.
# REDIS_PASSWORD_FILE is Shoal's. With REDIS_INTERNAL_PASSWORD_FILE, that of replicas, sentinels and administrators, it
# is a node of several: what a failover changes is kept in node.conf here, which includes CONF and stays as it is.
# Passwords are written as SHA-256 into RUN_DIR (/run/redis), which needs no more than a tmpfs.
set -eu
conf=$1
acl=$2
shift 2
run=${RUN_DIR:-/run/redis}

# Without a password the digest would be that of none, which lets everybody in.
needs() {
  [ -s "$1" ] || { echo "the password's file $1 is empty or not there: run deploy/compose/make-secrets.sh" >&2; exit 78; }
}
needs "${REDIS_PASSWORD_FILE:?name the file with the password of Shoal}"
[ -z "${REDIS_INTERNAL_PASSWORD_FILE:-}" ] || needs "$REDIS_INTERNAL_PASSWORD_FILE"

digest() {
  printf %s "$(cat "$1")" | sha256sum | cut -d ' ' -f 1
}

write() {
  echo "include $conf"
  echo "aclfile $run/users.acl"
  for line in "$@"; do echo "$line"; done
}

umask 077
sed "s/PASSWORD-SHA256/$(digest "$REDIS_PASSWORD_FILE")/" "$acl" >"$run/users.acl"
if [ -z "${REDIS_INTERNAL_PASSWORD_FILE:-}" ]; then
  write "$@" >"$run/redis.conf"
  exec redis-server "$run/redis.conf"
fi
sed "s/INTERNAL-SHA256/$(digest "$REDIS_INTERNAL_PASSWORD_FILE")/" "$run/users.acl" >"$run/users.new"
mv "$run/users.new" "$run/users.acl"
if [ ! -s node.conf ]; then
  # Every node knows the replicas' password, the master too: after a failover the master of today is a replica.
  write "$@" 'masteruser replication' "masterauth \"$(cat "$REDIS_INTERNAL_PASSWORD_FILE")\"" >node.new
  mv node.new node.conf
fi
exec redis-server node.conf
