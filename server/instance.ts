import { join } from 'node:path'
import { prepareFirstAccount } from './accounts/index.ts'
import { every, Lifecycle, newId, randomToken, sleep, systemClock } from './base/index.ts'
import type { Clock, Logger } from './base/index.ts'
import type { RunLimits } from './chat/index.ts'
import type { Config } from './config.ts'
import type { MemoryHubs } from './instance/coordination.ts'
import { createCoordination } from './instance/coordination.ts'
import { findStore } from './instance/find-store.ts'
import type { FindStoreOptions, FoundStore } from './instance/find-store.ts'
import { listen } from './instance/listen.ts'
import { createServices } from './instance/services.ts'
import type { Services } from './instance/services.ts'
import { InstanceState } from './instance/state.ts'
import {
  CutOff,
  detectOtherInstallation,
  drain,
  serveCommandLine,
  describeSuspended,
} from './operations/index.ts'
import { followFeeds } from './settings/index.ts'
import { scheduleFillSaid, scheduleIndexing, pruneDaily } from './shared-state/index.ts'

export interface InstanceOptions {
  config: Config
  version: string
  logger: Logger
  clock?: Clock
  /** Replace Redis for several instances in one process. For tests. */
  hubs?: MemoryHubs
  runLimits?: Partial<RunLimits>
  /** The number of unhandled promise rejections in this process; each is a bug. */
  rejections?: () => number
  /** The folder of the built page; by default, the output folder of the build. */
  webRoot?: string
}

export interface Instance {
  readonly incarnation: string
  readonly port: number
  /** Resolves when the store was found and everything has started; rejects if the start cannot succeed. */
  readonly started: Promise<void>
  /** The kind of store, and whether other instances share it. */
  readonly mode: { store: 'sqlite' | 'postgres'; fleet: boolean }
  /** Drains for at most SHUTDOWN_GRACE_SECONDS, then closes everything. A second call ends the drain at once. */
  stop(): Promise<void>
}

function incarnationOf(label: string): string {
  return `${label.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 40)}.${randomToken(6)}`
}

/** Creates, connects and starts the parts of one instance. No global state: one process can run several instances. */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const { config, version, logger, clock = systemClock } = options
  const incarnation = incarnationOf(config.instance.label)
  const lifecycle = new Lifecycle(logger)
  const state = new InstanceState()
  const abort = new AbortController()
  const embedded = config.store.databaseUrl === null
  const { signal } = abort
  const wiring = { config, clock, logger, state, signal }

  // An embedded store opens at once or fails. PostgreSQL may become available later, so this instance listens first and
  // reports that it is not ready.
  const storeHere = embedded ? await findStore(wiring) : undefined
  const server = await listen({
    ...wiring,
    version,
    incarnation,
    rejections: options.rejections ?? (() => 0),
    webRoot: options.webRoot ?? join(import.meta.dirname, '../dist/web'),
  })
  lifecycle.started('http', () => server.close())

  const begin = async (): Promise<void> => {
    const found = storeHere ?? (await findStore(wiring))
    await startOnStore(found, { ...options, ...wiring, incarnation, lifecycle })
  }
  const started = begin()
  // A caller may ignore `started`; without this handler, a failure would then be an unhandled rejection.
  started.catch(() => {})

  let stopping: Promise<void> | undefined
  const now = new AbortController()
  return {
    incarnation,
    port: server.port,
    started,
    mode: { store: embedded ? 'sqlite' : 'postgres', fleet: !embedded },
    stop() {
      if (stopping) now.abort()
      stopping ??= (async () => {
        state.draining = true
        const { graceMs } = config.drain
        const stopListening = (): Promise<void> => server.stopListening()
        const how = { stopListening, graceMs, alone: embedded, now: now.signal, clock, logger }
        if (state.started) await drain({ ...state.started, ...how })
        abort.abort()
        await Promise.race([lifecycle.stop(), sleep(3500)])
      })()
      return stopping
    },
  }
}

interface StartOptions extends Omit<InstanceOptions, 'clock'>, FindStoreOptions {
  incarnation: string
  lifecycle: Lifecycle
}

/** Creates and starts everything that needs the store; afterwards, this instance serves requests. */
async function startOnStore(found: FoundStore, options: StartOptions): Promise<void> {
  const { config, incarnation, lifecycle, logger, state } = options
  lifecycle.started('store', () => found.store.close())
  const coordination = createCoordination({ ...options, ...found })
  lifecycle.started('coordination', () => coordination.close())
  const services = createServices({ ...options, ...found, coordination })
  lifecycle.started('accounts', () => services.accounts.close())
  lifecycle.started('session mirror', () => services.sessionMirror?.stop())
  const { keyPrefix } = config.redis
  const { label } = config.instance
  const { findings } = state
  await detectOtherInstallation({
    ...options,
    ...found,
    ...coordination,
    keyPrefix,
    label,
    self: incarnation,
    findings,
  })
  await startServices(services, options)
  lifecycle.started('chat', () => services.chat.stop())
  lifecycle.started('jobs', () => services.jobs.stop())
  state.serve(services)
  if (found.store.kind === 'postgres') return
  const { operator } = services.accounts
  await serveCommandLine({ ...services, dataDir: config.store.dataDir, operator, lifecycle, logger })
}

/** Starts the background work, in the order of its dependencies. */
async function startServices(
  services: Services,
  { config, state, clock, logger, signal }: FindStoreOptions,
): Promise<void> {
  const { accounts, bus, chat, events, feeds, hub, jobs, membership, settings, store } = services
  followFeeds(feeds, { ...services, notifyPages: (event) => hub.broadcast(event) })
  feeds.on('revocations', () => accounts.revocations.read())
  accounts.authenticator.onRevoked((revocation) => {
    if (revocation !== 'all') services.sessionMirror?.reportEnd(revocation.sessionIds)
    if (revocation === 'all' || revocation.userIds.size > 0)
      hub.notifyAdmins({ name: 'administration.changed' })
    hub.revoke(
      revocation === 'all'
        ? 'all'
        : { sessionIds: [...revocation.sessionIds], userIds: [...revocation.userIds] },
    )
  })
  bus.on('account.created', 'fleet', {
    message({ from }) {
      if (from !== membership.self) hub.notifyAdmins({ name: 'administration.changed' })
    },
    // The pages learn of a gap themselves and refresh everything.
    gap: () => undefined,
  })
  await membership.join()
  await feeds.poll()
  if (config.settings.resetAtStart) await settings.reset()
  feeds.start()
  hub.start()
  chat.start()
  pruneDaily(jobs, { store, logger })
  scheduleFillSaid(jobs, { store, logger })
  scheduleIndexing(jobs, { store, logger })
  jobs.start()
  const suspended = await describeSuspended(store)
  if (suspended !== undefined) logger.warn(suspended)
  const reportLoad = async (): Promise<void> => {
    if (state.draining) return
    const { size: sockets, fallbacks } = hub
    membership.update({ runs: chat.runs, sockets, fallbacks, people: events.userCount })
  }
  void every(reportLoad, {
    ms: () => 1000,
    failed: (error) =>
      logger.error({ err: error, errorId: newId() }, 'reporting the load of this instance failed'),
    signal,
  })
  await prepareFirstAccount(accounts, { firstAdmin: config.accounts.firstAdmin, logger })
  if (store.kind === 'sqlite') return
  state.cutOff = new CutOff({ ...services, clock, logger })
  state.cutOff.watch(signal)
}
