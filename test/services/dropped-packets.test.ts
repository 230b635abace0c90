import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { fetchHedged } from '../../web/api/fetch-hedged.ts'
import { guideNginx } from '../deploy/support/local-nginx.ts'
import { newestNginx } from './support/new-nginx.ts'
import { findNetworkObstacle } from './support/network.ts'
import type { NamespaceSet } from './support/namespace-set.ts'
import { startPublishedSet } from './support/published-set.ts'
import type { PublishedSet } from './support/published-set.ts'

/** The deadline of a request of the page, as in web/api/call.ts. */
const requestDeadlineMs = 20_000
const nginx = newestNginx()
const why = findNetworkObstacle() ?? (nginx ? undefined : 'needs nginx')

let running: PublishedSet<NamespaceSet> | undefined
afterEach(async ({ task }) => {
  if (running && task.result?.state === 'fail') {
    for (const name of ['nginx', 'shoal-1', 'shoal-2', 'shoal-3'])
      console.log(`log of ${name}:\n${running.set.log(name).slice(-3000)}`)
  }
  await running?.[Symbol.asyncDispose]()
  running = undefined
})

/** Replaces our server blocks with those of the guide, with the names and ports of our compose file. */
async function useGuideNginx(folder: string): Promise<void> {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path /tmp/${name};`)
    .join('\n  ')
  const text = (await guideNginx())
    .replace('user x;\nerror_log x;\npid x;', 'error_log /dev/stderr;\npid /tmp/nginx.pid;')
    .replace(
      'http {',
      `http {\n  access_log off;\n  ${temporary}\n  server {\n    listen 8080;\n    location = /nginx-health { return 200; }\n  }`,
    )
    .replaceAll('open-webui-', 'shoal-')
    .replace('listen 80;', 'listen 8081;')
    .replace('listen 443 ssl http2;', 'listen 8443 ssl;')
    .replace('/etc/nginx/ssl/cert.pem', '/run/secrets/tls-cert')
    .replace('/etc/nginx/ssl/key.pem', '/run/secrets/tls-key')
  await writeFile(join(folder, 'nginx/nginx.conf'), text)
  // The guide's file loses X-Forwarded-Proto and does not set Secure cookies.
  const compose = join(folder, 'compose/compose.yaml')
  const insecure = (await readFile(compose, 'utf8')).replace(
    "COOKIE_SECURE: 'true'",
    "COOKIE_SECURE: 'false'",
  )
  await writeFile(compose, insecure)
  expect(await readFile(join(folder, 'nginx/nginx.conf'), 'utf8')).toContain('proxy_connect_timeout 60s')
}

/** Sends requests one after the other, as the page does, and counts those that needed a retry. */
async function readRepeatedly({ api }: PublishedSet, count: number): Promise<{ retried: number }> {
  let retried = 0
  for (let turn = 0; turn < count; turn++) {
    const began = performance.now()
    const signal = AbortSignal.timeout(requestDeadlineMs)
    const headers = { authorization: `Bearer ${api.token}` }
    const reply = await fetchHedged(`${api.url}/api/auth/me`, { signal, headers }).catch(String)
    const ms = Math.round(performance.now() - began)
    expect(reply, `read ${turn + 1} of ${count}, after ${ms} ms`).toMatchObject({ status: 200 })
    // The page retries a read after 4 s.
    if (ms > 4000) retried++
  }
  return { retried }
}

const title = why ? ` (skipped: ${why})` : ''

describe('an instance has disappeared: its packets are dropped instead of refused', () => {
  test.skipIf(why)(
    `O5: behind the guide’s nginx every read of the page is answered${title}`,
    async () => {
      running = await startPublishedSet(['compose.yaml'], nginx!, useGuideNginx)
      await running.api.signUp()
      await readRepeatedly(running, 6)
      running.set.unplug('shoal-2')
      const { retried } = await readRepeatedly(running, 12)
      console.log(`behind the guide’s nginx, ${retried} of 12 reads were retried`)
      running.set.plugIn('shoal-2')
      await expect.poll(async () => (await readRepeatedly(running!, 6)).retried, { timeout: 60_000 }).toBe(0)
    },
    300_000,
  )

  test.skipIf(why)(
    `O5: behind our nginx, every read of the page is answered${title}`,
    async () => {
      running = await startPublishedSet(['compose.yaml'], nginx!)
      await running.api.signUp()
      running.set.unplug('shoal-2')
      const { retried } = await readRepeatedly(running, 12)
      console.log(`behind our nginx, ${retried} of 12 reads were retried`)
    },
    300_000,
  )
})
