import type { ChatSummary, MessageView, RunPhase } from '../../protocol/index.ts'
import type { RunSummary } from '../../protocol/http/runs.ts'
import type { ChatRow, MessageRow } from '../store/contract/chats.ts'
import type { RunRow } from '../store/contract/runs.ts'

/** The answers that this instance writes or follows. */
interface LiveTexts {
  peek(runId: string): { text: string; fence: number } | undefined
}

export function presentChat(row: ChatRow): ChatSummary {
  return {
    id: row.id,
    title: row.title,
    model: row.model,
    pinned: row.pinned,
    archived: row.archived,
    folder: row.folder,
    tags: row.tags,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    running: row.running,
    unread: row.answeredAt > row.readAt,
  }
}

export function presentMessage(row: MessageRow): MessageView {
  const { usage, error, finishReason, reasoningMs, toolCalls } = row.meta
  return {
    id: row.id,
    parentId: row.parentId,
    role: row.role,
    text: row.text,
    status: row.status,
    model: row.model,
    createdAt: row.createdAt,
    runId: row.run?.id ?? null,
    ...(row.run && row.status === 'running' ? { phase: phaseOf(row.run), fence: row.run.savedFence } : {}),
    ...(usage ? { usage } : {}),
    ...(error ? { error } : {}),
    ...(finishReason ? { finishReason } : {}),
    ...(reasoningMs === undefined ? {} : { reasoningMs }),
    ...(toolCalls ? { toolCalls } : {}),
  }
}

/** A running answer gets the text that this instance has, which may be longer than the text in the store. */
export function presentWithLiveText(row: MessageRow, live: LiveTexts): MessageView {
  const source = row.run && row.status === 'running' ? live.peek(row.run.id) : undefined
  const view = presentMessage(row)
  return source && source.fence >= (view.fence ?? 0)
    ? { ...view, text: source.text, fence: source.fence }
    : view
}

export function presentRun(row: RunRow): RunSummary {
  return {
    id: row.id,
    chatId: row.chatId,
    messageId: row.messageId,
    userId: row.userId,
    model: row.model,
    status: row.status,
    ...(row.status === 'running' ? { phase: phaseOf(row) } : {}),
    owner: row.owner === '' ? null : row.owner,
    attempt: row.attempt,
    startedAt: row.startedAt,
    saved: row.saved,
  }
}

export function phaseOf({ stop, owner }: { stop: boolean; owner: string }): RunPhase {
  if (stop) return 'stopping'
  return owner === '' ? 'queued' : 'running'
}
