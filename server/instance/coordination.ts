import { sentenceOf } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import { redisTopology } from '../cli/redis-topology.ts'
import type { Config } from '../config.ts'
import { MemoryBusHub } from '../coordination/bus/memory-bus.ts'
import { createMessageBus } from '../coordination/bus/message-bus.ts'
import { createRedisBus } from '../coordination/bus/redis-bus.ts'
import type {
  HeartbeatStore,
  Member,
  MemberFacts,
  Membership,
  MessageBus,
  RateLimits,
  RunLog,
} from '../coordination/contracts.ts'
import { ClaimRecord } from '../coordination/membership/claim-record.ts'
import type { HeartbeatRows } from '../coordination/membership/claim-record.ts'
import { decodeMember, encodeFacts } from '../coordination/membership/member-facts.ts'
import { lease } from '../coordination/membership/membership.ts'
import { createRedisMembership, createStoreMembership } from '../coordination/membership/fleet-membership.ts'
import { createMemoryRateLimits } from '../coordination/rate-limits/memory-rate-limits.ts'
import { createRedisRateLimits } from '../coordination/rate-limits/redis-rate-limits.ts'
import { createKeys } from '../coordination/redis/keys.ts'
import type { RedisKeys } from '../coordination/redis/keys.ts'
import { createRedisLink } from '../coordination/redis/redis-clients.ts'
import type { RedisLink } from '../coordination/redis/redis-link.ts'
import { MemoryRunLogHub } from '../coordination/run-log/memory-run-log.ts'
import { createRedisRunLog } from '../coordination/run-log/redis-run-log.ts'
import { createSigner } from '../coordination/signer.ts'
import { messages } from '../messages.ts'
import type { Messages } from '../messages.ts'
import type { Store } from '../store/index.ts'

/** The services by which the instances of a fleet coordinate. */
export interface Coordination {
  bus: MessageBus<Messages>
  log: RunLog
  membership: Membership
  claims: ClaimRecord
  rateLimits: RateLimits
  /** The Redis connection; absent without REDIS_URL. */
  link?: RedisLink
  keys: RedisKeys
  close(): Promise<void>
}

/** Replaces Redis for instances that share a process, for tests with several instances and no Redis server. */
export interface MemoryHubs {
  bus: MemoryBusHub
  log: MemoryRunLogHub
}

export interface CoordinationOptions {
  config: Config
  version: string
  incarnation: string
  store: Store
  secretKey: string
  clock: Clock
  logger: Logger
  hubs?: MemoryHubs
}

export function createCoordination(options: CoordinationOptions): Coordination {
  const { config, incarnation: self, store, clock, logger } = options
  const keys = createKeys(config.redis.keyPrefix)
  const facts = initialFacts(options)
  const beats = heartbeats(store)
  const link = openLink(options)
  if (!link) {
    const hubs = options.hubs ?? { bus: new MemoryBusHub(), log: new MemoryRunLogHub({ clock, logger }) }
    const raw = hubs.bus.connect(self)
    const membership = createStoreMembership({ self, facts, store: beats, clock, logger })
    return {
      bus: createMessageBus(raw, messages, logger),
      log: hubs.log.connect(),
      membership,
      claims: new ClaimRecord(membership, beats),
      rateLimits: createMemoryRateLimits({ clock, members: () => membership.members().length }),
      keys,
      close: () => raw.close(),
    }
  }
  const signer = createSigner(options.secretKey)
  const raw = createRedisBus({ link, keys, self, signer, clock, logger })
  const membership = createRedisMembership({ self, facts, link, keys, store: beats, clock, logger })
  const members = (): number => membership.members().length
  const rateLimits = createRedisRateLimits({ link, keys, clock, logger, members })
  return {
    bus: createMessageBus(raw, messages, logger),
    log: createRedisRunLog({ link, keys, signer, logger }),
    membership,
    claims: new ClaimRecord(membership, beats),
    rateLimits,
    link,
    keys,
    async close() {
      await rateLimits.close()
      await raw.close()
      await link.close()
    },
  }
}

function openLink({ config, clock, logger }: CoordinationOptions): RedisLink | undefined {
  const answer = redisTopology(config)
  // The command line rejects invalid variables before this. The error is for code that starts an instance without it.
  if (!answer.ok) throw new Error(`${answer.problem.about}: ${sentenceOf(answer.problem)}`)
  if (!answer.topology) return undefined
  const { connectTimeoutMs, reconnectDelayMs, maxRetryCount, tls } = config.redis
  return createRedisLink(answer.topology, {
    clock,
    logger,
    connectTimeoutMs,
    reconnectDelayMs,
    tries: maxRetryCount,
    tls,
  })
}

function initialFacts({ config, version, clock }: CoordinationOptions): MemberFacts {
  return {
    label: config.instance.label,
    version,
    state: 'running',
    startedAt: clock.now(),
    runs: 0,
    sockets: 0,
    fallbacks: 0,
    people: 0,
    revisions: {},
    redis: false,
    takeover: true,
    claiming: false,
  }
}

/** Heartbeats in the store, for use while Redis is unavailable or not configured. */
function heartbeats({ instances }: Store): HeartbeatStore & HeartbeatRows {
  const memberOf = (row: { incarnation: string; facts: string }): Member =>
    decodeMember(row.incarnation, row.facts)
  return {
    beat: async (incarnation, facts) =>
      (await instances.beat(incarnation, encodeFacts(facts), lease)).map(memberOf),
    leave: (incarnation) => instances.leave(incarnation),
    recent: async (ms) => (await instances.recent(ms)).map(memberOf),
  }
}
