import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { closeCodes } from '../../protocol/index.ts'
import type { ClientFrameOf } from '../../protocol/index.ts'
import { guarded } from '../base/index.ts'
import { LiveSocket } from './live-socket.ts'
import { handleFrame, parseFrame } from './handle-frame.ts'
import { hello } from './hello.ts'
import type { HelloFrom } from './hello.ts'
import type { RealtimePorts } from './ports.ts'

export interface ServedSocketOptions {
  ports: RealtimePorts
  ws: WebSocket
  /** The connection below the WebSocket. */
  tcp: Duplex
  from: HelloFrom
  /** Called when the client's `hello` was accepted. */
  welcomed: () => void
  closed: () => void
}

const helloWithinMs = 10_000
/**
 * Bytes that a client may send before its `hello` is read. A `hello` has a few hundred bytes, more with a long token.
 */
const maxBeforeHello = 8192
/** Frames that a client may send per second, and in one burst. */
const frameRate = 100
const frameBurst = 400

/**
 * One WebSocket from its handshake to its end: `hello` first, then frames at a limited rate. Its handlers never throw.
 */
export class ServedSocket {
  readonly #options: ServedSocketOptions
  readonly #socket: LiveSocket
  readonly #helloDeadline: NodeJS.Timeout
  readonly #bucket: { left: number; at: number }
  #helloAnswer: Promise<void> | undefined
  #bytesBeforeHello = 0
  /** When the client last sent anything, by the monotonic clock. */
  lastReceivedAt: number

  constructor(options: ServedSocketOptions) {
    const { ports, ws, tcp } = options
    this.#options = options
    this.lastReceivedAt = ports.clock.monotonic()
    this.#bucket = { left: frameBurst, at: this.lastReceivedAt }
    this.#socket = new LiveSocket({
      ports,
      transport: {
        send: (data, sent) => {
          corkUntilNextTick(tcp)
          ws.send(data, sent)
        },
        buffered: () => ws.bufferedAmount,
      },
      close: (reason) => ws.close(closeCodes[reason].code, closeCodes[reason].reason),
      logger: ports.logger,
    })
    tcp.on('data', this.#countBeforeHello)
    this.#helloDeadline = setTimeout(
      this.#guarded('hello deadline', () => this.#socket.close('helloMissing')),
      helloWithinMs,
    )
    ws.on(
      'pong',
      this.#guarded('pong', () => void (this.lastReceivedAt = ports.clock.monotonic())),
    )
    ws.on(
      'message',
      this.#guarded('message', (data: RawData, isBinary: boolean) => this.#receive(data, isBinary)),
    )
    ws.on('error', (error) => ports.logger.debug({ err: error }, 'a WebSocket failed'))
    ws.on(
      'close',
      this.#guarded('close', () => this.#closed()),
    )
  }

  /** Whether its `hello` is being checked. */
  get authenticating(): boolean {
    return this.#helloAnswer !== undefined && this.#socket.client === undefined
  }

  /** Ends the connection without a close frame. */
  terminate(): void {
    this.#options.ws.terminate()
  }

  /** Closes the socket because too many clients without a session are connected. */
  refuse(): void {
    this.#socket.close('tooMany')
  }

  /** Counts the bytes of the TCP connection, so that incomplete frames count too. */
  readonly #countBeforeHello = (data: Buffer): void => {
    this.#bytesBeforeHello += data.length
    if (this.#bytesBeforeHello > maxBeforeHello && !this.#helloAnswer) this.terminate()
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
    this.#socket.closed()
  }

  /**
   * Answers `hello`. The socket is paused meanwhile, so that later frames wait in the kernel until the sender is known.
   */
  async #answerHello(frame: ClientFrameOf<'hello'>): Promise<void> {
    const { ws, tcp, from, welcomed } = this.#options
    clearTimeout(this.#helloDeadline)
    tcp.off('data', this.#countBeforeHello)
    ws.pause()
    try {
      await hello(this.#socket, frame, from)
      if (this.#socket.client) welcomed()
    } catch (error) {
      this.#socket.close('cutOff')
      throw error
    } finally {
      ws.resume()
    }
  }

  #receive(data: RawData, isBinary: boolean): unknown {
    const socket = this.#socket
    this.lastReceivedAt = this.#options.ports.clock.monotonic()
    if (!tryTake(this.#bucket, this.lastReceivedAt)) {
      socket.close('flood')
      return this.#options.ws.terminate()
    }
    const frame = isBinary || !Buffer.isBuffer(data) ? undefined : parseFrame(data.toString())
    if (!frame) return socket.close('badFrame')
    if (frame.t === 'hello') {
      this.#helloAnswer ??= this.#answerHello(frame)
      return this.#helloAnswer
    }
    if (socket.client) return handleFrame(socket, frame)
    // A client may send requests before it has received `welcome`.
    if (this.#helloAnswer) {
      return this.#helloAnswer.then(() => socket.client && handleFrame(socket, frame))
    }
    return socket.close('helloMissing')
  }
}

/** Sends all frames of one turn of the event loop in one write, because a write costs more than a frame. */
function corkUntilNextTick(tcp: Duplex): void {
  if (tcp.writableCorked > 0) return
  tcp.cork()
  setImmediate(() => tcp.uncork())
}

function tryTake(bucket: { left: number; at: number }, now: number): boolean {
  bucket.left = Math.min(frameBurst, bucket.left + ((now - bucket.at) / 1000) * frameRate)
  bucket.at = now
  bucket.left--
  return bucket.left >= 0
}
