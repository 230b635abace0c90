import { readStoredJson, writeStored } from '../../storage/safe-storage.ts'

/** What somebody began to write in a chat, and the model they chose for it. */
export interface Draft {
  text: string
  model: string | null
}

/** Where a chat that has no id yet keeps its draft. */
export const newChatKey = 'new'

const empty: Draft = { text: '', model: null }

export function readDraft(chatKey: string): Draft {
  return readStoredJson(`draft:${chatKey}`, isDraft) ?? empty
}

export function writeDraft(chatKey: string, change: Partial<Draft>): void {
  const draft = { ...readDraft(chatKey), ...change }
  writeStored(`draft:${chatKey}`, draft.text === '' && draft.model === null ? null : JSON.stringify(draft))
}

function isDraft(value: unknown): value is Draft {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Draft).text === 'string' &&
    (typeof (value as Draft).model === 'string' || (value as Draft).model === null)
  )
}
