import type { RedisKeys } from '../redis/keys.ts'
import { loadScript } from '../redis/lua-script.ts'
import type { RedisLink } from '../redis/redis-link.ts'
import type { BeatAnswer, BeatTable, ListedMember } from './beat-table.ts'
import { lease } from './membership.ts'

const membersScript = loadScript(new URL('members.lua', import.meta.url))

/** Redis deletes the table this long after the last heartbeat of the whole fleet. */
const ttlMs = 60_000
/** A heartbeat that takes longer counts as failed. */
const deadlineMs = 500

export function createRedisBeatTable(link: RedisLink, keys: RedisKeys): BeatTable {
  const run = (incarnation: string, facts: string): Promise<unknown> =>
    link.eval(membersScript, [keys.memberBeats(), keys.memberFacts()], [incarnation, facts, lease, ttlMs], {
      deadlineMs,
    })
  return {
    async beat(incarnation, facts = '') {
      return readAnswer(await run(incarnation, facts))
    },
    async leave(incarnation) {
      await run(incarnation, '-')
    },
  }
}

function readAnswer(reply: unknown): BeatAnswer {
  const [status, now, tableId, gap, list, facts]: unknown[] = Array.isArray(reply) ? reply : []
  if (status === 'FACTS') return { kind: 'facts-needed' }
  if (status !== 'OK' || !Array.isArray(list) || !Array.isArray(facts)) {
    throw new TypeError(`unexpected reply of the membership script: ${JSON.stringify(reply)}`)
  }
  const listed: ListedMember[] = facts.map((held: unknown, index) => ({
    incarnation: String(list[index * 2]),
    beatAt: Number(list[index * 2 + 1]),
    facts: typeof held === 'string' ? held : undefined,
  }))
  return { kind: 'ok', now: Number(now), tableId: String(tableId), gap: gap === 1, listed }
}
