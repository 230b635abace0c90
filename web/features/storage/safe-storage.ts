import { storagePrefix } from '../../api/base-path.ts'

/**
 * Where a value is stored: in the whole browser (all tabs), or in one tab (over reloads). Storage may be full, refused
 * or missing; values that cannot be stored are kept in memory until the page is closed. All keys share a prefix, so
 * that signing out can remove them all.
 */
export type StorageArea = 'browser' | 'tab'

const areas = ['browser', 'tab'] as const
const memory = { browser: new Map<string, string>(), tab: new Map<string, string>() }
/** Keys that survive a sign-out, because they hold nothing personal. */
const keptOnSignOut = new Set(['theme', 'language'])

/** Throws if the browser refuses access to storage. */
function storageOf(area: StorageArea): Storage {
  return area === 'browser' ? localStorage : sessionStorage
}

export function readStored(key: string, area: StorageArea = 'browser'): string | null {
  const held = memory[area].get(key)
  if (held !== undefined) return held
  try {
    return storageOf(area).getItem(storagePrefix + key)
  } catch {
    // Storage is refused: only memory is left.
    return null
  }
}

export function writeStored(key: string, value: string | null, area: StorageArea = 'browser'): void {
  memory[area].delete(key)
  try {
    if (value === null) storageOf(area).removeItem(storagePrefix + key)
    else storageOf(area).setItem(storagePrefix + key, value)
  } catch {
    // Storage is full or refused: the value is kept until the page is closed.
    if (value !== null) memory[area].set(key, value)
  }
}

/** Reads a JSON value; null if it is missing, is not JSON, or does not pass `check`. */
export function readStoredJson<T>(
  key: string,
  check: (value: unknown) => value is T,
  area: StorageArea = 'browser',
): T | null {
  const text = readStored(key, area)
  if (text === null) return null
  try {
    const value: unknown = JSON.parse(text)
    return check(value) ? value : null
  } catch {
    return null
  }
}

/** The keys of all stored values, without the prefix. */
export function storedKeys(area: StorageArea = 'browser'): string[] {
  const keys = new Set(memory[area].keys())
  try {
    for (const key of Object.keys(storageOf(area)))
      if (key.startsWith(storagePrefix)) keys.add(key.slice(storagePrefix.length))
  } catch {
    // Storage is refused: only memory is left.
  }
  return [...keys]
}

/**
 * Removes the user’s data from the browser and this tab and returns a function that restores it. After an expired
 * session the next person at this browser can read nothing, and the same user gets everything back.
 */
export function setAsideStored(): () => void {
  const taken = areas.flatMap((area) =>
    storedKeys(area).map((key) => ({ area, key, value: readStored(key, area) })),
  )
  clearStored()
  return () => {
    for (const { area, key, value } of taken)
      if (readStored(key, area) === null) writeStored(key, value, area)
  }
}

/** Removes the user’s data from the browser and this tab. Theme and language stay. */
export function clearStored(): void {
  for (const area of areas)
    for (const key of storedKeys(area)) if (!keptOnSignOut.has(key)) writeStored(key, null, area)
}
