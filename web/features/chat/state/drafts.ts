import { readStoredJson, writeStored } from '../../storage/safe-storage.ts'
import type { Outgoing } from './outgoing.ts'

/** The unsent text in a chat and the model chosen for it. */
export interface Draft extends Pick<Outgoing, 'text'> {
  model: Outgoing['model'] | null
}

/** The key under which a chat without an id keeps its draft. */
export const newChatKey = 'new'

const empty: Draft = { text: '', model: null }

/** The draft of this tab, or else the draft of the tab that wrote last. */
export function readDraft(chatKey: string): Draft {
  const key = `draft:${chatKey}`
  return readStoredJson(key, isDraft, 'tab') ?? readStoredJson(key, isDraft) ?? empty
}

/**
 * Stores the draft twice: for this tab, where no other tab can overwrite it, and for tabs that are opened later.
 * Clearing this tab’s draft does not clear a draft that another tab has written meanwhile.
 */
export function writeDraft(chatKey: string, change: Partial<Draft>): void {
  const key = `draft:${chatKey}`
  const before = readDraft(chatKey)
  const draft = { ...before, ...change }
  const last = readStoredJson(key, isDraft)
  const ofAnother = last !== null && last.text !== '' && last.text !== before.text
  const value = draft.text === '' && draft.model === null ? null : JSON.stringify(draft)
  if (draft.text !== '' || !ofAnother) writeStored(key, value)
  // An empty draft of this tab has to be stored only if it hides another tab’s draft.
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
