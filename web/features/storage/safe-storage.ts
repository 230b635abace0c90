import { storagePrefix } from '../../api/base-path.ts'

/**
 * What the browser keeps: for all its tabs, or for one tab over its reloads. Storage may be full, refused or absent: what
 * cannot be written there is kept for as long as the page lives. Every key begins in the same way, so that signing out can
 * remove them all.
 */
export type Area = 'browser' | 'tab'

const areas = ['browser', 'tab'] as const
const memory = { browser: new Map<string, string>(), tab: new Map<string, string>() }
/** How the page looks, which is not personal. */
const looks = new Set(['theme', 'language'])

/** Throws where the browser refuses it. */
function storageOf(area: Area): Storage {
  return area === 'browser' ? localStorage : sessionStorage
}

export function readStored(key: string, area: Area = 'browser'): string | null {
  const held = memory[area].get(key)
  if (held !== undefined) return held
  try {
    return storageOf(area).getItem(storagePrefix + key)
  } catch {
    // Storage is refused; memory is all there is.
    return null
  }
}

export function writeStored(key: string, value: string | null, area: Area = 'browser'): void {
  memory[area].delete(key)
  try {
    if (value === null) storageOf(area).removeItem(storagePrefix + key)
    else storageOf(area).setItem(storagePrefix + key, value)
  } catch {
    // Full or refused: the value lasts as long as the page.
    if (value !== null) memory[area].set(key, value)
  }
}

/** Reads what was written as JSON; anything else than `T`, as `check` says, is as good as nothing. */
export function readStoredJson<T>(
  key: string,
  check: (value: unknown) => value is T,
  area: Area = 'browser',
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

/** The keys of what is kept. */
export function storedKeys(area: Area = 'browser'): string[] {
  const keys = new Set(memory[area].keys())
  try {
    for (const key of Object.keys(storageOf(area)))
      if (key.startsWith(storagePrefix)) keys.add(key.slice(storagePrefix.length))
  } catch {
    // Storage is refused; memory is all there is.
  }
  return [...keys]
}

/**
 * Removes what belongs to a person until they are back: returns how to put it there again. A session that ends by itself
 * leaves nothing that the next person at this browser could read.
 */
export function setAsideStored(): () => void {
  const taken = areas.flatMap((area) =>
    storedKeys(area).map((key) => ({ area, key, value: readStored(key, area) })),
  )
  forgetStored()
  return () => {
    for (const { area, key, value } of taken)
      if (readStored(key, area) === null) writeStored(key, value, area)
  }
}

/** Removes what belongs to a person, from the browser and this tab; how the page looks stays. */
export function forgetStored(): void {
  for (const area of areas)
    for (const key of storedKeys(area)) if (!looks.has(key)) writeStored(key, null, area)
}
