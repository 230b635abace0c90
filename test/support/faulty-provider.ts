import { once } from 'node:events'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Transform } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import * as zlib from 'node:zlib'
import type { FaultyStream } from './faulty-streams/index.ts'
import type { StreamDialect } from './stream-dialects.ts'

export interface FaultyProvider {
  /** The address without a path. */
  url: string
  /** The stream with which it answers further requests. */
  playing: { stream: FaultyStream; dialect: StreamDialect } | undefined
  close(): Promise<void>
}

/** Starts a real HTTP server that answers all requests with a faulty stream. */
export async function startFaultyProvider(): Promise<FaultyProvider> {
  const server = createServer((request, response) => {
    request.resume()
    if (!provider.playing) return void response.writeHead(500).end()
    // A client that disconnects during the stream ends it.
    playStream(response, provider.playing).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const provider: FaultyProvider = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    playing: undefined,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
  return provider
}

async function playStream(
  response: ServerResponse,
  { stream, dialect }: NonNullable<FaultyProvider['playing']>,
): Promise<void> {
  const { contentType = dialect.contentType, encoding, encodingLabel, ending = 'end', byteByByte } = stream
  response.sendDate = false
  if (contentType !== null) response.setHeader('content-type', contentType)
  const label = encodingLabel === undefined ? encoding?.replace('-raw', '') : encodingLabel
  if (label) response.setHeader('content-encoding', label.replace('-raw', ''))
  response.writeHead(200)
  const write = async (bytes: Buffer): Promise<void> => {
    if (!byteByByte) return void response.write(bytes)
    for (const byte of bytes) {
      response.write(Buffer.of(byte))
      await new Promise(setImmediate)
    }
  }
  const compressor = encoding && compressorOf(encoding)
  for (const step of stream.steps(dialect)) {
    if (typeof step === 'object' && 'pauseMs' in step) await delay(step.pauseMs)
    else if (step.length > 0)
      await write(compressor ? await compressor.add(step) : Buffer.from(step as string))
  }
  if (ending === 'hang') return
  if (ending === 'break') {
    await new Promise(setImmediate)
    response.destroy()
    return
  }
  if (compressor) await write(await compressor.end())
  response.end()
}

interface Compressor {
  /** Compresses a text and flushes it, so that the receiver can decompress all of it. */
  add(text: string | Buffer): Promise<Buffer>
  end(): Promise<Buffer>
}

function compressorOf(encoding: NonNullable<FaultyStream['encoding']>): Compressor {
  const compressors: Record<typeof encoding, () => Transform & { flush(done: () => void): void }> = {
    gzip: zlib.createGzip,
    br: zlib.createBrotliCompress,
    deflate: zlib.createDeflate,
    'deflate-raw': zlib.createDeflateRaw,
    zstd: zlib.createZstdCompress,
  }
  const stream = compressors[encoding]()
  const ready: Buffer[] = []
  stream.on('data', (piece: Buffer) => ready.push(piece))
  const taken = (): Buffer => Buffer.concat(ready.splice(0))
  return {
    async add(text) {
      stream.write(text)
      await new Promise<void>((resolve) => stream.flush(resolve))
      return taken()
    },
    async end() {
      stream.end()
      await once(stream, 'end')
      return taken()
    },
  }
}
