#!/bin/sh
# start-redis.sh CONF ACL [lines of redis.conf]: starts Redis in its data folder with the passwords from files.
# REDIS_PASSWORD_FILE is the password of Shoal. Set REDIS_INTERNAL_PASSWORD_FILE (the password of replicas, sentinels
# and administrators) if this is one of several nodes. Such a node saves the changes of a failover in node.conf, which
# includes CONF and is never overwritten here. Passwords are written as SHA-256 into RUN_DIR (/run/redis), which can be
# a tmpfs.
set -eu
conf=$1
acl=$2
shift 2
run=${RUN_DIR:-/run/redis}

# An empty file would give the digest of an empty password, which lets everyone in.
needs() {
  [ -s "$1" ] || { echo "the password file $1 is empty or missing: run deploy/compose/make-secrets.sh" >&2; exit 78; }
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
  # Every node needs the password of the replicas, including the master: after a failover it becomes a replica.
  write "$@" 'masteruser replication' "masterauth \"$(cat "$REDIS_INTERNAL_PASSWORD_FILE")\"" >node.new
  mv node.new node.conf
fi
exec redis-server node.conf
