import { createAccounts } from '../accounts/index.ts'
import type { Accounts } from '../accounts/index.ts'
import { sleep } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import { Chat, defaultRunLimits, RunAdmission, RunLimiter } from '../chat/index.ts'
import type { RunLimits } from '../chat/index.ts'
import type { Config } from '../config.ts'
import { Hub } from '../realtime/index.ts'
import { createSettingsUseCases, ProviderConnections, Settings } from '../settings/index.ts'
import {
  createPresence,
  createUserCounts,
  createUserEvents,
  Feeds,
  Jobs,
  SessionMirror,
} from '../shared-state/index.ts'
import type { Presence, PresentUsers, UserCount } from '../shared-state/index.ts'
import type { Store } from '../store/index.ts'
import { checkConnection, createModelCatalogue, discoverOllama } from '../upstream/index.ts'
import type { AnswerDeadlines, ModelCatalogue } from '../upstream/index.ts'
import type { Coordination } from './coordination.ts'
import { environmentSettings, settingVariables } from './environment-settings.ts'

export interface ServicesOptions {
  config: Config
  secretKey: string
  installationId: string
  store: Store
  coordination: Coordination
  clock: Clock
  logger: Logger
  runLimits?: Partial<RunLimits>
}

/** All services of an instance. They are created once the store has been found. */
export interface Services extends Coordination {
  store: Store
  accounts: Accounts
  chat: Chat
  connections: ProviderConnections
  events: PresentUsers
  feeds: Feeds
  hub: Hub
  jobs: Jobs
  models: ModelCatalogue
  presence: Presence
  /** Present with ENABLE_STAR_SESSIONS_MIDDLEWARE and Redis. */
  sessionMirror?: SessionMirror
  settings: Settings
  settingsUseCases: ReturnType<typeof createSettingsUseCases>
}

export function createServices(options: ServicesOptions): Services {
  const { store, coordination, clock, logger } = options
  const { bus, membership } = coordination
  const feeds = new Feeds({ revisions: store.revisions, bus, membership, clock, logger })
  const events = createUserEvents(bus, membership.self)
  const settings = createSettings(options, feeds)
  const hub = new Hub(clock, logger)
  const { connections, models } = createModels(options, { feeds, hub })
  const sessionMirror = createSessionMirror(options)
  const jobs = new Jobs({ store: store.jobs, me: membership.self, clock, logger })
  const counts = createUserCounts(bus, membership)
  return {
    ...coordination,
    store,
    accounts: createAccountsOf(options, { feeds, settings, sessionMirror, events, hub }),
    chat: createChat(options, { models, events, jobs, settings, requests: counts.requests }),
    connections,
    events,
    feeds,
    hub,
    jobs,
    models,
    presence: createPresence(counts.pages),
    ...(sessionMirror ? { sessionMirror } : {}),
    settings,
    settingsUseCases: createSettingsUseCases({
      settings,
      connections,
      checkConnection: (connection, signal) =>
        checkConnection(connection, { clock, proxies: options.config.upstream.proxies }, signal),
      connectionStates: async () => models.states(),
      discoverOllama: (signal) => discoverOllama(clock, signal),
    }),
  }
}

/** Creates the connections to providers and the catalogue of their models. */
function createModels(
  { config, store, clock, logger }: ServicesOptions,
  { feeds, hub }: Pick<Services, 'feeds' | 'hub'>,
): Pick<Services, 'connections' | 'models'> {
  const connections: ProviderConnections = new ProviderConnections({
    store: store.connections,
    environment: config.upstream.connections,
    announceAndApply: () => feeds.announceAndApply('connections'),
    changed: () => models.refresh(),
  })
  const models = createModelCatalogue({
    connections: () => connections.list,
    onLoaded(connection) {
      connections
        .recordWorked(connection)
        .catch((error: unknown) => logger.warn({ err: error }, 'a working connection could not be recorded'))
    },
    onHealthChanged: () => hub.notifyAdmins({ name: 'administration.changed' }),
    learnt: (baseUrl, model) => store.connections.learnt(baseUrl, model),
    learn: (baseUrl, model, continues) => store.connections.learn(baseUrl, model, continues),
    clock,
    logger,
    // Without a minimum, every message could cause a request to the provider for its list of models.
    cacheMs: Math.max(5000, config.upstream.modelsCacheMs ?? 60_000),
    deadlines: deadlinesOf(config),
    proxies: config.upstream.proxies,
  })
  return { connections, models }
}

interface AccountPorts {
  feeds: Feeds
  settings: Settings
  sessionMirror: SessionMirror | undefined
  events: PresentUsers
  hub: Hub
}

function createAccountsOf(
  { config, secretKey, installationId, store, coordination, clock, logger }: ServicesOptions,
  { feeds, settings, sessionMirror, events, hub }: AccountPorts,
): Accounts {
  return createAccounts({
    store,
    rateLimits: coordination.rateLimits,
    config: {
      tokenLifetimeMs: config.accounts.tokenLifetimeMs,
      cookies: { ...config.cookies, path: config.http.basePath || '/' },
      secretKey,
      installationId,
      // Getters, because administrators may change these settings at any time.
      get signUp() {
        return settings.current.signUp
      },
      get defaultRole() {
        return settings.current.defaultRole
      },
    },
    clock,
    logger,
    announce: (feed) => void feeds.announceAndApply(feed),
    sessionSeen: (session) => sessionMirror?.reportUse(session),
    accountChanged: (userId) => events.notify(userId, { name: 'account.changed' }),
    accountCreated() {
      hub.notifyAdmins({ name: 'administration.changed' })
      void coordination.bus.send('account.created', { from: coordination.membership.self })
    },
  })
}

function createSessionMirror({
  config,
  coordination,
  clock,
  logger,
}: ServicesOptions): SessionMirror | undefined {
  const { link, keys } = coordination
  if (!link || !config.accounts.mirrorSessions) return undefined
  const target = {
    show: (id: string, text: string, expiresMs: number) =>
      link.command(['SET', keys.session(id), text, 'PX', Math.ceil(expiresMs)]),
    remove: (id: string) => link.command(['DEL', keys.session(id)]),
  }
  return new SessionMirror({ target: target, clock, logger })
}

function createSettings(
  { config, store, coordination, clock, logger }: ServicesOptions,
  feeds: Feeds,
): Settings {
  return new Settings({
    store: store.settings,
    environment: environmentSettings(config),
    variables: settingVariables,
    persistent: config.settings.persistent,
    announceAndApply: () => feeds.announceAndApply('settings'),
    applied: () => {
      const { self } = coordination.membership
      const members = coordination.membership.members()
      const mine = feeds.appliedRevision('settings')
      return {
        // This instance reports the revision of its last heartbeat, which may be older than what it has applied.
        on: members.filter(
          ({ incarnation, revisions }) => incarnation === self || revisions['settings'] === mine,
        ).length,
        of: members.length,
      }
    },
    clock,
    logger,
  })
}

function createChat(
  { store, coordination, clock, logger, runLimits }: ServicesOptions,
  {
    models,
    events,
    jobs,
    settings,
    requests,
  }: Pick<Services, 'models' | 'events' | 'jobs' | 'settings'> & { requests: UserCount },
): Chat {
  const { bus, claims, log, membership, link } = coordination
  return new Chat({
    me: membership.self,
    store,
    log,
    membership,
    bus,
    models,
    events,
    jobs,
    admission: new RunAdmission(() => {
      const { runningPerInstance: perInstance, runningPerConnection: perConnection } = settings.current
      return { perInstance, perConnection }
    }),
    limiter: new RunLimiter({
      rateLimits: coordination.rateLimits,
      store,
      requests,
      limits: () => settings.current,
    }),
    claims,
    clock,
    sleep,
    logger,
    limits: { ...defaultRunLimits, ...runLimits },
    policy: () => settings.current.takeoverPolicy,
    titles: () => ({ on: settings.current.titles, model: settings.current.taskModel }),
    alone: store.kind === 'sqlite',
    hasRedis: link !== undefined,
  })
}

function deadlinesOf({ upstream }: Config): Pick<AnswerDeadlines, 'totalMs' | 'betweenWordsMs' | 'listMs'> {
  const { totalTimeoutMs: totalMs, idleTimeoutMs: betweenWordsMs, modelListTimeoutMs: listMs } = upstream
  return { totalMs, betweenWordsMs, listMs }
}
