import { createListeners } from '../../../base/listeners.ts'
import type { PendingStart } from '../../../live/starts.ts'
import type { PlacedRequest } from './outgoing.ts'

/** A request that the server has not replied to yet. The page shows it at once, as if it were accepted. */
export interface PendingSend {
  clientId: string
  /** The chat’s id, or `new`. */
  chatKey: string
  request: PlacedRequest
  sentAt: number
  stopping: boolean
  start: PendingStart
}

let pending: readonly PendingSend[] = []
const changed = createListeners()

export const onPendingChange = changed.add

export function pendingSends(): readonly PendingSend[] {
  return pending
}

export function addPending(send: PendingSend): void {
  set([...pending, send])
}

export function changePending(clientId: string, change: Partial<PendingSend>): void {
  set(pending.map((it) => (it.clientId === clientId ? { ...it, ...change } : it)))
}

export function removePending(clientId: string): void {
  set(pending.filter((it) => it.clientId !== clientId))
}

/** Calls `run` as soon as no request of the chat is pending; at once if there is none. */
export function whenSettled(chatKey: string, run: () => void): void {
  const waits = (): boolean => pending.some((it) => it.chatKey === chatKey)
  if (!waits()) return run()
  const off = onPendingChange(() => {
    if (waits()) return
    off()
    run()
  })
}

function set(next: readonly PendingSend[]): void {
  pending = next
  changed.notify()
}

// A message keeps the row in which it was shown while pending: its row is named after the client id, not after the
// server’s id.
const rowNames = new Map<string, string>()

export function rowNameOf(messageId: string): string {
  return rowNames.get(messageId) ?? messageId
}

export function nameRows(clientId: string, userMessageId: string | null, messageId: string): void {
  if (userMessageId !== null) rowNames.set(userMessageId, questionRow(clientId))
  rowNames.set(messageId, answerRow(clientId))
}

export function questionRow(clientId: string): string {
  return `question-${clientId}`
}

export function answerRow(clientId: string): string {
  return `answer-${clientId}`
}

/** Lets a new chat keep its thread component when it gets its id. */
export function nameThread(chatId: string, clientId: string): void {
  rowNames.set(chatId, `thread-${clientId}`)
}

export function threadNameOf(chatId: string | null, pending: PendingSend | undefined): string {
  return chatId === null ? `thread-${pending?.clientId ?? ''}` : (rowNames.get(chatId) ?? chatId)
}
