import { Cluster } from 'ioredis'
import type { Redis } from 'ioredis'
import { guarded } from '../../base/index.ts'
import type { Clock, Logger } from '../../base/index.ts'
import type { ClientFactory } from './client-options.ts'
import { ClusterSubscribers } from './cluster-subscribers.ts'
import type { ChannelListener, ChannelSubscription } from './redis-link.ts'
import { leaveOldMaster, watchSentinels } from './sentinel-watch.ts'
import type { ChannelKind } from './subscriber-connection.ts'
import { SubscriberConnection } from './subscriber-connection.ts'
import type { Route } from './subscriptions.ts'
import { Subscriptions } from './subscriptions.ts'

export interface Subscribers {
  subscribe(kind: ChannelKind, channel: string, listener: ChannelListener): ChannelSubscription
  /** Moves all channels to another topology. Their listeners receive `gap` when the channels are subscribed again. */
  moveTo(factory: ClientFactory): void
  close(): void
}

export interface SubscribersOptions {
  factory: ClientFactory
  commands: () => Redis | Cluster
  clock: Clock
  logger: Logger
  alive: (alive: boolean) => void
  failed: (error: unknown) => void
}

/** The connections for the subscriptions in one topology. */
interface TopologySubscribers {
  route: Route
  close(): void
}

/**
 * Creates the subscribing half of a link: one connection, or in a Cluster one connection to each node that is needed.
 */
export function createSubscribers(options: SubscribersOptions): Subscribers {
  let current: TopologySubscribers | undefined
  const subscriptions = new Subscriptions((kind, name) => current?.route(kind, name), options.logger)
  const moveTo = (factory: ClientFactory): void => {
    current?.close()
    current = undefined
    const createTopologySubscribers = factory.topology.kind === 'cluster' ? inCluster : onOneNode
    current = createTopologySubscribers({ ...options, factory }, subscriptions)
    subscriptions.reroute()
  }
  moveTo(options.factory)
  return {
    subscribe: (kind, channel, listener) => subscriptions.subscribe(kind, channel, listener),
    moveTo,
    close: () => {
      subscriptions.close()
      current?.close()
    },
  }
}

function onOneNode(
  { factory, commands, clock, logger, alive, failed }: SubscribersOptions,
  subscriptions: Subscriptions,
): TopologySubscribers {
  const connection = new SubscriberConnection(() => factory.subscriber(), {
    clock,
    logger,
    mixed: true,
    events: {
      alive: (is) => {
        if (!is) subscriptions.stopWaiting()
        alive(is)
      },
      failed,
    },
  })
  const { topology } = factory
  const sentinels =
    topology.kind === 'sentinel'
      ? watchSentinels(topology, {
          connect: (address) => factory.sentinel(address),
          logger,
          switched: (master) => {
            for (const client of [commands(), connection.guard.client]) {
              if (!(client instanceof Cluster)) leaveOldMaster(client, master)
            }
          },
        })
      : undefined
  return {
    route: () => connection,
    close: () => {
      sentinels?.close()
      connection.close()
    },
  }
}

function inCluster(
  { factory, commands, clock, logger, alive, failed }: SubscribersOptions,
  subscriptions: Subscriptions,
): TopologySubscribers {
  const cluster = (): Cluster => {
    const client = commands()
    if (client instanceof Cluster) return client
    throw new TypeError('not a Cluster')
  }
  const watched = new WeakSet<Cluster>()
  const refresh = (): void => {
    const client = cluster()
    if (!watched.has(client)) {
      watched.add(client)
      client.on('refresh', refreshGuarded)
      client.on('+node', refreshGuarded)
    }
    subscriptions.reroute()
    nodes.sweep()
    report()
  }
  const refreshGuarded = guarded({ logger, event: 'nodes of the Redis Cluster' }, refresh)
  const report = (): void => {
    subscriptions.stopWaiting()
    alive(nodes.alive)
  }
  const nodes = new ClusterSubscribers(
    cluster,
    (node) =>
      new SubscriberConnection(() => factory.subscriber(node), {
        clock,
        logger,
        mixed: false,
        events: {
          // The failed node may be the one with the plain channels, which then move at once.
          alive: (is) => (is ? report() : refresh()),
          failed,
          moved: () => cluster().refreshSlotsCache(),
        },
      }),
  )
  // A client that was replaced no longer emits events here; the timer finds the new client.
  const timer = setInterval(refreshGuarded, 1000)
  timer.unref()
  refresh()
  return {
    route: (kind, name) => nodes.route(kind, name),
    close: () => {
      clearInterval(timer)
      nodes.close()
    },
  }
}
