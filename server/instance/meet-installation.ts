import { every } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { Config } from '../config.ts'
import type { RedisLink } from '../coordination/redis/redis-link.ts'
import { untilHealthy } from '../coordination/redis/until-healthy.ts'
import type { Store } from '../store/index.ts'
import type { Coordination } from './coordination.ts'
import { fingerprintOf } from './find-store.ts'
import type { InstanceState } from './state.ts'

export interface MeetInstallationOptions {
  config: Config
  store: Store
  secretKey: string
  coordination: Coordination
  state: InstanceState
  clock: Clock
  logger: Logger
  signal: AbortSignal
}

const expiresMs = 86_400_000
const againMs = 10_000
/** How long the first comparison waits for Redis: an instance starts without it. */
const firstLinkMs = 2000

/**
 * Two installations, or two secrets, that meet in one store or under one Redis prefix would sign each other's people
 * out and mix their messages. An instance that meets another one does not become ready, and says which side to change.
 */
export async function meetInstallation(options: MeetInstallationOptions): Promise<void> {
  const { store, secretKey, state, logger, coordination, signal } = options
  const fingerprint = fingerprintOf(secretKey)
  const met = await store.installations.meet(fingerprint)
  if (met.kind === 'mismatch') {
    state.installationProblem =
      'WEBUI_SECRET_KEY is not the one this database was made with: give every instance the same one, or restore the former'
    logger.error(state.installationProblem)
    return
  }
  if (!coordination.link) return
  const failed = (error: unknown): void =>
    logger.debug({ err: error }, 'the installation cannot be compared in Redis now')
  const look = (): Promise<void> => meetInRedis(options, `${met.installation.id} ${fingerprint}`)
  await untilHealthy(coordination.link, firstLinkMs)
  await look().catch(failed)
  const leave = coordination.link.onLink((healthy) => {
    if (healthy) void look().catch(failed)
  })
  signal.addEventListener('abort', leave, { once: true })
  void every(look, {
    ms: () => againMs,
    failed,
    signal,
  })
}

/** Whoever comes first writes who they are; it lasts a day beyond the last instance. */
async function meetInRedis(
  { config, coordination, state, store, logger }: MeetInstallationOptions,
  mine: string,
): Promise<void> {
  const { link, keys } = coordination
  if (!link?.healthy()) return
  const key = keys.installation()
  const theirs = await link.command(['SET', key, mine, 'NX', 'GET', 'PX', expiresMs])
  if (theirs === null || theirs === mine) {
    await link.command(['PEXPIRE', key, expiresMs])
    const copy = await meetCopy(link, keys.installationEpoch(), store)
    const problem = copy ? copySentence(config.redis.keyPrefix) : undefined
    if (problem !== undefined && state.installationProblem !== problem) logger.error(problem)
    if (problem === undefined && state.installationProblem !== undefined) {
      logger.info('nobody else uses this Redis prefix any more')
    }
    state.installationProblem = problem
    return
  }
  const sameStore = typeof theirs === 'string' && theirs.split(' ')[0] === mine.split(' ')[0]
  const problem = sameStore
    ? 'another instance of this installation has another WEBUI_SECRET_KEY: give every instance the same one'
    : `another installation uses the Redis prefix "${config.redis.keyPrefix}": set another REDIS_KEY_PREFIX on one of the two, or the same DATABASE_URL if they are one`
  if (state.installationProblem !== problem) logger.error(problem)
  state.installationProblem = problem
}

/** Longer than two renewals by an instance that runs. */
const renewedWithinMs = 30_000

/** Whether instances run under this prefix on a copy of this store: the same installation in another epoch. */
async function meetCopy(link: RedisLink, key: string, store: Store): Promise<boolean> {
  const { id } = await store.epochs.read()
  const theirs = await link.command(['SET', key, id, 'NX', 'GET', 'PX', expiresMs])
  if (theirs !== null && theirs !== id) {
    // After a restore the instances of the former epoch have stopped: what nobody renews any more gives way.
    const left = Number(await link.command(['PTTL', key]))
    if (expiresMs - left < renewedWithinMs) return true
  }
  await link.command(['SET', key, id, 'PX', expiresMs])
  return false
}

function copySentence(prefix: string): string {
  return `instances of this installation use the Redis prefix "${prefix}" with another copy of its data: set another REDIS_KEY_PREFIX for the copy. If they have been stopped for a restore, this ends within 30 s`
}
