import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiClient } from '../support/api-client.ts'
import { findProgram } from '../support/find-program.ts'
import { Reader } from '../support/reader.ts'
import type { ContainerOptions } from './support/container.ts'
import { DebianMachine } from './support/debian-machine.ts'
import { findNetworkObstacle } from './support/network.ts'
import { setupCodeIn } from './support/setup-code.ts'

const why = findNetworkObstacle()
let machine: DebianMachine
const api = new ApiClient('')
let signedUp = false

beforeAll(async () => {
  if (why) return
  machine = await DebianMachine.start()
  api.setupCode = setupCodeIn(machine.log('shoal@8081'))
}, 120_000)

afterAll(() => machine?.[Symbol.asyncDispose](), 60_000)

interface Proxy {
  name: string
  start: () => Promise<void>
}

const at = (file: string, to: string): ContainerOptions['mounts'][number] => machine.publishedFile(file, to)
const tls = (folder: string): ContainerOptions['mounts'] => [
  { from: machine.secret('tls-cert.pem'), to: `${folder}/cert.pem`, readOnly: true },
  { from: machine.secret('tls-key.pem'), to: `${folder}/key.pem`, readOnly: true },
]

const proxies: Proxy[] = [
  {
    name: 'nginx',
    start: async () => {
      machine.start('nginx', {
        command: ['/usr/sbin/nginx', '-g', 'daemon off;'],
        mounts: [
          at('nginx/nginx-debian.conf', '/etc/nginx/nginx.conf'),
          at('nginx/maps.conf', '/etc/nginx/shoal/maps.conf'),
          at('nginx/shoal.conf', '/etc/nginx/shoal/shoal.conf'),
          ...tls('/etc/nginx/tls'),
        ],
      })
    },
  },
  {
    name: 'haproxy',
    start: async () => {
      const site = join(machine.folder, 'site.pem')
      const parts = ['tls-cert.pem', 'tls-key.pem'].map((name) => readFile(machine.secret(name), 'utf8'))
      await writeFile(site, (await Promise.all(parts)).join(''))
      machine.start('haproxy', {
        command: ['/usr/sbin/haproxy', '-W', '-db', '-f', '/etc/haproxy/haproxy.cfg'],
        mounts: [
          at('haproxy/haproxy.cfg', '/etc/haproxy/haproxy.cfg'),
          { from: site, to: '/etc/haproxy/site.pem', readOnly: true },
        ],
        prepare: 'mkdir -p /run/haproxy',
      })
    },
  },
  {
    name: 'caddy',
    start: async () => {
      machine.start('caddy', {
        command: ['caddy', 'run', '--config', '/etc/caddy/Caddyfile', '--adapter', 'caddyfile'],
        // `localhost` is not a public name, so Caddy creates the certificate with its own authority.
        env: { SHOAL_HOST: 'localhost', HOME: '/tmp', XDG_DATA_HOME: '/var/lib/caddy' },
        mounts: [at('caddy/Caddyfile', '/etc/caddy/Caddyfile')],
      })
    },
  },
  {
    name: 'traefik',
    start: async () => {
      machine.start('traefik', {
        command: ['traefik', '--configFile=/etc/traefik/traefik.yaml'],
        mounts: [
          at('traefik/traefik.yaml', '/etc/traefik/traefik.yaml'),
          at('traefik/shoal.yaml', '/etc/traefik/shoal.yaml'),
          ...tls('/etc/traefik/tls'),
        ],
      })
    },
  },
]

/** Starts an answer of the demo model through a proxy, runs `during`, and expects the complete answer. */
async function answersWhile(url: string, during?: () => Promise<unknown>): Promise<void> {
  const { items } = await api.call<{ items: { id: string }[] }>('GET', '/api/models')
  const run = await api.startRun({ model: items[0]!.id, text: 'Tell me about tides' }, url)
  const reader = new Reader({ urls: () => [url], token: api.token, runId: run.runId })
  await expect.poll(() => reader.text.length).toBeGreaterThan(20)
  await during?.()
  await reader.finished(60_000)
  expect(reader.text).toBe((await api.chat(run.chatId, url)).messages.at(-1)!.text)
}

describe.each(proxies)('deploy/$name, with the published unit and Redis', ({ name, start }) => {
  const here = why ?? (findProgram(name) ? undefined : `needs the program ${name}`)
  const title = here ? ` (skipped: ${here})` : ''

  test.skipIf(here)(
    `O3: unchanged and on its real ports, it forwards to three instances and skips a killed one${title}`,
    async () => {
      await start()
      const port = await machine.forwardPort(443)
      const url = `https://localhost:${port}`
      try {
        await machine.waitUntilHealthy(name, [
          'curl',
          '--silent',
          '--insecure',
          '--fail',
          '--output',
          '/dev/null',
          'https://localhost/',
        ])
        trustCertificate(name)
        api.url = url
        if (!signedUp) await api.signUp()
        signedUp = true
        expect((await fetch(`${url}/metrics`)).status).toBeGreaterThanOrEqual(400)
        const redirected = await fetch(`http://localhost:${await machine.forwardPort(80)}/`, {
          redirect: 'manual',
        })
        expect(redirected.status).toBe(308)
        await answersWhile(url)
        await answersWhile(url, () => machine.kill('shoal@8082'))
        await machine.startInstance('8082')
      } finally {
        await machine.stop(name)
      }
    },
    120_000,
  )
})

/** Trusts the certificate of make-secrets.sh, or the authority that Caddy has created. */
function trustCertificate(name: string): void {
  const file =
    name === 'caddy'
      ? machine.readFileIn('caddy', '/var/lib/caddy/caddy/pki/authorities/local/root.crt')
      : undefined
  const certificate = file ?? readFileSync(machine.secret('tls-cert.pem'), 'utf8')
  setDefaultCACertificates([...getCACertificates('default'), certificate])
}
