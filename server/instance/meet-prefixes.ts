import { every } from '../base/index.ts'
import type { Logger } from '../base/index.ts'
import type { Config } from '../config.ts'
import type { PrefixUse, Store } from '../store/index.ts'
import type { InstanceState } from './state.ts'

export interface MeetPrefixesOptions {
  config: Config
  store: Store
  state: InstanceState
  logger: Logger
  signal: AbortSignal
}

const againMs = 10_000

/**
 * Instances on one database with different Redis prefixes, or with and without Redis, do not see each other: each would
 * take the answers of the others for orphans. Each says so, with the names of both.
 */
export async function meetPrefixes({
  config,
  store,
  state,
  logger,
  signal,
}: MeetPrefixesOptions): Promise<void> {
  if (store.kind === 'sqlite') return
  const mine = config.redis.url === null ? '' : config.redis.keyPrefix
  const look = async (): Promise<void> => {
    const others = await store.installations.meetPrefix(mine, config.instance.label)
    const problem = others.length === 0 ? undefined : sentence(mine, others)
    if (problem === state.otherPrefix) return
    if (problem === undefined) logger.info('all instances on this database use the same Redis prefix again')
    else logger.warn(problem)
    state.otherPrefix = problem
  }
  const failed = (error: unknown): void =>
    logger.debug({ err: error }, 'the Redis prefixes of this database cannot be compared now')
  await look().catch(failed)
  void every(look, { ms: () => againMs, failed, signal })
}

function sentence(mine: string, others: PrefixUse[]): string {
  const theirs = others.map(({ prefix, label }) => `${nameOf(prefix)} (instance ${label})`).join(', ')
  return `this instance uses ${nameOf(mine)}, and on the same database others use ${theirs}: they do not see each other; set the same REDIS_URL and REDIS_KEY_PREFIX on all of them, or another DATABASE_URL on those of another installation`
}

function nameOf(prefix: string): string {
  return prefix === '' ? 'no Redis' : `the Redis prefix "${prefix}"`
}
