import { z } from 'zod'
import { sleep } from '../base/index.ts'
import type { Logger } from '../base/index.ts'
import type { Store } from '../store/store.ts'
import type { JobRun, Jobs } from './jobs.ts'

const chatsAtOnce = 100
/** The pause between two batches, so that requests of users are served first. */
const pauseMs = 50

const minuteMs = 60_000
const hourMs = 60 * minuteMs

const progressShape = z.object({ afterChat: z.string(), filled: z.number() })

/**
 * Registers the job that fills the visible words of older messages, and adds it once per start. A start has to add it,
 * because the previous version may have written messages until now, and a job that failed too often is not retried.
 * Call it before the jobs start.
 */
export function scheduleFillSaid(
  jobs: Pick<Jobs, 'on' | 'add'>,
  { store, logger }: { store: Pick<Store, 'chats'>; logger: Logger },
): void {
  jobs.on('fill-said', async (_, run) => void (await fillSaid(store, run)), { maxMs: hourMs })
  // If the job is already waiting, it keeps its time.
  void jobs
    .add('fill-said', 'all', {}, { inMs: 10 * minuteMs })
    .catch((error: unknown) =>
      logger.warn({ err: error }, 'filling of visible words was not scheduled on this instance'),
    )
}

/**
 * Stores the visible words of older messages separately from their text, chat by chat. Resumes at the last reported
 * progress. Resolves with the number of filled messages.
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
