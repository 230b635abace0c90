import type { Logger } from '../base/index.ts'
import { sleep } from '../base/index.ts'
import type { Store } from '../store/store.ts'
import { fillSaid } from './fill-said.ts'
import type { JobRun, Jobs } from './jobs.ts'

const everyMs = 5 * 60_000
const hourMs = 3_600_000
const chatsAtOnce = 200
const usersAtOnce = 20
/** The pause between two steps, so that requests of users are served first. */
const pauseMs = 20

type IndexedStore = Pick<Store, 'chats' | 'searchIndex'>

/**
 * Registers the job that keeps the search index complete, and adds it: it runs every few minutes on one of the
 * instances. Call it before the jobs start.
 */
export function scheduleIndexing(
  jobs: Pick<Jobs, 'on' | 'add'>,
  { store, logger }: { store: IndexedStore; logger: Logger },
): void {
  const add = (inMs: number): Promise<void> => jobs.add('index-messages', 'all', {}, { inMs })
  jobs.on(
    'index-messages',
    async (_, run) => {
      // Added first, so that a failure below does not prevent the next run.
      await add(everyMs)
      await indexMessages(store, run)
    },
    { maxMs: hourMs },
  )
  // If the job is already waiting, it keeps its time.
  void add(everyMs).catch((error: unknown) =>
    logger.warn({ err: error }, 'indexing of messages was not scheduled on this instance'),
  )
}

/**
 * Adds older messages to the index, once in the life of a database, then moves long tails into blocks. Resumes where it
 * was interrupted.
 */
export async function indexMessages(store: IndexedStore, run: JobRun): Promise<void> {
  if (!(await store.searchIndex.isFilled())) await fillIndex(store, run)
  const { signal, report } = run
  let moved = 0
  for (;;) {
    const users = await store.searchIndex.overdue(usersAtOnce)
    for (const userId of users) {
      moved += await store.searchIndex.moveTailIntoBlock(userId, signal)
      await report({ moved })
      await sleep(pauseMs, signal)
    }
    if (users.length === 0) return
  }
}

async function fillIndex(store: IndexedStore, run: JobRun): Promise<void> {
  // The index contains only visible texts, so messages that lack theirs get it first.
  await fillSaid(store, { ...run, progress: null })
  for (let added = 0; ;) {
    const more = await store.searchIndex.fill(chatsAtOnce)
    if (more === null) return
    added += more
    await run.report({ added })
    await sleep(pauseMs, run.signal)
  }
}
