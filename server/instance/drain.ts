import { sleep } from '../base/index.ts'
import type { Logger } from '../base/index.ts'
import type { Listening } from './listen.ts'
import type { InstanceState } from './state.ts'

/** Longer than a proxy keeps sending on a connection that it holds open. */
const listenOnMs = 3000
/** Before the end of the grace, unfinished answers are given up: somebody else has to claim them. */
const handOverMs = 4000
/** Readers come back over this long, not all at once. */
const spreadMs = 1500

export interface DrainOptions {
  state: InstanceState
  server: Listening
  graceMs: number
  embedded: boolean
  /** Stop now: the second signal. */
  now: AbortSignal
  logger: Logger
}

/**
 * Leaves without anybody noticing: saves every run, fails `/ready`, serves what still comes until proxies have seen
 * that, tells sockets to come back elsewhere, lets answers finish, and hands over those that do not.
 */
export async function drain({ state, server, graceMs, embedded, now, logger }: DrainOptions): Promise<void> {
  const started = performance.now()
  const left = (ms: number): number => Math.max(0, ms - (performance.now() - started))
  state.draining = true
  state.stopTelling()
  const services = state.started
  if (!services) return
  const { chat, feeds, hub, membership } = services
  membership.update({ state: 'draining' })
  await chat
    .drain()
    .catch((error: unknown) => logger.warn({ err: error }, 'saving at the start of a drain failed'))
  logger.info({ runs: chat.runs, sockets: hub.size, graceMs }, 'draining')
  if (!embedded) {
    const leaving = hub.drain(spreadMs)
    await sleep(Math.min(listenOnMs, left(graceMs - handOverMs)), now)
    await leaving
  }
  server.stopListening()
  while (chat.runs > 0 && left(graceMs - handOverMs) > 0 && !now.aborted) await sleep(50, now)
  if (embedded) await hub.drain(spreadMs)
  feeds.stop()
  const released = await chat.release().catch((error: unknown) => {
    logger.warn({ err: error }, 'handing over runs failed; they are claimed when this instance is missed')
    return 0
  })
  if (released > 0) logger.info({ released }, 'handed over unfinished answers')
  await membership.leave().catch((error: unknown) => logger.debug({ err: error }, 'no goodbye'))
}
