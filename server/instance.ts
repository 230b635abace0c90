import { join } from 'node:path'
import { guarded, Lifecycle, randomToken, sleep, systemClock } from './base/index.ts'
import type { Clock, Logger } from './base/index.ts'
import type { RunLimits } from './chat/index.ts'
import type { Config } from './config.ts'
import type { MemoryHubs } from './instance/coordination.ts'
import { createCoordination } from './instance/coordination.ts'
import { CutOff } from './instance/cut-off.ts'
import { drain } from './instance/drain.ts'
import { findStore } from './instance/find-store.ts'
import { listen } from './instance/listen.ts'
import { meetInstallation } from './instance/meet-installation.ts'
import { serveCommandLine } from './instance/serve-command-line.ts'
import { createServices } from './instance/services.ts'
import type { Services } from './instance/services.ts'
import { unconfirmed } from './instance/unconfirmed.ts'
import { InstanceState } from './instance/state.ts'

export interface InstanceOptions {
  config: Config
  version: string
  logger: Logger
  clock?: Clock
  /** Shared by several instances in one process, in place of Redis. For tests. */
  hubs?: MemoryHubs
  runLimits?: Partial<RunLimits>
  /** Promise rejections that nothing in this process handled; each is a bug. */
  rejections?: () => number
  /** The built page; by default where the build puts it. */
  webRoot?: string
}

export interface Instance {
  readonly incarnation: string
  readonly port: number
  /** Resolves when the store was found and everything has started; rejects when that is hopeless. */
  readonly started: Promise<void>
  /** Whether it is a fleet's: others share its store. */
  readonly mode: { store: 'sqlite' | 'postgres'; fleet: boolean }
  /** Drains: takes at most SHUTDOWN_GRACE_SECONDS. A second call stops now. */
  stop(): Promise<void>
}

function incarnationOf(label: string): string {
  return `${label.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 40)}.${randomToken(6)}`
}

/** The wiring of one instance, and the order of start and stop. No state outside: two in one process are normal. */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const { config, version, logger, clock = systemClock } = options
  const incarnation = incarnationOf(config.instance.label)
  const lifecycle = new Lifecycle(logger)
  const state = new InstanceState(clock)
  const abort = new AbortController()
  const embedded = config.store.databaseUrl === null

  // An embedded store is there or it is not; a server's may come later, while this instance says so.
  const storeHere = embedded
    ? await findStore({ config, clock, logger, state, signal: abort.signal })
    : undefined
  const server = await listen({
    config,
    version,
    logger,
    clock,
    state,
    incarnation,
    rejections: options.rejections ?? (() => 0),
    webRoot: options.webRoot ?? join(import.meta.dirname, '../dist/web'),
  })
  lifecycle.started('http', () => server.close())

  const begin = async (): Promise<void> => {
    const found = storeHere ?? (await findStore({ config, clock, logger, state, signal: abort.signal }))
    lifecycle.started('store', () => found.store.close())
    const coordination = createCoordination({ ...options, ...found, clock, incarnation })
    lifecycle.started('coordination', () => coordination.close())
    const services = createServices({ ...options, ...found, coordination, clock })
    lifecycle.started('accounts', () => services.accounts.close())
    lifecycle.started('session mirror', () => services.sessionMirror?.stop())
    await meetInstallation({ ...found, coordination, config, state, logger, clock, signal: abort.signal })
    await startServices(services, { config, state, logger })
    if (!embedded) {
      state.cutOff = new CutOff({ ...services, clock, logger })
      state.cutOff.watch(abort.signal)
    }
    lifecycle.started('chat', () => services.chat.stop())
    lifecycle.started('jobs', () => services.jobs.stop())
    state.serve(services)
    await serveCommandLine({ config, services, lifecycle, logger })
  }
  const started = begin()
  // Whoever waits for it hears of it; nobody has to.
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
        await drain({ state, server, graceMs: config.drain.graceMs, embedded, now: now.signal, logger })
        abort.abort()
        await Promise.race([lifecycle.stop(), sleep(3500)])
      })()
      return stopping
    },
  }
}

/** What turns by itself, in the order in which one needs the other. */
async function startServices(
  services: Services,
  { config, state, logger }: { config: Config; state: InstanceState; logger: Logger },
): Promise<void> {
  const { accounts, chat, connections, events, feeds, hub, jobs, membership, settings, store } = services
  feeds.on('connections', async () => {
    await connections.read()
    hub.tell({ name: 'models.changed' })
  })
  feeds.on('settings', async () => {
    await settings.read()
    hub.tell({ name: 'settings.changed', revision: settings.revision })
  })
  feeds.on('revocations', async () => {
    const revoked = await store.sessions.revokedSince(state.revocationsRead)
    accounts.authenticator.revoked(revoked.sessionIds, revoked.userIds)
    state.revocationsRead = revoked.now
  })
  accounts.authenticator.onRevoked((revocation) => {
    if (revocation !== 'all') services.sessionMirror?.ended(revocation.sessionIds)
    hub.revoke(
      revocation === 'all'
        ? 'all'
        : { sessionIds: [...revocation.sessionIds], userIds: [...revocation.userIds] },
    )
  })
  await membership.join()
  await feeds.look()
  if (config.settings.resetAtStart) await resetSettings(settings, logger)
  feeds.start()
  hub.start()
  chat.start()
  jobs.start()
  // Where it waits already, it keeps its time. Not at once: a start has better things to do.
  void jobs
    .add('prune', 'daily', {}, { inMs: 600_000 })
    .catch((error: unknown) => logger.warn({ err: error }, 'this start plans no pruning; another will'))
  const waiting = await unconfirmed(store)
  if (waiting !== undefined) logger.warn(waiting)
  state.loads(
    guarded({ logger, event: 'load of this instance' }, () =>
      membership.update({
        runs: chat.runs,
        sockets: hub.size,
        fallbacks: hub.fallbacks,
        people: events.people,
      }),
    ),
  )
  if (config.accounts.firstAdmin) await accounts.operator.ensureFirstAdmin(config.accounts.firstAdmin)
  if ((await accounts.signUpMode()) === 'first') {
    logger.warn(
      `nobody has an account yet, and the first one becomes administrator; unless the page is opened on this machine, its sign-up asks for the setup code: ${accounts.setupCode}`,
    )
  }
}

async function resetSettings(settings: Services['settings'], logger: Logger): Promise<void> {
  const dropped = await settings.reset()
  logger.info(
    { dropped },
    'RESET_CONFIG_ON_START: the saved settings are dropped, the environment counts again',
  )
}
