import { sleep as realSleep } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { Chat } from '../chat/index.ts'
import type { Membership } from '../coordination/contracts.ts'
import type { Feeds } from '../shared-state/index.ts'

/**
 * How long an instance that is not alone keeps listening, so that proxies notice that `/ready` fails before their
 * connections are refused.
 */
const keepListeningMs = 3000
/**
 * Unfinished answers are handed over this long before the grace period ends, so that other instances can claim them.
 */
const handOverBeforeEndMs = 4000
/** Sockets are closed over this time, so that readers do not all reconnect at once. */
const spreadMs = 1500

export interface DrainOptions {
  chat: Pick<Chat, 'drain' | 'release' | 'runs'>
  feeds: Pick<Feeds, 'stop'>
  membership: Pick<Membership, 'update' | 'leave'>
  /** The open sockets and event streams. `drain` closes them spread over the given milliseconds. */
  hub: { readonly size: number; drain(ms: number): Promise<void> }
  /** Resolves when new connections are refused. Open connections continue. */
  stopListening: () => Promise<void>
  graceMs: number
  /** True if no other instance can serve these clients; then the sockets stay open until the answers have ended. */
  alone: boolean
  /** Aborts on the second stop signal: the drain then stops waiting. */
  now: AbortSignal
  clock: Pick<Clock, 'monotonic'>
  sleep?: typeof realSleep
  logger: Logger
}

/**
 * Takes this instance out of service without interrupting users; call it when `/ready` already fails. Saves every run,
 * closes the sockets so that clients reconnect elsewhere, serves requests until proxies have noticed, lets answers
 * finish, and hands over those that do not finish in time.
 */
export async function drain(options: DrainOptions): Promise<void> {
  const { chat, feeds, hub, membership, graceMs, alone, now, clock, sleep = realSleep, logger } = options
  const started = clock.monotonic()
  const remainingMs = (ms: number): number => Math.max(0, ms - (clock.monotonic() - started))
  membership.update({ state: 'draining' })
  await chat
    .drain()
    .catch((error: unknown) => logger.warn({ err: error }, 'saving runs at the start of the drain failed'))
  logger.info({ runs: chat.runs, sockets: hub.size, graceMs }, 'draining')
  if (!alone) {
    const leaving = hub.drain(spreadMs)
    await sleep(Math.min(keepListeningMs, remainingMs(graceMs - handOverBeforeEndMs)), now)
    await leaving
  }
  await options.stopListening()
  while (chat.runs > 0 && remainingMs(graceMs - handOverBeforeEndMs) > 0 && !now.aborted) await sleep(50, now)
  if (alone) await hub.drain(spreadMs)
  feeds.stop()
  const released = await chat.release().catch((error: unknown) => {
    logger.warn(
      { err: error },
      'handing over runs failed; other instances claim them once this instance is considered dead',
    )
    return 0
  })
  if (released > 0) logger.info({ released }, 'handed over unfinished answers')
  await membership
    .leave()
    .catch((error: unknown) => logger.debug({ err: error }, 'leaving the membership list failed'))
}
