import { z } from 'zod'
import { sleep } from '../base/index.ts'
import type { Store } from '../store/store.ts'
import type { JobRun, Jobs } from './jobs.ts'

const chatsAtOnce = 100
/** Between two batches, so that people come first at the store. */
const pauseMs = 50

const hourMs = 3_600_000
const dayMs = 24 * hourMs

const progressShape = z.object({ afterChat: z.string(), filled: z.number() })

/** Does the job that the migration has added. Call before the jobs start. */
export function fillSaidOfOlder(jobs: Pick<Jobs, 'on' | 'add'>, store: Pick<Store, 'chats'>): void {
  jobs.on(
    'fill-said',
    async (_, run) => {
      // Where there were any, instances of the version before may be adding some still.
      if ((await fillSaid(store, run)) > 0) await jobs.add('fill-said', 'all', {}, { inMs: dayMs })
    },
    { maxMs: hourMs },
  )
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
