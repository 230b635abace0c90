import { useSyncExternalStore } from 'react'
import { createListeners } from '../base/listeners.ts'

/** Something that is fetched when it is first needed; until it is there, `useLazy` answers undefined. */
export interface Lazy<T> {
  get: () => T | undefined
  subscribe: (listener: () => void) => () => void
}

/** Whoever only looks on fetches nothing. */
export interface WatchedLazy<T> extends Lazy<T> {
  /** Begins to fetch it before it is needed. */
  fetch: () => void
  /** It is being fetched, and not for long: what is about to need it may wait. */
  arriving: () => boolean
  watch: (listener: () => void) => () => void
}

// A chunk that could not be fetched may be there a moment later.
const retryAfterMs = [1000, 5000, 30_000]
/** What has not come by then is not waited for. */
const arrivingMs = 300

export function createLazy<T>(load: () => Promise<T>): WatchedLazy<T> {
  const changed = createListeners()
  let value: T | undefined
  let state: 'idle' | 'arriving' | 'late' = 'idle'

  function fetch(): void {
    if (state !== 'idle') return
    state = 'arriving'
    setTimeout(() => {
      if (state === 'arriving') state = 'late'
      changed.notify()
    }, arrivingMs)
    start(0)
    changed.notify()
  }

  function start(attempt: number): void {
    load().then(
      (loaded) => {
        value = loaded
        changed.notify()
      },
      (error: unknown) => {
        const wait = retryAfterMs[attempt]
        if (wait === undefined) {
          state = 'idle'
          console.warn('A part of the page could not be loaded.', error)
        } else setTimeout(() => start(attempt + 1), wait)
      },
    )
  }

  return {
    get: () => value,
    fetch,
    arriving: () => state === 'arriving' && value === undefined,
    watch: changed.add,
    subscribe(listener) {
      const leave = changed.add(listener)
      fetch()
      return leave
    },
  }
}

export function useLazy<T>(lazy: Lazy<T>): T | undefined {
  return useSyncExternalStore(lazy.subscribe, lazy.get, lazy.get)
}

const idle: Lazy<never> = { get: () => undefined, subscribe: () => () => undefined }

/** Like `useLazy`, but fetches nothing while there is no `lazy`. */
export function useLazyIf<T>(lazy: Lazy<T> | undefined): T | undefined {
  return useLazy<T>(lazy ?? idle)
}
