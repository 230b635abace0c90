import { Cluster } from 'ioredis'
import type { Redis } from 'ioredis'
import type { Clock, Logger } from '../../base/index.ts'
import type { ClientFactory } from './client-options.ts'
import { ClusterSubscribers } from './cluster-subscribers.ts'
import type { ChannelListener, ChannelSubscription } from './redis-link.ts'
import { leaveOldMaster, watchSentinels } from './sentinel-watch.ts'
import type { ChannelKind } from './subscriber-connection.ts'
import { SubscriberConnection } from './subscriber-connection.ts'
import { Subscriptions } from './subscriptions.ts'

export interface Subscribers {
  subscribe(kind: ChannelKind, channel: string, listener: ChannelListener): ChannelSubscription
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

/** The half of a link that listens: one connection, or in a Cluster one for each node that is needed. */
export function createSubscribers(options: SubscribersOptions): Subscribers {
  return options.factory.topology.kind === 'cluster' ? inCluster(options) : onOneNode(options)
}

function onOneNode({ factory, commands, clock, logger, alive, failed }: SubscribersOptions): Subscribers {
  const connection = new SubscriberConnection(() => factory.subscriber(), {
    clock,
    mixed: true,
    events: {
      alive: (is) => {
        if (!is) subscriptions.stopWaiting()
        alive(is)
      },
      failed,
    },
  })
  const subscriptions = new Subscriptions(() => connection, logger)
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
    subscribe: (kind, channel, listener) => subscriptions.subscribe(kind, channel, listener),
    close: () => {
      sentinels?.close()
      subscriptions.close()
      connection.close()
    },
  }
}

function inCluster({ factory, commands, clock, logger, alive, failed }: SubscribersOptions): Subscribers {
  const cluster = (): Cluster => {
    const client = commands()
    if (client instanceof Cluster) return client
    throw new TypeError('not a Cluster')
  }
  const watched = new WeakSet<Cluster>()
  const look = (): void => {
    const client = cluster()
    if (!watched.has(client)) {
      watched.add(client)
      client.on('refresh', look)
      client.on('+node', look)
    }
    subscriptions.reroute()
    nodes.sweep()
    report()
  }
  const report = (): void => {
    subscriptions.stopWaiting()
    alive(nodes.alive)
  }
  const nodes = new ClusterSubscribers(
    cluster,
    (node) =>
      new SubscriberConnection(() => factory.subscriber(node), {
        clock,
        mixed: false,
        events: {
          // A node that went away may carry the plain channels: they move at once.
          alive: (is) => (is ? report() : look()),
          failed,
          moved: () => cluster().refreshSlotsCache(),
        },
      }),
  )
  const subscriptions = new Subscriptions((kind, name) => nodes.route(kind, name), logger)
  // A rebuilt client has events of its own: the timer finds it.
  const timer = setInterval(look, 1000)
  timer.unref()
  look()
  return {
    subscribe: (kind, channel, listener) => subscriptions.subscribe(kind, channel, listener),
    close: () => {
      clearInterval(timer)
      subscriptions.close()
      nodes.close()
    },
  }
}
