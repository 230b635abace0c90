import { z } from 'zod'
import { sleep } from '../base/index.ts'
import type { Logger } from '../base/index.ts'
import type { Store } from '../store/store.ts'
import type { JobRun, Jobs } from './jobs.ts'

const chatsAtOnce = 100
/** Between two batches, so that people come first at the store. */
const pauseMs = 50

const minuteMs = 60_000
const hourMs = 60 * minuteMs

const progressShape = z.object({ afterChat: z.string(), filled: z.number() })

/**
 * Does the job that the migration has added, and once more after each start: the version before may have written messages
 * until this instance came, and a job that failed too often is not tried again by itself. Call before the jobs start.
 */
export function fillSaidOfOlder(
  jobs: Pick<Jobs, 'on' | 'add'>,
  { store, logger }: { store: Pick<Store, 'chats'>; logger: Logger },
): void {
  jobs.on('fill-said', async (_, run) => void (await fillSaid(store, run)), { maxMs: hourMs })
  // Where it waits already, it keeps its time.
  void jobs
    .add('fill-said', 'all', {}, { inMs: 10 * minuteMs })
    .catch((error: unknown) => logger.warn({ err: error }, 'this start fills no visible words; another will'))
}

/**
 * Keeps the visible words of older messages apart from their text, chat by chat. Goes on where an earlier try reported to
 * be. Answers with how many messages it filled.
 */
export async function fillSaid(
  store: Pick<Store, 'chats'>,
  { signal, progress, report }: JobRun,
  { batch = chatsAtOnce } = {},
): Promise<number> {
  let at = progressShape.safeParse(progress).data ?? { afterChat: '', filled: 0 }
  for (;;) {
    signal.throwIfAborted()
    const { filled, next } = await store.chats.fillSaid(at.afterChat, batch)
    if (next === null) return at.filled
    at = { afterChat: next, filled: at.filled + filled }
    await report(at)
    await sleep(pauseMs, signal)
  }
}
