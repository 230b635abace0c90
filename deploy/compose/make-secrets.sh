#!/bin/sh
# make-secrets.sh FOLDER [HOST]: creates the passwords, addresses and the certificate that the compose files read.
# Existing files are kept, so you can run it again.
set -eu
folder=${1:?name the folder, as in: make-secrets.sh ./secrets chat.example.com}
host=${2:-localhost}
mkdir -p "$folder"
# Containers read these files as different users, so the files are readable; the folder keeps other users out.
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
  echo "Created a self-signed certificate for $host, which browsers do not trust. Put your own into $folder/tls-cert.pem and tls-key.pem."
fi
chmod 644 "$folder"/*
echo "The secrets are in $folder. Back up webui-secret-key and postgres-password."
