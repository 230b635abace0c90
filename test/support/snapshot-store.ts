import { expect } from 'vitest'
import type { ChatRow, MessageRow, Page, RunRow, Store, UserRow } from '../../server/store/index.ts'

interface Everything {
  users: Page<UserRow>
  trees: { chat: ChatRow; messages: MessageRow[] }[]
  running: RunRow[]
  rest: unknown
}

/** All data that a move to another store must preserve. */
export async function snapshotStore(store: Store, userId: string): Promise<Everything> {
  const chats = (await store.chats.list({ userId, archived: false, limit: 100 })).items
  const trees = await Promise.all(chats.map(({ id }) => store.chats.tree(id, userId)))
  return {
    users: await store.users.list({ limit: 100 }),
    trees: trees.flatMap((tree) => (tree ? [tree] : [])).toSorted((a, b) => (a.chat.id < b.chat.id ? -1 : 1)),
    running: (await store.runs.listRunning({ userId: null, limit: 100 })).items,
    rest: {
      connections: await store.connections.list(),
      settings: (await store.settings.read()).values,
      installation: await store.installations.register('print'),
    },
  }
}

/**
 * A snapshot as it must look after its running answers were interrupted: they have their saved text, and their chats
 * may have any times.
 */
export function withRunsInterrupted({ trees, ...others }: Everything): unknown {
  return {
    ...others,
    running: [],
    trees: trees.map(({ chat, messages }) =>
      chat.running
        ? {
            chat: {
              ...chat,
              running: false,
              updatedAt: expect.any(Number) as number,
              answeredAt: expect.any(Number) as number,
            },
            messages: messages.map((message) =>
              message.status === 'running' ? { ...message, status: 'interrupted', run: null } : message,
            ),
          }
        : { chat, messages },
    ),
  }
}
