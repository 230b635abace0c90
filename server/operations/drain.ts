import { sleep as realSleep } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { Chat } from '../chat/index.ts'
import type { Membership } from '../coordination/contracts.ts'
import type { Feeds } from '../shared-state/index.ts'

/** Longer than a proxy keeps sending on a connection that it holds open. */
const listenOnMs = 3000
/** Before the end of the grace, unfinished answers are given up: somebody else has to claim them. */
const handOverMs = 4000
/** Readers come back over this long, not all at once. */
const spreadMs = 1500

export interface DrainOptions {
  chat: Pick<Chat, 'drain' | 'release' | 'runs'>
  feeds: Pick<Feeds, 'stop'>
  membership: Pick<Membership, 'update' | 'leave'>
  /** The open sockets and event streams; `drain` spreads their closing over so many ms. */
  hub: { readonly size: number; drain(ms: number): Promise<void> }
  /** No new connections; what is open continues. */
  stopListening: () => Promise<void>
  graceMs: number
  /** Nobody else can serve: sockets stay until the answers have ended. */
  alone: boolean
  /** Stop now: the second signal. */
  now: AbortSignal
  clock: Pick<Clock, 'monotonic'>
  sleep?: typeof realSleep
  logger: Logger
}

/**
 * Leaves without anybody noticing, once `/ready` fails: saves every run, serves what still comes until proxies have seen
 * that, tells sockets to come back elsewhere, lets answers finish, and hands over those that do not.
 */
export async function drain(options: DrainOptions): Promise<void> {
  const { chat, feeds, hub, membership, graceMs, alone, now, clock, sleep = realSleep, logger } = options
  const started = clock.monotonic()
  const left = (ms: number): number => Math.max(0, ms - (clock.monotonic() - started))
  membership.update({ state: 'draining' })
  await chat
    .drain()
    .catch((error: unknown) => logger.warn({ err: error }, 'saving at the start of a drain failed'))
  logger.info({ runs: chat.runs, sockets: hub.size, graceMs }, 'draining')
  if (!alone) {
    const leaving = hub.drain(spreadMs)
    await sleep(Math.min(listenOnMs, left(graceMs - handOverMs)), now)
    await leaving
  }
  await options.stopListening()
  while (chat.runs > 0 && left(graceMs - handOverMs) > 0 && !now.aborted) await sleep(50, now)
  if (alone) await hub.drain(spreadMs)
  feeds.stop()
  const released = await chat.release().catch((error: unknown) => {
    logger.warn({ err: error }, 'handing over runs failed; they are claimed when this instance is missed')
    return 0
  })
  if (released > 0) logger.info({ released }, 'handed over unfinished answers')
  await membership.leave().catch((error: unknown) => logger.debug({ err: error }, 'no goodbye'))
}
