import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { RunStarted } from '../../protocol/index.ts'
import type { Scenario } from '../scenario.ts'
import { checkAnswers, seconds } from '../support/check-answers.ts'
import type { Fleet, FleetOptions } from '../support/fleet.ts'
import {
  checkCalledOnce,
  checkRecovered,
  longestPause,
  startWatched,
  checkDelivery,
} from '../support/watched-answers.ts'

interface PostgresFault {
  name: string
  fault: string
  durationS: number
  fleet: FleetOptions
  act: (fleet: Fleet) => Promise<string[]>
}

const wordsPerSecond = 20

/** Running answers continue without the store and are saved when it is back. */
function postgresFault({ name, fault, durationS, fleet: options, act }: PostgresFault): Scenario {
  return {
    name,
    promise: 'P1',
    bound: `${fault} during 12 answers: local readers do not pause > 1 s, no claim, requests refused ≤ 8 s with 503 and Retry-After, all answers complete`,
    short: false,
    async run(bench) {
      const words = durationS * wordsPerSecond
      const fleet = await bench.fleet({
        scripts: { words: { words, wordsPerSecond }, brief: { words: 20, wordsPerSecond: 40 } },
        ...options,
      })
      try {
        const { watched, local } = await startWatched(fleet, 12)
        await delay(2500)
        const broken: string[] = []
        const during = act(fleet).then((found) => broken.push(...found))
        const pause = await longestPause(local, during)
        broken.push(...(await checkRecovered(fleet, 15_000)))
        broken.push(...(await checkDelivery(fleet)))
        broken.push(...(await checkAnswers(fleet, watched, { words, continues: true })))
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

/** A request that needs the store is refused soon, with 503 and the time after which to retry. */
async function checkRefusals(fleet: Fleet): Promise<string[]> {
  const answers = await Promise.all(
    fleet.urls().map(async (url) => {
      const started = performance.now()
      const response = await fetch(`${url}/api/chats`, {
        headers: { authorization: `Bearer ${fleet.api.token}` },
        signal: AbortSignal.timeout(20_000),
      })
      const took = performance.now() - started
      const broken: string[] = []
      if (response.status !== 503) broken.push(`a request is answered with ${response.status}`)
      if (took > 8000) broken.push(`a request is answered after ${seconds(took)}`)
      if (response.headers.get('retry-after') === null) broken.push('a 503 has no Retry-After')
      return broken
    }),
  )
  return answers.flat()
}

const restarted = postgresFault({
  name: 'postgres-restarted',
  fault: 'PostgreSQL killed and restarted 8 s later',
  durationS: 16,
  fleet: { ownPostgres: true },
  async act(fleet) {
    await fleet.postgres.kill()
    await delay(3000)
    const broken = await checkRefusals(fleet)
    await delay(4000)
    await fleet.postgres.start()
    return broken
  },
})

const frozen = postgresFault({
  name: 'postgres-frozen',
  fault: 'no reply from PostgreSQL for 10 s',
  durationS: 18,
  fleet: { linked: true },
  async act(fleet) {
    for (const { postgres } of fleet.links) postgres.stall()
    await delay(1000)
    const broken = await checkRefusals(fleet)
    await delay(4000)
    for (const { postgres } of fleet.links) postgres.restore()
    return broken
  },
})

const exhausted = postgresFault({
  name: 'postgres-pool-exhausted',
  fault: 'every connection of a pool of 3 held by a statement that waits for a lock for 8 s',
  durationS: 16,
  fleet: { env: { DATABASE_POOL_SIZE: '3' } },
  async act(fleet) {
    const client = new pg.Client({ connectionString: fleet.databaseUrl })
    await client.connect()
    await client.query('begin')
    await client.query('lock table shoal.chat in access exclusive mode')
    const waiting = Array.from({ length: 5 }, () => checkRefusals(fleet))
    const broken = (await Promise.all(waiting)).flat()
    await delay(2000)
    await client.query('commit')
    await client.end()
    return broken
  },
})

/**
 * A statement commits but its reply is lost, so the outcome is unknown. A retry of the request finds the started
 * answer.
 */
const replyLost: Scenario = {
  name: 'postgres-reply-lost',
  promise: 'P1',
  bound:
    '8 starts of an answer whose reply from PostgreSQL is lost, each retried: 8 answers, one provider call each, all complete',
  short: false,
  async run(bench) {
    const words = 60
    const fleet = await bench.fleet({ linked: true, scripts: { words: { words, wordsPerSecond: 20 } } })
    const broken: string[] = []
    try {
      const [link] = fleet.links
      const url = fleet.instances[0]?.url ?? ''
      const watched = []
      let lost = 0
      for (let index = 0; index < 8; index++) {
        const question = `question ${index}`
        const request = { model: 'words', text: question, clientId: crypto.randomUUID() }
        void link?.postgres.loseReply((sent) => sent.includes(request.clientId)).then(() => lost++)
        const first = await fleet.api.startRun(request, url).catch((error: unknown) => String(error))
        link?.postgres.restore()
        let again: RunStarted | undefined
        for (let attempt = 0; attempt < 20 && !again; attempt++) {
          again = await fleet.api.startRun(request, url).catch(() => undefined)
          if (!again) await delay(250)
        }
        if (!again) broken.push(`“${question}” could not be started: ${JSON.stringify(first)}`)
        else {
          if (typeof first !== 'string' && first.runId !== again.runId)
            broken.push('two runs for one request')
          const answer = { ...again, question }
          watched.push({ answer, readers: [fleet.read(answer)] })
        }
      }
      if (lost < 6) broken.push(`only ${lost} replies were lost: nothing was tested`)
      broken.push(...(await checkAnswers(fleet, watched, { words, continues: true })))
      broken.push(...(await checkCalledOnce(fleet, watched)))
      const chats = await fleet.api.call<{ items: unknown[] }>('GET', '/api/chats?limit=50')
      if (chats.items.length !== 8) broken.push(`there are ${chats.items.length} chats, not 8`)
      return { measured: `${lost} replies lost, 8 answers, one provider call each`, broken }
    } finally {
      await fleet.close()
    }
  },
}

export const postgresFaults: Scenario[] = [restarted, frozen, exhausted, replyLost]
