/** A whole answer of the server. */
export interface Reply {
  ok: boolean
  status: number
  headers: Headers
  text: string
}

/** Silence, in ms, after which a read is sent once more, and after which a third time. */
const defaultPausesMs = [4000, 6000]

/**
 * Reads an address. While nothing comes for a while (an instance vanished, and its load balancer does not know yet) the
 * same request is sent again, and another instance answers it; the first whole answer counts, and the others are ended.
 * A slow answer that is on its way is waited for. Only for what changes nothing.
 */
export function readElsewhere(
  address: string,
  init: RequestInit & { signal: AbortSignal },
  pausesMs: readonly number[] = defaultPausesMs,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const over = new AbortController()
    let sent = 0
    let running = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    const finish = (): void => {
      clearTimeout(timer)
      over.abort()
    }
    const listen = (): void => {
      clearTimeout(timer)
      const pause = pausesMs[sent - 1]
      if (pause !== undefined) timer = setTimeout(send, pause)
    }
    const send = (): void => {
      sent++
      running++
      listen()
      read(address, { ...init, signal: AbortSignal.any([init.signal, over.signal]) }, listen).then(
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

/** One request, with its whole body. */
export async function read(address: string, init: RequestInit, heard?: () => void): Promise<Reply> {
  const response = await fetch(address, init)
  heard?.()
  const { ok, status, headers, body } = response
  if (!heard || !body) return { ok, status, headers, text: await response.text() }
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return { ok, status, headers, text: text + decoder.decode() }
    heard()
    text += decoder.decode(value, { stream: true })
  }
}
