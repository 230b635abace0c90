import type { Clock, Logger, Sleep } from '../base/index.ts'
import type { Membership, MessageBus, RunLog } from '../coordination/contracts.ts'
import type { Messages } from '../messages.ts'
import type { Jobs } from '../shared-state/jobs.ts'
import type { UserEvents } from '../shared-state/user-events.ts'
import type { Store } from '../store/store.ts'
import type { GenerateEnd, ModelCatalogue } from '../upstream/contracts.ts'
import { AfterAnswer } from './after-answer.ts'
import { complete } from './complete.ts'
import type { CompletionRequest } from './complete.ts'
import type { RunLimits } from './default-run-limits.ts'
import { DeliveryTicker } from './delivery-ticker.ts'
import { LiveRuns } from './live-runs.ts'
import { Orphans } from './orphans.ts'
import { OwnedRuns } from './owned-runs.ts'
import type { RunAdmission } from './run-admission.ts'
import { RunDriver } from './run-driver.ts'
import type { RunDriverPorts } from './run-driver.ts'
import type { RunLimiter } from './run-limits.ts'
import { RunSaver } from './run-saver.ts'
import { createStartRun } from './start-run.ts'
import type { StartRun } from './start-run.ts'
import { createStopRun } from './stop-run.ts'
import type { StopRun } from './stop-run.ts'
import { planTakeover } from './plan-takeover.ts'
import { TakeoverCooldown } from './takeover-cooldown.ts'
import type { ClaimRecord } from './takeover-cooldown.ts'
import { createChatUseCases } from './use-cases.ts'

/** What chats need from other layers. Only this file uses all of it: every class takes only the ports that it calls. */
export interface ChatPorts {
  /** This incarnation, as the store names owners. */
  me: string
  store: Pick<Store, 'chats' | 'folders' | 'runs'>
  log: RunLog
  membership: Membership
  bus: MessageBus<Messages>
  models: ModelCatalogue
  events: UserEvents
  jobs: Jobs
  admission: RunAdmission
  limiter: RunLimiter
  claims: ClaimRecord
  clock: Clock
  sleep: Sleep
  logger: Logger
  limits: RunLimits
  /** Whether an answer that cannot be continued after its owner died is regenerated or ends as interrupted. */
  policy: () => 'restart' | 'interrupt'
  /** Whether a model names chats after the first answer, and which model; null: the model that wrote the answer. */
  titles: () => { on: boolean; model: string | null }
  /**
   * No other instance can own runs of this store, because it is embedded and locked. Then rule 7 does not apply:
   * neither an old heartbeat nor an unreachable store is a reason to suspect another owner.
   */
  alone: boolean
  /** Redis is configured. Without it, followers poll the store. */
  hasRedis: boolean
}

/** Serves chats and their answers on this instance: creates the parts, and starts and stops them in order. */
export class Chat {
  readonly useCases: ReturnType<typeof createChatUseCases>
  readonly startRun: StartRun
  readonly stopRun: StopRun
  /** Resolves with a function that stops following; undefined if the run does not exist or is not this user's. */
  readonly follow: LiveRuns['follow']
  /** Generates one answer for an API client; nothing is stored. */
  readonly complete: (request: CompletionRequest) => Promise<GenerateEnd>
  readonly #ports: ChatPorts
  readonly #live: LiveRuns
  readonly #owned: OwnedRuns
  readonly #orphans: Orphans
  readonly #cooldown: TakeoverCooldown
  readonly #afterAnswer: AfterAnswer
  #accepting = true

  constructor(ports: ChatPorts) {
    const { limits } = ports
    const { chats, folders, runs } = ports.store
    this.#ports = ports
    const live = new LiveRuns({ ...ports, runs })
    this.#afterAnswer = new AfterAnswer({ ...ports, chats })
    const saver = new RunSaver({ ...ports, runs })
    const driverPorts = createDriverPorts(ports, saver)
    const owned = new OwnedRuns({
      ...ports,
      runs,
      live,
      saver,
      createDriver: (run, view, hooks) => new RunDriver(driverPorts, run, view, hooks),
      planTakeover: (claimed) => planTakeover({ ...ports, chats }, claimed),
      ended: (run, end) => void this.#afterAnswer.handleRunEnd(run, end),
      maxTakeovers: limits.takeovers,
    })
    this.#live = live
    this.#owned = owned
    this.#cooldown = new TakeoverCooldown({ ...ports, leaseMs: limits.leaseMs })
    this.#orphans = new Orphans({ ...ports, runs, owned, live, cooldown: this.#cooldown })
    this.stopRun = createStopRun({ ...ports, runs, owned })
    const accepting = (): boolean => this.#accepting
    this.startRun = createStartRun({ ...ports, runs, chats, owned, accepting, stopRun: this.stopRun })
    const { startRun, stopRun } = this
    this.useCases = createChatUseCases({ ...ports, runs, chats, folders, live, startRun, stopRun })
    this.follow = (...args) => live.follow(...args)
    this.complete = (request) => complete(ports, request)
  }

  start(): void {
    const { bus, me } = this.#ports
    const sweepSoon = (): void => this.#orphans.sweepSoon()
    bus.on('run.stop', `instance:${me}`, { message: ({ runId }) => this.#owned.stop(runId), gap: () => {} })
    bus.on('runs.released', 'fleet', { message: sweepSoon, gap: sweepSoon })
    this.#afterAnswer.start()
    this.#live.start()
    this.#owned.start()
    this.#orphans.start()
  }

  /** From now on, new runs are created without an owner. Runs that are already written here continue. */
  async drain(): Promise<void> {
    this.#accepting = false
    this.#orphans.stop()
    await this.#owned.saveNow()
  }

  /** Gives up running answers, so that another instance, or the next start, resumes them. Returns how many. */
  async release(): Promise<number> {
    const released = await this.#owned.releaseAll()
    if (released > 0) await this.#ports.bus.send('runs.released', { runs: released })
    return released
  }

  stop(): void {
    this.#orphans.stop()
    this.#owned.stopTimers()
    this.#live.stop()
  }

  /** Whether this instance currently leaves takeovers to others (rule 13). */
  get coolingDown(): boolean {
    return this.#cooldown.active
  }

  /** The number of answers that this instance is writing. */
  get runs(): number {
    return this.#owned.count
  }
}

function createDriverPorts(ports: ChatPorts, saver: RunSaver): RunDriverPorts {
  const { alone, limits, membership, store } = ports
  return {
    ...ports,
    runs: store.runs,
    saver,
    tickers: {
      read: new DeliveryTicker(limits.gatherMs, ports),
      unread: new DeliveryTicker(limits.gatherUnreadMs, ports),
    },
    heartbeatIsOld: () => !alone && membership.sinceAcknowledged() > limits.leaseMs,
  }
}
