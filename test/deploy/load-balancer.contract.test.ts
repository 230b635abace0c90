// docs/deploy/aws.md: the times of an Application Load Balancer and of ECS, with a simulated balancer and real
// instances.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestSocket } from '../support/socket.ts'
import { startApplicationLoadBalancer } from './support/application-load-balancer.ts'
import type { ApplicationLoadBalancer, BalancerTimes } from './support/application-load-balancer.ts'
import { loadOver, readOver } from './support/fleet-under-load.ts'
import { startProxiedFleet } from './support/proxied-fleet.ts'
import type { ProxiedFleet } from './support/proxied-fleet.ts'

const root = join(import.meta.dirname, '../..')
const all = process.env['SHOAL_TEST_ALL'] === '1'

/** The published times. `faster` divides the waits, for a shorter test. */
function publishedTimes(faster: number): BalancerTimes & { stopMs: number; grace: string } {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8')
  const group = JSON.parse(read('deploy/aws/target-group.json')) as Record<string, number> & {
    HealthCheckPath: string
  }
  const task = JSON.parse(read('deploy/aws/task-definition.json')) as {
    containerDefinitions: [{ stopTimeout: number; environment: { name: string; value: string }[] }]
  }
  const [container] = task.containerDefinitions
  const page = read('docs/deploy/aws.md')
  const seconds = (name: string): number => Number(new RegExp(`${name}[^\\n]*Value=(\\d+)`).exec(page)?.[1])
  return {
    idleMs: seconds('idle_timeout') * 1000,
    deregistrationMs: (seconds('deregistration_delay') * 1000) / faster,
    healthCheck: {
      path: group.HealthCheckPath,
      everyMs: (group['HealthCheckIntervalSeconds'] ?? 0) * (1000 / faster),
      timeoutMs: (group['HealthCheckTimeoutSeconds'] ?? 0) * 1000,
      healthy: group['HealthyThresholdCount'] ?? 0,
      unhealthy: group['UnhealthyThresholdCount'] ?? 0,
    },
    stopMs: container.stopTimeout * 1000,
    grace: container.environment.find(({ name }) => name === 'SHUTDOWN_GRACE_SECONDS')?.value ?? '',
  }
}

let fleet: ProxiedFleet
let balancer: ApplicationLoadBalancer

async function startBalancer(times: BalancerTimes): Promise<ApplicationLoadBalancer> {
  const it = await startApplicationLoadBalancer(times, fleet.certificates)
  await Promise.all(fleet.instances.filter(({ alive }) => alive).map(({ port }) => it.register(port)))
  return it
}

/** Replaces an instance as ECS does: waits until the new one is healthy, deregisters the old one, and then stops it. */
async function replace(index: number, stopMs: number): Promise<void> {
  const fresh = await fleet.add()
  await balancer.register(fresh.port)
  const old = fleet.instances[index]!
  await balancer.deregister(old.port)
  old.kill('SIGTERM')
  const late = setTimeout(() => old.kill('SIGKILL'), stopMs)
  expect(await old.exited()).toBe(0)
  clearTimeout(late)
}

async function rollingDeployment(count: number, stopMs: number): Promise<void> {
  const log = loadOver(fleet, balancer.url)
  for (let index = 0; index < count; index++) {
    const finish = await readOver(fleet, balancer.url, 6)
    await replace(index, stopMs)
    await finish()
  }
  await log.stop()
  expect(log.failed()).toEqual([])
  expect(balancer.cutWhenIdle()).toBe(0)
}

beforeAll(async () => {
  fleet = await startProxiedFleet({ SHUTDOWN_GRACE_SECONDS: publishedTimes(1).grace })
})
afterAll(() => fleet?.[Symbol.asyncDispose]())

describe('behind a load balancer with the times of an ALB', () => {
  test('a task is replaced, with a tenth of the waits: no request fails, every answer ends, every reader has it', async () => {
    const times = publishedTimes(10)
    balancer = await startBalancer(times)
    fleet.api.url = balancer.url
    await fleet.api.signUp()
    await rollingDeployment(1, times.stopMs)
    expect(balancer.reused()).toBeGreaterThan(20)
    await balancer[Symbol.asyncDispose]()
  }, 180_000)

  test('the simulated balancer cuts connections that are idle for too long', async () => {
    await using strict = await startBalancer({ ...publishedTimes(10), idleMs: 1000 })
    const socket = await new TestSocket(strict.url, { token: fleet.api.token }).open()
    expect((await socket.hello().closed).code).toBe(1006)
    expect(strict.cutWhenIdle()).toBe(1)
  }, 60_000)

  test.runIf(all)(
    'an idle socket stays open for longer than the idle timeout, and an idle connection can be reused just before it',
    async () => {
      const times = publishedTimes(1)
      await using patient = await startBalancer(times)
      const socket = await new TestSocket(patient.url, { token: fleet.api.token }).open()
      await socket.hello().frame('welcome')
      const getStatus = async (): Promise<number> => (await fetch(`${patient.url}/health`)).status
      for (let turn = 0; turn < 3; turn++) expect(await getStatus()).toBe(200)
      const reused = patient.reused()
      await new Promise((resolve) => setTimeout(resolve, times.idleMs - 2000))
      for (let turn = 0; turn < 3; turn++) expect(await getStatus()).toBe(200)
      expect(patient.reused()).toBe(reused + 3)
      await new Promise((resolve) => setTimeout(resolve, 15_000))
      expect(socket.socket.readyState).toBe(socket.socket.OPEN)
      expect(patient.cutWhenIdle()).toBe(0)
      socket.close()
    },
    120_000,
  )

  test.runIf(all)(
    'a rolling deployment with the published times: no request fails, every answer ends',
    async () => {
      const times = publishedTimes(1)
      balancer = await startBalancer(times)
      const first = fleet.instances.findIndex(({ alive }) => alive)
      fleet.instances.splice(0, first)
      await rollingDeployment(3, times.stopMs)
      await balancer[Symbol.asyncDispose]()
    },
    400_000,
  )
})
