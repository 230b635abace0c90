/** A complete response of the server. */
export interface Reply {
  ok: boolean
  status: number
  headers: Headers
  text: string
}

/** Times without any data, in ms, after which a read is sent a second and a third time. */
const defaultPausesMs = [4000, 6000]

/**
 * Sends a GET request, and sends it again if no data arrives for a while, so that another instance can answer it: an
 * instance may have vanished before its load balancer notices. The first complete response wins and the other requests
 * are aborted. A slow response that is still arriving is not repeated. Use it only for requests without side effects.
 */
export function fetchHedged(
  address: string,
  init: RequestInit & { signal: AbortSignal },
  pausesMs: readonly number[] = defaultPausesMs,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const abandoned = new AbortController()
    let sent = 0
    let running = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    const finish = (): void => {
      clearTimeout(timer)
      abandoned.abort()
    }
    const resetTimer = (): void => {
      clearTimeout(timer)
      const pause = pausesMs[sent - 1]
      if (pause !== undefined) timer = setTimeout(send, pause)
    }
    const send = (): void => {
      sent++
      running++
      resetTimer()
      fetchOnce(
        address,
        { ...init, signal: AbortSignal.any([init.signal, abandoned.signal]) },
        resetTimer,
      ).then(
        (reply) => {
          finish()
          resolve(reply)
        },
        (error: unknown) => {
          running--
          if (running > 0 && !init.signal.aborted) return
          finish()
          reject(error instanceof Error ? error : new Error(String(error)))
        },
      )
    }
    send()
  })
}

/** Sends one request and reads its whole body. Calls `onProgress` whenever data arrives. */
export async function fetchOnce(address: string, init: RequestInit, onProgress?: () => void): Promise<Reply> {
  const response = await fetch(address, init)
  onProgress?.()
  const { ok, status, headers, body } = response
  if (!onProgress || !body) return { ok, status, headers, text: await response.text() }
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return { ok, status, headers, text: text + decoder.decode() }
    onProgress()
    text += decoder.decode(value, { stream: true })
  }
}
