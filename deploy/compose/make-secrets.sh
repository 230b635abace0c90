#!/bin/sh
# make-secrets.sh FOLDER [HOST]: the passwords, addresses and (unless there is one) the certificate that the compose
# files read. What is there already is kept, so that it can be run again.
set -eu
folder=${1:?say where: make-secrets.sh ./secrets chat.example.com}
host=${2:-localhost}
mkdir -p "$folder"
# Containers read these files as users of their own: the folder keeps others of this machine out, not the files.
chmod 700 "$folder"
umask 022

make() {
  [ -s "$folder/$1" ] || printf %s "$2" >"$folder/$1"
}
random() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

make webui-secret-key "$(random)"
make postgres-password "$(random)"
make redis-password "$(random)"
make redis-internal-password "$(random)"
make database-url "postgresql://shoal:$(cat "$folder/postgres-password")@postgres:5432/shoal"
password=$(cat "$folder/redis-password")
make redis-url "redis://shoal:$password@redis:6379"
make redis-sentinel-url "redis://shoal:$password@mymaster"
make redis-cluster-url "redis://shoal:$password@redis:6379,redis-2:6379,redis-3:6379"
if [ ! -s "$folder/tls-cert.pem" ]; then
  openssl req -x509 -days 825 -subj "/CN=$host" -addext "subjectAltName=DNS:$host" -nodes \
    -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
    -keyout "$folder/tls-key.pem" -out "$folder/tls-cert.pem" 2>/dev/null
  echo "Made a certificate for $host that no browser trusts yet. Put yours into $folder/tls-cert.pem and tls-key.pem."
fi
chmod 644 "$folder"/*
echo "Secrets are in $folder: keep a copy of webui-secret-key and postgres-password."
