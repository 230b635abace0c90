import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { closeCodes } from '../../protocol/index.ts'
import type { ClientFrameOf } from '../../protocol/index.ts'
import { guarded } from '../base/index.ts'
import { Connection } from './connection.ts'
import { handleFrame, parseFrame } from './handle-frame.ts'
import { hello } from './hello.ts'
import type { HelloFrom } from './hello.ts'
import type { RealtimePorts } from './ports.ts'

export interface ServedSocketOptions {
  ports: RealtimePorts
  ws: WebSocket
  /** The connection below the WebSocket. */
  socket: Duplex
  from: HelloFrom
  /** It has shown a session. */
  welcomed: () => void
  closed: () => void
}

const helloWithinMs = 10_000
/** Bytes that a client may send before its hello is read: a hello has a few hundred, or a long token. */
const maxBeforeHello = 8192
/** Frames a second that a client may send, and at once. */
const frameRate = 100
const frameBurst = 400

/** One WebSocket from its handshake to its end: hello first, then frames at a bounded rate. No handler of it can throw. */
export class ServedSocket {
  readonly #options: ServedSocketOptions
  readonly #connection: Connection
  readonly #helloDeadline: NodeJS.Timeout
  readonly #bucket: { left: number; at: number }
  #greeted: Promise<void> | undefined
  #bytesBeforeHello = 0
  /** When the client last sent anything, by the monotonic clock. */
  heard: number

  constructor(options: ServedSocketOptions) {
    const { ports, ws, socket } = options
    this.#options = options
    this.heard = ports.clock.monotonic()
    this.#bucket = { left: frameBurst, at: this.heard }
    this.#connection = new Connection({
      ports,
      transport: {
        send: (data, sent) => {
          together(socket)
          ws.send(data, sent)
        },
        buffered: () => ws.bufferedAmount,
      },
      close: (reason) => ws.close(closeCodes[reason].code, closeCodes[reason].reason),
      logger: ports.logger,
    })
    socket.on('data', this.#countBeforeHello)
    this.#helloDeadline = setTimeout(
      this.#guarded('hello deadline', () => this.#connection.close('helloMissing')),
      helloWithinMs,
    )
    ws.on(
      'pong',
      this.#guarded('pong', () => void (this.heard = ports.clock.monotonic())),
    )
    ws.on(
      'message',
      this.#guarded('message', (data: RawData, isBinary: boolean) => this.#take(data, isBinary)),
    )
    ws.on('error', (error) => ports.logger.debug({ err: error }, 'a socket failed'))
    ws.on(
      'close',
      this.#guarded('close', () => this.#closed()),
    )
  }

  /** Its hello is being checked. */
  get authenticating(): boolean {
    return this.#greeted !== undefined && this.#connection.speaker === undefined
  }

  /** Ends it without a word. */
  terminate(): void {
    this.#options.ws.terminate()
  }

  /** There is no place for it now. */
  refuse(): void {
    this.#connection.close('tooMany')
  }

  /** Of the connection below, so that it counts whatever is sent, in frames or in pieces of them. */
  readonly #countBeforeHello = (data: Buffer): void => {
    this.#bytesBeforeHello += data.length
    if (this.#bytesBeforeHello > maxBeforeHello && !this.#greeted) this.terminate()
  }

  #guarded<Args extends unknown[]>(
    event: string,
    handler: (...args: Args) => unknown,
  ): (...args: Args) => void {
    const { ports, ws } = this.#options
    return guarded({ logger: ports.logger, event: `websocket ${event}` }, handler, () => ws.terminate())
  }

  #closed(): void {
    clearTimeout(this.#helloDeadline)
    this.#options.closed()
    this.#connection.closed()
  }

  /** What comes behind hello waits in the kernel until it is known who sends it. */
  async #greet(frame: ClientFrameOf<'hello'>): Promise<void> {
    const { ws, socket, from, welcomed } = this.#options
    clearTimeout(this.#helloDeadline)
    socket.off('data', this.#countBeforeHello)
    ws.pause()
    try {
      await hello(this.#connection, frame, from)
      if (this.#connection.speaker) welcomed()
    } catch (error) {
      this.#connection.close('cutOff')
      throw error
    } finally {
      ws.resume()
    }
  }

  #take(data: RawData, isBinary: boolean): unknown {
    const connection = this.#connection
    this.heard = this.#options.ports.clock.monotonic()
    if (!takes(this.#bucket, this.heard)) {
      connection.close('flood')
      return this.#options.ws.terminate()
    }
    const frame = isBinary || !Buffer.isBuffer(data) ? undefined : parseFrame(data.toString())
    if (!frame) return connection.close('badFrame')
    if (frame.t === 'hello') {
      this.#greeted ??= this.#greet(frame)
      return this.#greeted
    }
    if (connection.speaker) return handleFrame(connection, frame)
    // A client need not wait for the welcome before it asks.
    if (this.#greeted) {
      return this.#greeted.then(() => connection.speaker && handleFrame(connection, frame))
    }
    return connection.close('helloMissing')
  }
}

/** What is written to a socket in one turn of the event loop leaves in one piece: a write costs more than a frame. */
function together(socket: Duplex): void {
  if (socket.writableCorked > 0) return
  socket.cork()
  setImmediate(() => socket.uncork())
}

function takes(bucket: { left: number; at: number }, now: number): boolean {
  bucket.left = Math.min(frameBurst, bucket.left + ((now - bucket.at) / 1000) * frameRate)
  bucket.at = now
  bucket.left--
  return bucket.left >= 0
}
