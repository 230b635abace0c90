import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePorts } from '../support/free-port.ts'
import { killUnderLoad, rollingRestart } from './support/fleet-under-load.ts'
import { proxyKinds } from './support/local-proxies.ts'
import type { LocalProxy } from './support/local-proxies.ts'
import { startProxiedFleet } from './support/proxied-fleet.ts'
import type { ProxiedFleet } from './support/proxied-fleet.ts'

const all = process.env['SHOAL_TEST_ALL'] === '1'

// `npm run test:all` runs HAProxy, Caddy and Traefik if they are installed.
describe.runIf(all)('the other proxies in front of three instances', () => {
  let fleet: ProxiedFleet

  beforeAll(async () => {
    fleet = await startProxiedFleet({
      SHUTDOWN_GRACE_SECONDS: '7',
      // The account is created without the proxies.
      WEBUI_SESSION_COOKIE_SECURE: 'false',
    })
    await fleet.api.signUp()
  })

  afterAll(() => fleet?.[Symbol.asyncDispose]())

  describe.each(proxyKinds)('deploy/$name', ({ name, isInstalled, retriesReads, start }) => {
    let proxy: LocalProxy

    beforeAll(async () => {
      if (!isInstalled) return
      const [httpPort = 0, httpsPort = 0] = await freePorts(2)
      const folder = join(fleet.folder, name)
      await mkdir(folder)
      const instances = fleet.instances.map(({ port }) => port)
      proxy = await start({ folder, instances, httpPort, httpsPort, certificates: fleet.certificates })
    })

    afterAll(() => proxy?.stop())

    test.runIf(isInstalled)('serves the page, and blocks /metrics and /ready', async () => {
      await expect.poll(async () => (await fetch(proxy.url)).status, { timeout: 10_000 }).toBe(200)
      for (const path of ['/ready', '/metrics'])
        expect([403, 404]).toContain((await fetch(proxy.url + path)).status)
    })

    test.runIf(isInstalled)(
      'a rolling restart: no request fails, every answer ends',
      async () => {
        await rollingRestart(fleet, proxy.url)
      },
      90_000,
    )

    test.runIf(isInstalled)(
      'a kill: only requests in progress may fail, every answer resumes elsewhere',
      async () => {
        await killUnderLoad(fleet, proxy.url, { retriesReads })
      },
      60_000,
    )
  })
})
