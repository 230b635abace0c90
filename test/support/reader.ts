import { WebSocket } from 'ws'
import type { ClientFrame, Position, ServerFrame } from '../../protocol/index.ts'

type End = Extract<ServerFrame, { t: 'run.end' }>

/** What happened to a reader, for the checks of a test. */
export interface ReaderHistory {
  connects: number
  rewinds: number
  resets: number
  links: string[]
  /** When text last grew, by `performance.now()`. */
  grewAt: number
}

/**
 * Reads one run as the page does: from its position, at any instance, with a new connection when the socket closes or
 * receives nothing. Its text is the text that a user would see.
 */
export class Reader {
  text = ''
  end: End | undefined
  gone = false
  readonly history: ReaderHistory = { connects: 0, rewinds: 0, resets: 0, links: [], grewAt: 0 }
  readonly #urls: () => string[]
  readonly #token: string
  readonly #runId: string
  #position: Position | undefined
  #channel = -1
  #socket: WebSocket | undefined
  #closed = false
  #watch: NodeJS.Timeout | undefined
  #lastFrameAt = 0
  readonly #ended: PromiseWithResolvers<void> = Promise.withResolvers()

  /** `urls` returns the instances. Each connection uses one of them at random. */
  constructor({ urls, token, runId }: { urls: () => string[]; token: string; runId: string }) {
    this.#urls = urls
    this.#token = token
    this.#runId = runId
    this.#connect()
  }

  /** Resolves at the end of the run. */
  async finished(ms: number): Promise<void> {
    const timer = setTimeout(
      () =>
        this.#ended.reject(
          new Error(`run ${this.#runId} did not end within ${ms} ms; text so far ${this.text.length}`),
        ),
      ms,
    )
    await this.#ended.promise.finally(() => clearTimeout(timer))
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#watch)
    this.#socket?.terminate()
  }

  #connect(): void {
    if (this.#closed || this.end) return
    const all = this.#urls()
    const url = all[Math.floor(Math.random() * all.length)]
    if (!url) {
      this.#retry()
      return
    }
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, {
      headers: { cookie: `token=${this.#token}` },
      handshakeTimeout: 3000,
    })
    this.#socket = socket
    socket.on('open', () => {
      this.history.connects++
      this.#noteActivity()
      this.#send(socket, { t: 'hello', v: 1, tab: 'reader' })
      this.#send(socket, {
        t: 'follow',
        runId: this.#runId,
        ...(this.#position ? { position: this.#position } : {}),
      })
    })
    socket.on('message', (data) => this.#take(JSON.parse((data as Buffer).toString()) as ServerFrame))
    socket.on('error', () => {})
    socket.on('close', () => {
      if (this.#socket === socket) this.#retry()
    })
  }

  #send(socket: WebSocket, frame: ClientFrame): void {
    socket.send(JSON.stringify(frame))
  }

  #retry(): void {
    clearTimeout(this.#watch)
    if (!this.#closed && !this.end) setTimeout(() => this.#connect(), Math.random() * 200)
  }

  /** Closes a socket that receives nothing for 8 s, so that the reader reconnects. */
  #noteActivity(): void {
    this.#lastFrameAt = performance.now()
    clearTimeout(this.#watch)
    const socket = this.#socket
    this.#watch = setTimeout(() => {
      if (performance.now() - this.#lastFrameAt >= 8000) socket?.terminate()
    }, 8100)
  }

  #take(frame: ServerFrame): void {
    this.#noteActivity()
    switch (frame.t) {
      case 'run':
        if (frame.runId !== this.#runId) return
        this.#channel = frame.c
        if (frame.how === 'rewind') this.history.rewinds++
        if (frame.how === 'reset') this.history.resets++
        this.#set(this.text.slice(0, frame.keep) + frame.text)
        this.#position = { ...frame.position, length: this.text.length }
        return
      case 'w': {
        if (frame.c !== this.#channel) return
        if (frame.at > this.text.length) {
          this.#follow()
          return
        }
        this.#set(this.text + frame.x.slice(this.text.length - frame.at))
        return
      }
      case 'run.link':
        this.history.links.push(frame.link)
        return
      case 'run.end':
        if (frame.runId !== this.#runId) return
        if (frame.length !== this.text.length) {
          this.#follow()
          return
        }
        this.end = frame
        this.close()
        this.#ended.resolve()
        return
      case 'run.gone':
        this.gone = true
        this.close()
        this.#ended.reject(new Error(`run ${this.#runId} no longer exists`))
        return
      case 'bye':
      case 'welcome':
      case 'reply':
      case 'error':
      case 'run.phase':
      case 'event':
      case 'gap':
      case 'ping':
      case 'pong':
    }
  }

  #follow(): void {
    if (this.#socket) {
      this.#send(this.#socket, {
        t: 'follow',
        runId: this.#runId,
        ...(this.#position ? { position: this.#position } : {}),
      })
    }
  }

  #set(text: string): void {
    if (text.length > this.text.length) this.history.grewAt = performance.now()
    this.text = text
    if (this.#position) this.#position = { ...this.#position, length: text.length }
  }
}
