/**
 * Calls `run` when the user presses a key, a mouse button or the screen for the first time. Returns a function that
 * stops waiting.
 */
export function onFirstInput(run: () => void): () => void {
  const stop = new AbortController()
  const first = (): void => {
    stop.abort()
    run()
  }
  for (const type of ['keydown', 'pointerdown', 'input'])
    addEventListener(type, first, { capture: true, passive: true, signal: stop.signal })
  return () => stop.abort()
}
