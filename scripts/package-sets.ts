import { existsSync, globSync, readdirSync } from 'node:fs'
import { findProgram } from '../test/support/find-program.ts'

/** A Debian package. */
export interface SystemPackage {
  name: string
  isInstalled: () => boolean
  /** The programs that our commands use from it. */
  programs: string[]
  /** A substitute: enough if it is installed, and installed if Debian does not have the first package. */
  substitute?: SystemPackage
}

/**
 * A package that counts as installed if all of its programs are found; by default, one program with the package's name.
 */
function program(name: string, programs = [name], substitute?: SystemPackage): SystemPackage {
  return {
    name,
    programs,
    isInstalled: () => programs.every((it) => findProgram(it) !== undefined),
    ...(substitute ? { substitute } : {}),
  }
}

const fonts = '/usr/share/fonts/truetype/noto'

/** The packages that our commands need, by purpose. */
export const packageSets = {
  servers: [
    program('redis-server', ['redis-server', 'redis-cli']),
    program('redis-sentinel'),
    {
      name: 'postgresql',
      programs: ['initdb'],
      // Debian keeps the programs of each version in a folder outside of PATH.
      isInstalled: () =>
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
      isInstalled: () => existsSync(fonts) && readdirSync(fonts).length > 5,
    },
    {
      name: 'fonts-noto-color-emoji',
      programs: [],
      isInstalled: () => existsSync(`${fonts}/NotoColorEmoji.ttf`),
    },
  ],
  /** The browser that users have, so that the bench measures their cost. */
  'measured browser': [program('chromium')],
  /** The second browser that the page is tested in. */
  firefox: [program('firefox-esr')],
  /** Additional servers whose configuration files are published in deploy/. */
  proxies: [program('haproxy'), program('caddy'), program('prometheus', ['promtool'])],
  network: [program('iproute2', ['ip'])],
  /** Docker and compose, which start the published compose files as users do. */
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
