import { setTimeout as delay } from 'node:timers/promises'
import { closeCodes } from '../../protocol/index.ts'
import { TestSocket } from '../../test/support/socket.ts'
import type { Scenario } from '../scenario.ts'
import { checkAnswers, seconds } from '../support/check-answers.ts'
import type { Watched } from '../support/check-answers.ts'
import { until } from '../support/fleet.ts'
import type { Fleet } from '../support/fleet.ts'
import type { Links } from '../support/links.ts'
import {
  checkAllReady,
  checkCalledOnce,
  checkRecovered,
  longestPause,
  startWatched,
  checkDelivery,
} from '../support/watched-answers.ts'

const wordsPerSecond = 20
const scripts = (durationS: number) => ({
  words: { words: durationS * wordsPerSecond, wordsPerSecond },
  brief: { words: 20, wordsPerSecond: 40 },
})

/** One instance loses its connection to one service, and the other instances are not affected. */
function cutFromOne(name: string, what: 'Redis' | 'PostgreSQL', how: 'cut' | 'stall'): Scenario {
  const durationS = 18
  const link = ({ redis, postgres }: Links) => (what === 'Redis' ? redis : postgres)
  return {
    name,
    promise: 'P4',
    bound: `one instance ${how === 'cut' ? 'cut off from' : 'without replies from'} ${what} for 10 s: no claim, its own readers do not pause > 1 s, all answers complete`,
    short: false,
    async run(bench) {
      const fleet = await bench.fleet({ linked: true, scripts: scripts(durationS) })
      try {
        const { watched, local } = await startWatched(fleet, 12)
        await delay(1500)
        const proxy = fleet.links[0] && link(fleet.links[0])
        const broken: string[] = []
        const during = (async () => {
          if (how === 'cut') proxy?.cut()
          else proxy?.stall()
          await delay(6000)
          if (what === 'Redis') broken.push(...(await checkAllReady(fleet, 'without its Redis')))
          // Requests are answered in time, but never with 401.
          broken.push(...(await checkNeverSignedOut(fleet, fleet.instances[0]?.url ?? '')))
          await delay(4000)
          proxy?.restore()
        })()
        const pause = await longestPause(local, during)
        broken.push(...(await checkRecovered(fleet, 10_000)))
        broken.push(...(await checkDelivery(fleet)))
        broken.push(
          ...(await checkAnswers(fleet, watched, { words: durationS * wordsPerSecond, continues: true })),
        )
        broken.push(...(await checkCalledOnce(fleet, watched)))
        if (pause > 1000) broken.push(`a local reader saw nothing for ${seconds(pause)}`)
        return {
          measured: `12 answers done; longest pause of a local reader ${seconds(pause)}; 0 claims`,
          broken,
        }
      } finally {
        await fleet.close()
      }
    },
  }
}

async function checkNeverSignedOut(fleet: Fleet, url: string): Promise<string[]> {
  const headers = { authorization: `Bearer ${fleet.api.token}` }
  const paths = ['/api/auth/me', '/api/chats']
  const found = await Promise.all(
    paths.map(async (path) => {
      const started = performance.now()
      const response = await fetch(url + path, { headers, signal: AbortSignal.timeout(15_000) })
      const took = performance.now() - started
      const slow = took > 8000 ? [`${path} was answered after ${seconds(took)}`] : []
      return [200, 503].includes(response.status) ? slow : [`${path} was answered with ${response.status}`]
    }),
  )
  return found.flat()
}

const lease = 2500
/** Two seconds more than the lease, for the interval of the check and for a busy machine. */
const maxCloseMs = lease + 2000

/** Rule 18: an instance that is cut off from both stops delivering, and closes its sockets with the reason. */
const cutFromBoth: Scenario = {
  name: 'cut-from-both',
  promise: 'P2',
  bound: `one instance cut off from Redis and PostgreSQL for 16 s: sockets closed with “cut off” ≤ ${seconds(maxCloseMs)}, its answers resume on others ≤ 8 s, after 10 s it replies 503 and never 401, it serves again ≤ 5 s after the cut`,
  short: true,
  async run(bench) {
    const words = 500
    const fleet = await bench.fleet({
      linked: true,
      scripts: { words: { words, wordsPerSecond: 22 }, brief: { words: 20, wordsPerSecond: 40 } },
    })
    try {
      const [victim] = fleet.instances
      const [links] = fleet.links
      if (!victim || !links) throw new Error('no instance')
      const watched: Watched[] = []
      for (let index = 0; index < 6; index++) {
        const answer = await fleet.startAnswer('words', `question ${index}`, victim.url)
        watched.push({ answer, readers: [fleet.read(answer, () => fleet.urls()), fleet.read(answer)] })
      }
      const socket = await new TestSocket(victim.url, { token: fleet.api.token }).open()
      await socket.hello().frame('welcome')
      await delay(1500)
      const broken: string[] = []
      fleet.api.url = fleet.urls()[1] ?? ''
      const cutAt = performance.now()
      links.redis?.cut()
      links.postgres.cut()
      const closed = await Promise.race([socket.closed, delay(maxCloseMs + 3000)])
      const closedMs = performance.now() - cutAt
      if (!closed) broken.push('a socket of the instance was not closed')
      else if (closed.code !== closeCodes.cutOff.code) broken.push(`a socket was closed with ${closed.code}`)
      if (closedMs > maxCloseMs) broken.push(`the socket was closed only after ${seconds(closedMs)}`)
      const readers = watched.flatMap(({ readers }) => readers)
      const pause = await longestPause(readers, delay(12_500 - (performance.now() - cutAt)))
      if (pause > 8000) broken.push(`a reader saw nothing for ${seconds(pause)}`)
      const headers = { authorization: `Bearer ${fleet.api.token}` }
      const statuses: number[] = []
      for (const path of ['/api/auth/me', '/api/chats', '/api/models'])
        statuses.push((await fetch(victim.url + path, { headers })).status)
      if (statuses.some((status) => status !== 503))
        broken.push(`it answers ${statuses.join(', ')} after 12 s`)
      const health = await fetch(`${victim.url}/health`)
      if (!health.ok)
        broken.push(
          `/health answers ${health.status}: the instance would be killed because of a network fault`,
        )
      await delay(16_000 - (performance.now() - cutAt))
      links.redis?.restore()
      links.postgres.restore()
      const restoredAt = performance.now()
      const back = await until(async () => (await fetch(`${victim.url}/api/auth/me`, { headers })).ok, 15_000)
      const backMs = performance.now() - restoredAt
      if (!back || backMs > 5000) broken.push(`it serves again only after ${seconds(backMs)}`)
      broken.push(...(await checkRecovered(fleet, 10_000)))
      broken.push(...(await checkDelivery(fleet)))
      broken.push(...(await checkAnswers(fleet, watched, { words, continues: true })))
      return {
        measured: `sockets closed after ${seconds(closedMs)}; 6 answers resumed on others, longest pause ${seconds(pause)}; then replies ${statuses.join(', ')}; serves again after ${seconds(backMs)}`,
        broken,
      }
    } finally {
      await fleet.close()
    }
  },
}

/**
 * The instance is notified of a revocation over Redis but cannot read which session it is. It must soon stop relying on
 * the sessions that it remembers.
 */
const revokedWhileBlind: Scenario = {
  name: 'revoked-while-cut-from-postgres',
  promise: 'P5',
  bound:
    'one instance cut off from PostgreSQL while a session ends on another: it refuses the token and closes the socket ≤ 10 s; other sessions are served again ≤ 5 s after the cut',
  short: false,
  async run(bench) {
    const fleet = await bench.fleet({ linked: true })
    try {
      const [blind, other] = fleet.instances
      if (!blind || !other) throw new Error('no instance')
      const revoked = fleet.api.token
      await fleet.api.signIn()
      const ask = async (token: string) =>
        (await fetch(`${blind.url}/api/auth/me`, { headers: { authorization: `Bearer ${token}` } })).status
      const socket = await new TestSocket(blind.url, { token: revoked }).open()
      await socket.hello().frame('welcome')
      const before = [await ask(revoked), await ask(fleet.api.token)]
      fleet.links[0]?.postgres.cut()
      await delay(500)
      await fetch(`${other.url}/api/auth/sign-out`, {
        method: 'POST',
        headers: { authorization: `Bearer ${revoked}` },
      })
      const began = performance.now()
      const broken: string[] = before.every((status) => status === 200) ? [] : ['nothing was tested']
      let status = 200
      const refused = await until(async () => {
        status = await ask(revoked)
        return status !== 200
      }, 15_000)
      const refusedMs = performance.now() - began
      if (!refused || refusedMs > 10_000) broken.push(`the token was refused after ${seconds(refusedMs)}`)
      const closed = await Promise.race([socket.closed, delay(10_500 - (performance.now() - began))])
      if (!closed) broken.push('its socket is still open after 10 s')
      fleet.links[0]?.postgres.restore()
      const restoredAt = performance.now()
      const back = await until(async () => (await ask(fleet.api.token)) === 200, 10_000)
      const backMs = performance.now() - restoredAt
      if (!back || backMs > 5000) broken.push(`another session is served again after ${seconds(backMs)}`)
      const last = await ask(revoked)
      if (last !== 401) broken.push(`the ended session is then answered with ${last}`)
      return {
        measured: `refused with ${status} after ${seconds(refusedMs)}, others served again ${seconds(backMs)} after the end of the cut, then ${last} to the ended session`,
        broken,
      }
    } finally {
      await fleet.close()
    }
  },
}

export const cutOffs: Scenario[] = [
  cutFromBoth,
  revokedWhileBlind,
  cutFromOne('cut-from-redis', 'Redis', 'cut'),
  cutFromOne('redis-silent-for-one', 'Redis', 'stall'),
  cutFromOne('cut-from-postgres', 'PostgreSQL', 'cut'),
  cutFromOne('postgres-silent-for-one', 'PostgreSQL', 'stall'),
]
