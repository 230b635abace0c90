#!/bin/sh
# start-sentinel.sh TEMPLATE NAME MASTER-HOST [MASTER-PORT]: starts a sentinel with its own file in DATA_DIR (/data).
# This script creates the file once; afterwards the sentinel updates it, for example with the current master.
set -eu
template=$1
name=$2
host=$3
port=${4:-6379}
file=${DATA_DIR:-/data}/sentinel.conf
if [ ! -s "$file" ]; then
  umask 077
  password=$(cat "${REDIS_INTERNAL_PASSWORD_FILE:?name the file with the password of replicas and sentinels}")
  case $password in
    '') echo "the password file $REDIS_INTERNAL_PASSWORD_FILE is empty: run deploy/compose/make-secrets.sh" >&2; exit 78 ;;
    *[!A-Za-z0-9_-]*) echo "the password in $REDIS_INTERNAL_PASSWORD_FILE has other characters than letters, digits, - and _: choose another one" >&2; exit 78 ;;
  esac
  sed -e "s/\"PASSWORD\"/\"$password\"/" -e "s/SENTINEL-NAME/$name/" \
    -e "s/MASTER-HOST/$host/" -e "s/MASTER-PORT/$port/" "$template" >"$file.new"
  mv "$file.new" "$file"
fi
exec redis-sentinel "$file"
