import { storagePrefix } from '../api/base-path.ts'

const key = `${storagePrefix}reloaded-at`

/**
 * After a deployment an old page may ask for a part of itself that is gone: it reloads, once a minute at most, so that a
 * part which is really missing does not reload for ever. Drafts are stored and survive it.
 */
export function reloadOnceForMissingChunk(): void {
  addEventListener('vite:preloadError', (event) => {
    try {
      const last = Number(sessionStorage.getItem(key) ?? 0)
      if (Date.now() - last < 60_000) return
      sessionStorage.setItem(key, String(Date.now()))
    } catch {
      // Without storage there is no telling whether this is the second time: the error is shown instead.
      return
    }
    event.preventDefault()
    location.reload()
  })
}
