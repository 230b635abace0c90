import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { setTimeout as delay } from 'node:timers/promises'
import { startCluster, startSentinel } from '../../test/support/redis-server.ts'
import type { RedisProcess } from '../../test/support/redis-process.ts'
import type { Scenario } from '../scenario.ts'
import { until } from '../support/fleet.ts'
import type { Fleet } from '../support/fleet.ts'
import { redisFault } from '../support/redis-fault.ts'

const sentinel = { redis: startSentinel }

function serversOf(fleet: Fleet): RedisProcess[] {
  return fleet.redis?.servers ?? []
}

/** Waits until another server than `former` is the master. */
async function checkPromoted(fleet: Fleet, former: RedisProcess): Promise<string[]> {
  const found = await until(async () => {
    for (const server of serversOf(fleet)) {
      if (server === former) continue
      const role = await server.admin.info('replication').catch(() => '')
      if (role.includes('role:master')) return true
    }
    return false
  }, 15_000)
  return found ? [] : ['no replica became master within 15 s: nothing was tested']
}

const masterKilled = redisFault({
  name: 'sentinel-master-killed',
  fault: 'Sentinel: the master killed, a replica promoted',
  fleet: sentinel,
  durationS: 20,
  async act(fleet) {
    const [master] = serversOf(fleet)
    if (!master) return ['there is no master']
    await master.kill()
    const broken = await checkPromoted(fleet, master)
    await delay(4000)
    return broken
  },
})

const masterPaused = redisFault({
  name: 'sentinel-master-paused',
  fault: 'Sentinel: the master stopped for 12 s, a replica promoted, the old master resumed',
  fleet: sentinel,
  durationS: 22,
  async act(fleet) {
    const [master] = serversOf(fleet)
    if (!master) return ['there is no master']
    master.pause()
    await delay(1000)
    const broken = await checkPromoted(fleet, master)
    await delay(9000)
    master.resume()
    await delay(2000)
    return broken
  },
})

const appendsLost = redisFault({
  name: 'sentinel-appends-lost',
  fault: 'Sentinel: the replicas stopped, then the master killed, so that writes that only it had are lost,',
  fleet: sentinel,
  durationS: 20,
  async act(fleet) {
    const [master, ...replicas] = serversOf(fleet)
    if (!master) return ['there is no master']
    for (const replica of replicas) replica.pause()
    await delay(900)
    await master.kill()
    for (const replica of replicas) replica.resume()
    const broken = await checkPromoted(fleet, master)
    await delay(4000)
    return broken
  },
})

const clusterMasterKilled = redisFault({
  name: 'cluster-master-killed',
  fault: 'Cluster: one master of three killed, its replica promoted',
  fleet: { redis: () => startCluster({ masters: 3, replicas: 1 }) },
  durationS: 22,
  async act(fleet) {
    const [master, other] = serversOf(fleet)
    await master?.kill()
    const failedOver = await until(async () => {
      const state = (await other?.admin.cluster('INFO')) ?? ''
      const slots = (await other?.admin.cluster('SLOTS')) ?? []
      return state.includes('cluster_state:ok') && !JSON.stringify(slots).includes(`,${master?.port},`)
    }, 15_000)
    await delay(4000)
    return failedOver ? [] : ['the cluster has not failed over within 15 s: nothing was tested']
  },
})

const cli = promisify(execFile)

const slotsMoved = redisFault({
  name: 'cluster-slots-moved',
  fault: 'Cluster: 4,000 slots moved to another master under load',
  fleet: { redis: () => startCluster({ masters: 3 }) },
  durationS: 25,
  async act(fleet) {
    const [from, to] = serversOf(fleet)
    if (!from || !to) return ['there is no cluster']
    const [source, target] = await Promise.all([from.admin.cluster('MYID'), to.admin.cluster('MYID')])
    const reshard = `--cluster reshard 127.0.0.1:${from.port} --cluster-from ${source} --cluster-to ${target}`
    await cli('redis-cli', [...reshard.split(' '), '--cluster-slots', '4000', '--cluster-yes'])
    return []
  },
})

export const redisTopologies: Scenario[] = [
  masterKilled,
  masterPaused,
  appendsLost,
  clusterMasterKilled,
  slotsMoved,
]
