import { newId, silentLogger, sleep, systemClock } from '../../server/base/index.ts'
import { requestsOfOne } from './user-counts.ts'
import { createMemoryRateLimits } from '../../server/coordination/rate-limits/memory-rate-limits.ts'
import { Chat, defaultRunLimits, RunAdmission, RunLimiter } from '../../server/chat/index.ts'
import type { ChatPorts } from '../../server/chat/index.ts'
import type { Member, Membership } from '../../server/coordination/contracts.ts'
import { createMessageBus } from '../../server/coordination/bus/message-bus.ts'
import { MemoryBusHub } from '../../server/coordination/bus/memory-bus.ts'
import { MemoryRunLogHub } from '../../server/coordination/run-log/memory-run-log.ts'
import { messages } from '../../server/messages.ts'
import { createUserEvents, Jobs } from '../../server/shared-state/index.ts'
import type { Store } from '../../server/store/index.ts'
import type { ConnectionConfig, ModelCatalogue } from '../../server/upstream/index.ts'
import { createModelCatalogue } from '../../server/upstream/index.ts'

/** A membership that the test controls: the members, the dead instances, and the age of the last heartbeat. */
export class TestMembership implements Membership {
  readonly self: string
  dead = new Set<string>()
  age = 0
  healthy = true
  others: Member[] = []
  constructor(self: string) {
    this.self = self
  }
  async join(): Promise<void> {}
  async leave(): Promise<void> {}
  members(): Member[] {
    return this.others
  }
  verdict(incarnation: string): 'alive' | 'dead' | 'unknown' {
    return this.dead.has(incarnation) ? 'dead' : 'unknown'
  }
  update(): void {}
  watch(): () => void {
    return () => {}
  }
  sinceAcknowledged(): number {
    return this.age
  }
  redisHealthy(): boolean {
    return this.healthy
  }
}

/** The chat of one instance, with a membership that the test controls. */
export interface RunOwner {
  chat: Chat
  membership: TestMembership
  ports: ChatPorts
}

/** Owners of runs that share one store, and a bus and a run log in memory. */
export class RunOwners {
  readonly #store: Store
  readonly #provider: string
  readonly #bus = new MemoryBusHub({ clock: systemClock })
  readonly #log = new MemoryRunLogHub({ clock: systemClock })
  readonly #all: RunOwner[] = []
  #added = 0

  /** `provider`: the base address of an OpenAI-compatible provider. */
  constructor(store: Store, provider: string) {
    this.#store = store
    this.#provider = provider
  }

  add(change: Partial<ChatPorts> = {}): RunOwner {
    const me = `owner-${++this.#added}.${newId()}`
    const membership = new TestMembership(me)
    const bus = createMessageBus(this.#bus.connect(me), messages, silentLogger)
    const jobs = new Jobs({ store: this.#store.jobs, me, clock: systemClock, logger: silentLogger })
    const ports: ChatPorts = {
      me,
      store: this.#store,
      log: this.#log.connect(),
      membership,
      models: catalogue(this.#provider),
      events: createUserEvents(bus, me),
      bus,
      jobs,
      titles: () => ({ on: false, model: null }),
      clock: systemClock,
      sleep,
      logger: silentLogger,
      limits: { ...defaultRunLimits, saveEveryMs: 300, graceMs: 400 },
      policy: () => 'restart',
      admission: new RunAdmission(() => ({ perInstance: null, perConnection: null })),
      limiter: new RunLimiter({
        rateLimits: createMemoryRateLimits({ clock: systemClock }),
        requests: requestsOfOne(),
        store: this.#store,
        limits: () => ({ runsPerMinute: null, tokensPerMinute: null, runningPerUser: null }),
      }),
      claims: { countDeaths: async () => 0, recordClaiming: async () => {} },
      alone: false,
      hasRedis: true,
      ...change,
    }
    // A copy, so that a test can break the store of only this owner.
    ports.store = { ...ports.store, runs: { ...ports.store.runs } }
    const chat = new Chat(ports)
    chat.start()
    const owner = { chat, membership, ports }
    this.#all.push(owner)
    return owner
  }

  /** Stops all activity of an owner, as `kill -9` does: it saves nothing, writes nothing, and does not leave. */
  kill({ ports }: RunOwner): void {
    const dead = (): Promise<never> => new Promise(() => {})
    const none = async (): Promise<[]> => []
    const silent = { save: dead, finalise: dead, replaceSavedText: dead, ownedBy: none, listOwners: none }
    Object.assign(ports.store.runs, silent)
    void ports.log.close()
  }

  stop(): void {
    for (const { chat } of this.#all.splice(0)) chat.stop()
  }
}

/**
 * The models of a provider that continues text, and with the prefix `none/` the same models with `continues: 'none'`.
 */
function catalogue(provider: string): ModelCatalogue {
  return createModelCatalogue({
    connections: () => [
      connection(provider, { id: 'goes-on', continues: 'trailing', order: 0 }),
      connection(provider, { id: 'starts-over', prefix: 'none', continues: 'none', order: 1 }),
    ],
    learnt: async () => undefined,
    learn: async () => {},
    clock: systemClock,
    logger: silentLogger,
  })
}

/** The models of a provider with `continues: 'auto'`, which have not been tested yet. */
export function untestedCatalogue(provider: string): ModelCatalogue {
  const learnt = new Map<string, string>()
  return createModelCatalogue({
    connections: () => [connection(provider, { id: 'unknown', continues: 'auto', order: 0 })],
    learnt: async (_, model) => learnt.get(model),
    learn: async (_, model, continues) => void learnt.set(model, continues),
    clock: systemClock,
    logger: silentLogger,
  })
}

function connection(
  provider: string,
  about: Pick<ConnectionConfig, 'id' | 'continues' | 'order'> & { prefix?: string },
): ConnectionConfig {
  return {
    kind: 'openai',
    name: about.id,
    baseUrl: provider,
    key: null,
    prefix: '',
    enabled: true,
    modelIds: [],
    source: 'environment',
    ...about,
  }
}
