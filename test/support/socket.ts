import { WebSocket } from 'ws'
import type { ClientFrame, ServerFrame } from '../../protocol/index.ts'

/** A WebSocket like the page's, for tests that check single frames. */
export class TestSocket {
  readonly frames: ServerFrame[] = []
  readonly socket: WebSocket
  readonly closed: Promise<{ code: number; reason: string }>

  constructor(
    url: string,
    { token, headers = {} }: { token?: string; headers?: Record<string, string> } = {},
  ) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, {
      headers: { ...(token ? { cookie: `token=${token}` } : {}), ...headers },
    })
    this.socket.on('error', () => {})
    this.socket.on('message', (data) =>
      this.frames.push(JSON.parse((data as Buffer).toString()) as ServerFrame),
    )
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }))
    })
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.socket.once('open', () => resolve())
      this.socket.once('error', reject)
    })
    return this
  }

  send(frame: ClientFrame): void {
    this.socket.send(JSON.stringify(frame))
  }

  hello(proof?: string): this {
    this.send({ t: 'hello', v: 1, tab: 'test', ...(proof === undefined ? {} : { proof }) })
    return this
  }

  /** Waits up to 5 s for the first frame of this kind for which `fits` is true. */
  async frame<T extends ServerFrame['t']>(
    t: T,
    fits: (frame: Extract<ServerFrame, { t: T }>) => boolean = () => true,
  ): Promise<Extract<ServerFrame, { t: T }>> {
    const end = performance.now() + 5000
    for (;;) {
      const found = this.frames.find(
        (frame): frame is Extract<ServerFrame, { t: T }> => frame.t === t && fits(frame as never),
      )
      if (found) return found
      if (performance.now() > end)
        throw new Error(`no ${t} frame arrived; received: ${this.frames.map((it) => it.t).join(', ')}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  close(): void {
    this.socket.terminate()
  }
}
