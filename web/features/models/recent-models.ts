import { readStored, readStoredJson, writeStored } from '../storage/safe-storage.ts'

const key = 'recent-models'
/** More than the list shows, because some of them may not be available now. */
const kept = 12

/** The ids of the models that were used last in this browser, newest first. */
export function readRecentModels(): string[] {
  const stored = readStoredJson(key, isStrings)
  if (stored) return stored
  // Versions before 0.2 stored only the last model.
  const last = readStored('last-model')
  return last === null ? [] : [last]
}

export function recordUsedModel(id: string): void {
  const others = readRecentModels().filter((other) => other !== id)
  writeStored(key, JSON.stringify([id, ...others].slice(0, kept)))
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
