#!/bin/sh
# create-cluster.sh HOST…: joins six nodes into a Cluster of three masters, each with a replica, unless they are joined
# already. A HOST may have a port (host:7001). Succeeds only when every slot is served.
set -eu
REDISCLI_AUTH=$(cat "$REDIS_INTERNAL_PASSWORD_FILE")
export REDISCLI_AUTH

first=${1%%:*}
port=${1##*:}
[ "$port" != "$first" ] || port=6379
admin() {
  redis-cli -h "$first" -p "$port" --user admin "$@"
}
state() {
  admin cluster info | tr -d '\r' | sed -n 's/^cluster_state://p'
}

known=$(admin cluster info | tr -d '\r' | sed -n 's/^cluster_known_nodes://p')
if [ "$known" = 1 ]; then
  nodes=
  for node in "$@"; do
    host=${node%%:*}
    at=${node##*:}
    [ "$at" != "$host" ] || at=6379
    # Nodes connect to each other by IP address; they announce host names to clients.
    nodes="$nodes $(getent hosts "$host" | awk 'NR == 1 { print $1 }'):$at"
  done
  # shellcheck disable=SC2086
  redis-cli --user admin --cluster create $nodes --cluster-replicas 1 --cluster-yes
fi
tries=0
until [ "$(state)" = ok ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || { echo "The Cluster was not complete within a minute. Check the logs of the nodes. cluster info: $(admin cluster info)" >&2; exit 69; }
  sleep 1
done
