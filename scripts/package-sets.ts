import { existsSync, globSync, readdirSync } from 'node:fs'
import { findProgram } from '../test/support/find-program.ts'

/** A package of Debian. */
export interface SystemPackage {
  name: string
  present: () => boolean
  /** The programs that are taken from it. */
  programs: string[]
  /** Another package that does as well: where it is there, or Debian does not have the first. */
  otherwise?: SystemPackage
}

/** A package that is there when all of its programs are; by default the one of its own name. */
function program(name: string, programs = [name], otherwise?: SystemPackage): SystemPackage {
  return {
    name,
    programs,
    present: () => programs.every((it) => findProgram(it) !== undefined),
    ...(otherwise ? { otherwise } : {}),
  }
}

const fonts = '/usr/share/fonts/truetype/noto'

/** What our commands start or call, by purpose. */
export const packageSets = {
  servers: [
    program('redis-server', ['redis-server', 'redis-cli']),
    program('redis-sentinel'),
    {
      name: 'postgresql',
      programs: ['initdb'],
      // Debian keeps the programs of each version in a folder that no PATH has.
      present: () =>
        globSync('/usr/lib/postgresql/*/bin/initdb').length > 0 || findProgram('initdb') !== undefined,
    },
    program('procps', ['ps']),
  ],
  certificates: [program('openssl')],
  nginx: [program('nginx')],
  browser: [
    program('chromium-headless-shell', ['chromium-headless-shell'], program('chromium')),
    {
      name: 'fonts-noto-core',
      programs: [],
      present: () => existsSync(fonts) && readdirSync(fonts).length > 5,
    },
    {
      name: 'fonts-noto-color-emoji',
      programs: [],
      present: () => existsSync(`${fonts}/NotoColorEmoji.ttf`),
    },
  ],
  /** The browser as people have it: it costs what it costs them. */
  'measured browser': [program('chromium')],
  /** Servers of the published files beside those of `servers` and `nginx`. */
  proxies: [program('haproxy'), program('caddy'), program('prometheus', ['promtool'])],
  network: [program('iproute2', ['ip'])],
  /** Docker and its compose, which start the published sets as people do. */
  engine: [program('docker.io', ['dockerd', 'docker']), program('docker-compose'), program('debootstrap')],
  systemd: [program('systemd', ['systemd-analyze'])],
  images: [
    program('buildah', ['buildah'], program('docker.io', ['docker'])),
    program('podman', ['podman'], program('docker.io', ['docker'])),
  ],
  archives: [program('python3')],
  'bare machines': [program('debootstrap'), program('git')],
} satisfies Record<string, SystemPackage[]>

export type PackageSet = keyof typeof packageSets
