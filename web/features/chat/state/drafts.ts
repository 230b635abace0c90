import { readStoredJson, writeStored } from '../../storage/safe-storage.ts'
import type { Outgoing } from './outgoing.ts'

/** What somebody began to write in a chat, and the model they chose for it. */
export interface Draft extends Pick<Outgoing, 'text'> {
  model: Outgoing['model'] | null
}

/** Where a chat that has no id yet keeps its draft. */
export const newChatKey = 'new'

const empty: Draft = { text: '', model: null }

/** What was begun in this tab, or else in whichever tab wrote last. */
export function readDraft(chatKey: string): Draft {
  const key = `draft:${chatKey}`
  return readStoredJson(key, isDraft, 'tab') ?? readStoredJson(key, isDraft) ?? empty
}

/**
 * Kept twice: for this tab, where no other one can overwrite it, and for a tab that is opened later. What another tab
 * has begun meanwhile is not cleared away with what was begun here.
 */
export function writeDraft(chatKey: string, change: Partial<Draft>): void {
  const key = `draft:${chatKey}`
  const before = readDraft(chatKey)
  const draft = { ...before, ...change }
  const last = readStoredJson(key, isDraft)
  const ofAnother = last !== null && last.text !== '' && last.text !== before.text
  const value = draft.text === '' && draft.model === null ? null : JSON.stringify(draft)
  if (draft.text !== '' || !ofAnother) writeStored(key, value)
  // An empty draft of this tab is worth noting only while another one stands behind it.
  writeStored(key, ofAnother ? JSON.stringify(draft) : value, 'tab')
}

function isDraft(value: unknown): value is Draft {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Draft).text === 'string' &&
    (typeof (value as Draft).model === 'string' || (value as Draft).model === null)
  )
}
