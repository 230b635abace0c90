import { backoff, sleep } from '../base/index.ts'
import { StoreError } from '../store/store.ts'
import type { MessageRow } from '../store/contract/chats.ts'
import type { RunRow } from '../store/contract/runs.ts'
import type { ChatContext } from './chat-context.ts'
import type { OwnedRun } from './owned-run.ts'
import { titleFromWords } from './title.ts'

/** The conversation that a run answers: read once, and remembered while the run is written. */
export function rememberPath(
  { store }: Pick<ChatContext, 'store'>,
  { parentId, userId }: Pick<RunRow, 'parentId' | 'userId'>,
): () => Promise<MessageRow[]> {
  let remembered: MessageRow[] = []
  return async () => {
    if (remembered.length === 0) remembered = await store.chats.path(parentId, userId)
    return remembered
  }
}

/**
 * Reads a run that its owner drives, as often as it takes; one that the store has lost is written again. Undefined: it is
 * gone, or over for this owner.
 */
export async function readOwnRun(
  context: ChatContext,
  driver: { id: string; run: OwnedRun; over: boolean; stopAsked: boolean },
): Promise<RunRow | undefined> {
  for (let attempt = 0; !driver.over; attempt++) {
    try {
      const row = await context.store.runs.read(driver.id)
      return row ?? (await writeRunAnew(context, driver.run, driver.stopAsked))
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      await sleep(backoff(attempt, { first: 200, most: 2000 }))
    }
  }
  return undefined
}

/**
 * The store does not know a run that it had acknowledged, as after a failover of PostgreSQL that lost commits: its owner
 * writes it again. Undefined: somebody has deleted it, or it cannot be remembered.
 */
async function writeRunAnew(
  { store, me, logger }: ChatContext,
  run: OwnedRun,
  stop: boolean,
): Promise<RunRow | undefined> {
  const path = await run.path()
  const [first] = path
  if (!first) return undefined
  const row = { ...run.row, owner: me, stop }
  const written = await store.runs.writeAnew({ run: row, path, title: titleFromWords(first.text) })
  if (written) logger.warn({ run: row.id }, 'the store had lost a running answer; it was written again')
  return written
}
