import type { IncomingMessage } from 'node:http'
import { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import * as zlib from 'node:zlib'

export interface BodyTarget {
  data(chunk: Buffer): void
  /** Called after the last byte; `cause` is set when the connection broke or the compressed data is damaged. */
  closed(closed: { cause?: unknown }): void
}

export interface BodyDecompressor {
  pause(): void
  resume(): void
}

/**
 * Passes on the bytes of a response body, decompressed where necessary: some providers and proxies compress it although
 * the request excluded that. The first bytes decide and not the label alone, because some servers label an uncompressed
 * body as compressed, and the other way round. The chunks of an uncompressed body are passed on synchronously.
 */
export function decompressBody(response: IncomingMessage, target: BodyTarget): BodyDecompressor {
  const label = response.headers['content-encoding']?.trim().toLowerCase() ?? ''
  /** Undefined until the first bytes have decided; `none` for an uncompressed body. */
  let decoder: Transform | 'none' | undefined
  let closed: { cause?: unknown } | undefined
  let paused = false

  /** The first bytes, while they are too few to decide. */
  let early: Buffer = Buffer.alloc(0)
  const enough = isIdentity(label) ? 4 : 32

  function decoderFor(chunk: Buffer): Transform | 'none' {
    const created = createInflater(label, chunk)
    created?.on('data', (piece: Buffer) => target.data(piece))
    created?.once('end', () => target.closed(closed ?? {}))
    created?.once('error', (cause) => target.closed(closed?.cause === undefined ? { cause } : closed))
    return created ?? 'none'
  }

  function close(how: { cause?: unknown }): void {
    if (closed) return
    closed = how
    if (decoder === undefined && early.length > 0) take(early)
    // The bytes that arrived before the connection broke are still decompressed.
    if (decoder instanceof Transform) decoder.end()
    else target.closed(how)
  }

  function take(chunk: Buffer): void {
    decoder ??= decoderFor(chunk)
    if (decoder === 'none') return target.data(chunk)
    if (decoder.write(chunk)) return
    response.pause()
    decoder.once('drain', () => {
      if (!paused) response.resume()
    })
  }

  response.on('data', (chunk: Buffer) => {
    if (decoder !== undefined) return take(chunk)
    early = early.length === 0 ? chunk : Buffer.concat([early, chunk])
    if (early.length >= enough) take(early)
  })
  response.once('end', () => close({}))
  // Stays until the socket is closed: destroying the socket may emit another error.
  response.on('error', (cause) => close({ cause }))
  return {
    pause() {
      paused = true
      if (decoder instanceof Transform) decoder.pause()
    },
    resume() {
      paused = false
      if (decoder instanceof Transform) decoder.resume()
    },
  }
}

/** Undefined when the bytes are not compressed. */
function createInflater(label: string, chunk: Buffer): Transform | undefined {
  const [first = 0, second = 0] = chunk
  if (first === 0x1f && second === 0x8b) return createGunzip()
  if (first === 0x28 && second === 0xb5 && 'createZstdDecompress' in zlib) return zlib.createZstdDecompress()
  if (isIdentity(label) || looksLikeText(chunk)) return undefined
  if (label === 'br') return createBrotliDecompress()
  if (label === 'deflate') return isZlib(first, second) ? createInflate() : createInflateRaw()
  return undefined
}

function isIdentity(label: string): boolean {
  return label === '' || label === 'identity'
}

/** Checks the zlib header (RFC 1950): some servers send raw deflate data under the same label. */
function isZlib(first: number, second: number): boolean {
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0
}

/**
 * Matches the beginning of an answer, an error or a web page. One character is not enough: it may be compressed data.
 */
function looksLikeText(chunk: Buffer): boolean {
  return /^(?:\ufeff)?\s*(?:data|event|id:|retry|: |\{\s*"|\[\s*[{"\]]|<!|<[a-z]{2})/i.test(
    chunk.toString('utf8', 0, 64),
  )
}
