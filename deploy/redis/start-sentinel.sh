#!/bin/sh
# start-sentinel.sh TEMPLATE NAME MASTER-HOST [MASTER-PORT]: a sentinel with a file of its own in DATA_DIR (/data).
# The file is made once; afterwards it is the sentinel's, which writes down who is master now.
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
    '') echo "the password's file $REDIS_INTERNAL_PASSWORD_FILE is empty: run deploy/compose/make-secrets.sh" >&2; exit 78 ;;
    *[!A-Za-z0-9_-]*) echo "$REDIS_INTERNAL_PASSWORD_FILE: use letters, digits, - and _ only" >&2; exit 78 ;;
  esac
  sed -e "s/\"PASSWORD\"/\"$password\"/" -e "s/SENTINEL-NAME/$name/" \
    -e "s/MASTER-HOST/$host/" -e "s/MASTER-PORT/$port/" "$template" >"$file.new"
  mv "$file.new" "$file"
fi
exec redis-sentinel "$file"
