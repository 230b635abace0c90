/**
 * localStorage that may be full, refused or absent: what cannot be written there is kept for as long as the page lives.
 * Every key begins with `shoal:`, so that signing out can remove them all.
 */
const memory = new Map<string, string>()
const kept = new Set(['shoal:theme', 'shoal:language'])

export function readStored(key: string): string | null {
  const held = memory.get(key)
  if (held !== undefined) return held
  try {
    return localStorage.getItem(`shoal:${key}`)
  } catch {
    // Storage is refused; memory is all there is.
    return null
  }
}

export function writeStored(key: string, value: string | null): void {
  memory.delete(key)
  try {
    if (value === null) localStorage.removeItem(`shoal:${key}`)
    else localStorage.setItem(`shoal:${key}`, value)
  } catch {
    // Full or refused: the value lasts as long as the page.
    if (value !== null) memory.set(key, value)
  }
}

/** Reads what was written as JSON; anything else than `T`, as `check` says, is as good as nothing. */
export function readStoredJson<T>(key: string, check: (value: unknown) => value is T): T | null {
  const text = readStored(key)
  if (text === null) return null
  try {
    const value: unknown = JSON.parse(text)
    return check(value) ? value : null
  } catch {
    return null
  }
}

/** Removes what belongs to a person; how the page looks stays. */
export function forgetStored(): void {
  memory.clear()
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith('shoal:') && !kept.has(key)) localStorage.removeItem(key)
    }
  } catch {
    // Nothing was stored, then.
  }
}
