import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { debianBase } from '../../../scripts/bare/debian-base.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import type { DockerEngine } from './docker-engine.ts'
import type { Nginx } from './new-nginx.ts'
import { root, standInFor } from './stand-in-images.ts'

/** Variables of the published compose files, set to the images that are built here. */
export type ImageVariables = Record<string, string>

const tag = 'of-debian'

/**
 * Builds the images that the published compose files would pull: minimal Debian systems with a server from Debian's
 * packages, and Shoal from this folder.
 */
export async function makeImages(engine: DockerEngine, nginx: Nginx): Promise<ImageVariables> {
  await using folder = await temporaryFolder('images')
  const build = async (name: string, packages: string[], lines: string[], copies: string): Promise<void> => {
    const base = `debian-${name}`
    const system = await debianBase('bookworm', packages)
    await engine.shell(`tar -C '${system}' -c . | docker import - ${base} > /dev/null`)
    const context = join(folder.path, name)
    await mkdir(context)
    await writeFile(join(context, 'Dockerfile'), [`FROM ${base}`, ...lines, ''].join('\n'))
    const network = '--network none'
    await engine.shell(
      `tar -C '${context}' -c Dockerfile ${copies} | docker build ${network} --tag ${name}:${tag} -`,
    )
  }
  await build('redis', ['redis-server'], redisLines, '')
  await build('postgres', ['postgresql'], postgresLines(), '')
  await build('nginx', ['nginx', 'wget'], nginxLines, fileAs(nginx.path, 'nginx'))
  const parts = ['package.json', 'node_modules', 'dist/web', 'protocol', 'server']
  const shoal = `-C '${root}' ${parts.join(' ')} ${fileAs(process.execPath, 'node')}`
  await build('shoal', [], shoalLines(), shoal)
  return { REDIS_VERSION: tag, POSTGRES_VERSION: tag, NGINX_VERSION: tag, SHOAL_IMAGE: `shoal:${tag}` }
}

/** Arguments for tar that add a file of this machine under the name that the Dockerfile copies. */
function fileAs(path: string, name: string): string {
  return `--transform 's,^${path.slice(1)}$,${name},' -C / '${path.slice(1)}'`
}

const redisLines = ['RUN mkdir /data && chown redis:redis /data', 'WORKDIR /data', 'VOLUME /data']

const nginxLines = [
  'COPY nginx /usr/sbin/nginx',
  'RUN useradd --system --uid 65501 --no-create-home nginx',
  `CMD ${JSON.stringify(standInFor('nginx', '').command)}`,
]

function postgresLines(): string[] {
  const { command } = standInFor('postgres', '')
  return [
    'RUN mkdir -p /run/postgresql /var/lib/postgresql/data && chown postgres /run/postgresql /var/lib/postgresql/data',
    'VOLUME /var/lib/postgresql/data',
    'USER postgres',
    // Uses the programs in the image, whatever their version.
    `CMD ${JSON.stringify(command.map((word) => word.replace(/^export PATH=\S+/m, 'export PATH=$(echo /usr/lib/postgresql/*/bin):$PATH')))}`,
  ]
}

function shoalLines(): string[] {
  const { command, env, healthcheck = [] } = standInFor('shoal', '')
  return [
    'WORKDIR /app',
    'COPY node /usr/local/bin/node',
    'COPY package.json ./',
    'COPY node_modules node_modules',
    'COPY dist/web dist/web',
    'COPY protocol protocol',
    'COPY server server',
    'RUN mkdir -p /app/backend/data && chown 1000:1000 /app/backend/data',
    ...Object.entries(env).map(([name, value]) => `ENV ${name}=${value}`),
    'USER 1000:1000',
    'VOLUME /app/backend/data',
    `HEALTHCHECK --interval=10s CMD ${JSON.stringify(healthcheck.slice(1))}`,
    `CMD ${JSON.stringify(command)}`,
  ]
}
