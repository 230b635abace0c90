import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { ClientFrame, RunStarted, ServerFrame } from '../../protocol/index.ts'

interface BareFrame {
  t: 'w' | 'run.end'
  c: number
  x?: string
}

/** Reads any number of answers over one socket and counts their words. */
export class ReadingSocket {
  /** Words received so far: the scripted provider sends a blank after each word. */
  words = 0
  ends = 0
  /** Called with each text as it arrives. */
  onText: ((text: string) => void) | undefined
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>
  readonly #socket: WebSocket
  readonly #replies = new Map<string, (frame: Extract<ServerFrame, { t: 'reply' }>) => void>()
  #welcome: () => void = () => {}
  #failed: Error | undefined

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data) => {
      try {
        this.#handleFrame(JSON.parse((data as Buffer).toString()) as ServerFrame | BareFrame)
      } catch (error) {
        this.#failed = error instanceof Error ? error : new Error(String(error))
      }
    })
    const closed = Promise.withResolvers<void>()
    this.closed = closed.promise
    socket.on('close', (code) => {
      this.#failed ??= new Error(`the socket was closed with ${code}`)
      closed.resolve()
    })
    socket.on('error', (error) => {
      this.#failed ??= error
    })
  }

  /** Connects with the token of a session; resolves when the server has sent `welcome`. */
  static async open(url: string, token: string): Promise<ReadingSocket> {
    const reading = new ReadingSocket(
      new WebSocket(url.replace('http', 'ws'), { headers: { cookie: `token=${token}` } }),
    )
    await once(reading.#socket, 'open')
    await reading.#hello()
    return reading
  }

  /** Connects to a bare program; `greet` sends a hello and waits for `welcome`, as with Shoal. */
  static async openBare(url: string, { greet = false } = {}): Promise<ReadingSocket> {
    const reading = new ReadingSocket(new WebSocket(url.replace('http', 'ws')))
    await once(reading.#socket, 'open')
    if (greet) await reading.#hello()
    return reading
  }

  send(frame: ClientFrame | { c: number; model: string }): void {
    this.#socket.send(JSON.stringify(frame))
  }

  /** Starts a run as the page does; its text comes over this socket. */
  async startRun(model: string): Promise<RunStarted> {
    const ref = crypto.randomUUID()
    const answered = new Promise<Extract<ServerFrame, { t: 'reply' }>>((resolve) =>
      this.#replies.set(ref, resolve),
    )
    this.send({ t: 'run.start', ref, run: { clientId: ref, model, text: 'Go on.' } })
    const reply = await answered
    if (!reply.ok || !reply.run) throw new Error(`a run was not started: ${JSON.stringify(reply)}`)
    return reply.run
  }

  /** Resolves when this many answers have ended on this socket. */
  async untilEnded(ends: number): Promise<void> {
    await this.until(() => this.ends >= ends, `${ends} answers to end`)
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + 60_000
    while (!condition()) {
      if (this.#failed) throw this.#failed
      if (performance.now() > deadline)
        throw new Error(`waited 60 s for ${what}; there are ${this.words} words and ${this.ends} ends`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  close(): void {
    this.#socket.terminate()
  }

  async #hello(): Promise<void> {
    const welcomed = new Promise<void>((resolve) => (this.#welcome = resolve))
    this.send({ t: 'hello', v: 1, tab: 'bench' })
    const lost = this.closed.then(() => {
      throw this.#failed ?? new Error('the socket was closed')
    })
    await Promise.race([welcomed, lost])
  }

  #handleText(text: string): void {
    this.words += blanks(text)
    this.onText?.(text)
  }

  #handleFrame(frame: ServerFrame | BareFrame): void {
    switch (frame.t) {
      case 'w':
        this.#handleText(frame.x ?? '')
        return
      case 'run':
        this.#handleText(frame.text)
        return
      case 'run.end':
        if ('status' in frame && frame.status !== 'done')
          throw new Error(`an answer ended as ${frame.status}: ${frame.error?.message ?? ''}`)
        this.ends++
        return
      case 'welcome':
        this.#welcome()
        return
      case 'reply':
        this.#replies.get(frame.ref)?.(frame)
        this.#replies.delete(frame.ref)
        return
      case 'error':
        throw new Error(`the server sent: ${frame.error.message}`)
      case 'run.gone':
      case 'bye':
        throw new Error(`the server sent: ${JSON.stringify(frame)}`)
      case 'run.link':
      case 'run.phase':
      case 'event':
      case 'gap':
      case 'ping':
      case 'pong':
    }
  }
}

function blanks(text: string): number {
  let count = 0
  for (let at = text.indexOf(' '); at >= 0; at = text.indexOf(' ', at + 1)) count++
  return count
}
