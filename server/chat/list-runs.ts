import type { RunView } from '../../protocol/http/runs.ts'
import type { ChatContext } from './chat-context.ts'
import { presentRun } from './present.ts'

/** Running answers; `userId` null: everybody's. */
export async function listRuns(
  context: ChatContext,
  query: { userId: string | null; cursor?: string | undefined; limit: number },
): Promise<{ items: RunView[]; next: string | null }> {
  const { userId, cursor, limit } = query
  const page = await context.store.runs.running({ userId, limit, ...(cursor ? { cursor } : {}) })
  return { items: page.items.map(presentRun), next: page.next }
}
