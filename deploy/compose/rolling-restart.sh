#!/bin/sh
# rolling-restart.sh [FILES…]: restarts the instances with the current image and settings, one after the other, and
# waits until each one is ready. Users notice nothing. FILES are additional compose files, such as
# compose.sentinel.yaml.
set -eu
cd "$(dirname "$0")"
files='-f compose.yaml'
for file in "$@"; do files="$files -f $file"; done
for instance in shoal-1 shoal-2 shoal-3; do
  # shellcheck disable=SC2086
  docker compose $files up --detach --no-deps --force-recreate --wait --wait-timeout 150 "$instance"
done
