import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ContainerOptions } from './container.ts'

export const root = join(import.meta.dirname, '../../..')

/** Replaces an official image: what it adds to a service of a compose file, with the programs of this machine. */
export type StandIn = Pick<ContainerOptions, 'user' | 'command' | 'workingFolder' | 'env'> & {
  prepare?: string
  mounts?: ContainerOptions['mounts']
  /** The owner of the folders of volumes. */
  owner?: string
  /** The health check of the image, in the format of a compose file. */
  healthcheck?: string[]
}

export function standInFor(image: string, nginx: string): StandIn {
  const name = /^(?:.*\/)?([\w.-]+?)(?::|@|$)/.exec(image)?.[1]
  if (name === 'redis') return { user: 'redis', command: [], workingFolder: '/data', env: {}, owner: 'redis' }
  if (name === 'nginx') return nginxImage(nginx)
  if (name === 'postgres') return postgresImage()
  if (name === 'shoal') return shoalImage()
  throw new Error(`no stand-in for the image ${image}: add one to standInFor`)
}

/** Creates the user `nginx`, which Debian does not have. */
function nginxImage(program: string): StandIn {
  return {
    user: 'nginx',
    command: ['/usr/sbin/nginx', '-c', '/etc/nginx/nginx.conf', '-e', '/dev/stderr', '-g', 'daemon off;'],
    workingFolder: '/',
    env: {},
    mounts: [{ from: program, to: '/usr/sbin/nginx', readOnly: true }],
    prepare: [
      'echo nginx:x:65501:65501::/nonexistent:/usr/sbin/nologin >> /etc/passwd',
      'echo nginx:x:65501: >> /etc/group',
    ].join('\n'),
  }
}

/** Works like docker-entrypoint.sh: initializes an empty folder, runs the scripts once, then listens. */
function postgresImage(): StandIn {
  const bin = dirname(globSync('/usr/lib/postgresql/*/bin/initdb').sort().at(-1) ?? '')
  const data = '/var/lib/postgresql/data'
  const script = `set -eu
export PATH=${bin}:$PATH POSTGRES_PASSWORD="$(cat "$POSTGRES_PASSWORD_FILE")"
unset POSTGRES_PASSWORD_FILE
if [ ! -s ${data}/PG_VERSION ]; then
  printf %s "$POSTGRES_PASSWORD" > /tmp/password
  initdb -D ${data} -U "\${POSTGRES_USER:-postgres}" -E UTF8 --auth-local=trust --auth-host=scram-sha-256 --pwfile=/tmp/password --no-sync
  rm /tmp/password
  echo 'host all all all scram-sha-256' >> ${data}/pg_hba.conf
  pg_ctl -D ${data} -o "-c listen_addresses=''" -w start
  psql -U "\${POSTGRES_USER:-postgres}" -d postgres -c "create database \\"$POSTGRES_DB\\""
  for file in /docker-entrypoint-initdb.d/*.sh; do
    if [ -x "$file" ]; then "$file"; fi
  done
  pg_ctl -D ${data} -m fast -w stop
fi
exec postgres -D ${data} -c 'listen_addresses=*'`
  return {
    user: 'postgres',
    command: ['sh', '-c', script],
    workingFolder: '/',
    env: {},
    owner: 'postgres',
    prepare: 'mkdir -p /run/postgresql && chown postgres /run/postgresql',
  }
}

/** The contents and the environment of the last stage of deploy/Dockerfile. */
function shoalImage(): StandIn {
  const dockerfile = readFileSync(join(root, 'deploy/Dockerfile'), 'utf8')
  const [, variables = ''] = /^ENV (.*)$/m.exec(dockerfile) ?? []
  const env = Object.fromEntries(variables.split(' ').map((pair) => pair.split('=') as [string, string]))
  const [, check = ''] = /^HEALTHCHECK [^]*?CMD (\[.*\])$/m.exec(dockerfile) ?? []
  const parts = ['package.json', 'node_modules', 'dist/web', 'protocol', 'server']
  return {
    user: '1000:1000',
    command: ['node', 'server/cli.ts', 'start'],
    workingFolder: '/app',
    env,
    mounts: [
      ...parts.map((part) => ({ from: join(root, part), to: `/app/${part}`, readOnly: true })),
      { from: process.execPath, to: '/usr/local/bin/node', readOnly: true },
    ],
    prepare: 'mkdir -p /app/backend/data && chown 1000:1000 /app/backend/data',
    owner: '1000',
    healthcheck: ['CMD', ...(JSON.parse(check) as string[])],
  }
}
