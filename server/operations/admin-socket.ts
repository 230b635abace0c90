import { once } from 'node:events'
import { chmodSync, rmSync, statSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { join, relative, resolve } from 'node:path'
import { cwd } from 'node:process'
import { StringDecoder } from 'node:string_decoder'
import { AppError } from '../../protocol/errors.ts'
import { guarded } from '../base/index.ts'
import type { Logger } from '../base/index.ts'

/** The commands that a running server accepts. Each takes named text arguments and resolves with a JSON value. */
export type AdminVerbs = Record<string, (args: Record<string, string>) => Promise<unknown>>

/** The response on the socket. */
export type AdminAnswer =
  | { ok: unknown }
  | { error: { code: string; message: string; field?: string | undefined } }

const maxLineLength = 65_536
const responseTimeoutMs = 30_000
const connectTimeoutMs = 2000

export interface ServeAdminSocketOptions {
  verbs: AdminVerbs
  logger: Logger
}

/**
 * The path of the socket for this data folder. Relative if that is shorter, because the kernel allows about 100 bytes.
 */
export function adminSocketPath(dataDir: string): string {
  const path = resolve(dataDir, 'shoal.sock')
  const short = relative(cwd(), path)
  return Buffer.byteLength(short) < Buffer.byteLength(path) ? join('.', short) : path
}

/**
 * Listens on a Unix socket that only the folder's owner may open (mode 600), for the command line. Each line is one
 * JSON object: a request `{verb, args}` gets the response `{ok}` or `{error}`. The caller must hold the folder's lock,
 * because an abandoned socket is removed. Rejects if the path is too long or another server listens. Resolves with a
 * function that stops listening and closes the connections.
 */
export async function serveAdminSocket(
  path: string,
  options: ServeAdminSocketOptions,
): Promise<() => Promise<void>> {
  if (Buffer.byteLength(path) > 103) {
    throw new Error(`the path of the admin socket is too long (${path}): choose a shorter DATA_DIR`)
  }
  await removeStale(path)
  const sockets = new Set<Socket>()
  let open = false
  const server = createServer((socket) => {
    // A client that connected before the mode was set may not be the owner.
    if (!open) return socket.destroy()
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    return serve(socket, options)
  })
  await listening(server, path)
  chmodSync(path, 0o600)
  open = true
  return async () => {
    const closed = new Promise<void>((done) => {
      server.close(() => done())
    })
    for (const socket of sockets) socket.destroy()
    await closed
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', failed)
    server.listen(path, () => {
      server.off('error', failed)
      done()
    })
  })
}

async function removeStale(path: string): Promise<void> {
  if (!statSync(path, { throwIfNoEntry: false })?.isSocket()) return
  const socket = await connect(path)
  if (socket) {
    socket.destroy()
    throw new Error(`another server is listening on ${path}`)
  }
  rmSync(path, { force: true })
}

function serve(socket: Socket, { verbs, logger }: ServeAdminSocketOptions): void {
  // Closes connections that stay idle.
  socket.setTimeout(responseTimeoutMs, () => socket.destroy())
  socket.on('error', (error) => logger.debug({ err: error }, 'the command line disconnected'))
  const read = createLineReader(maxLineLength)
  const reply = guarded({ logger, event: 'line of the command line' }, async (line: string) => {
    socket.write(`${JSON.stringify(await answer(line, { verbs, logger }))}\n`)
  })
  const onData = guarded({ logger, event: 'data of the command line' }, (piece: Buffer | string) => {
    const lines = read(piece)
    if (lines) lines.forEach((line) => reply(line))
    else socket.end(`${JSON.stringify(refusal('too_large', 'the line is too long'))}\n`)
  })
  socket.on('data', onData)
}

async function answer(line: string, { verbs, logger }: ServeAdminSocketOptions): Promise<AdminAnswer> {
  try {
    const { verb, args } = readRequest(line)
    const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
    if (!run)
      return refusal(
        'not_found',
        `the running server does not know "${verb}", because its version differs from the command line's`,
      )
    const ok = await run(args)
    logger.info({ verb }, 'served a request of the command line')
    return { ok: ok ?? null }
  } catch (error) {
    if (error instanceof AppError)
      return { error: { code: error.code, message: error.message, field: error.field } }
    if (error instanceof SyntaxError) return refusal('bad_json', 'the line is not JSON')
    logger.error({ err: error }, 'a request of the command line failed')
    return refusal('internal', error instanceof Error ? error.message : String(error))
  }
}

function refusal(code: string, message: string): AdminAnswer {
  return { error: { code, message } }
}

function readRequest(line: string): { verb: string; args: Record<string, string> } {
  const request: unknown = JSON.parse(line)
  if (typeof request === 'object' && request !== null && 'verb' in request && 'args' in request) {
    const { verb, args } = request
    const named = typeof args === 'object' && args !== null ? Object.entries(args) : []
    if (
      typeof verb === 'string' &&
      named.every((entry): entry is [string, string] => typeof entry[1] === 'string')
    ) {
      return { verb, args: Object.fromEntries(named) }
    }
  }
  throw new AppError('bad_request', { message: 'a line must be {"verb": "…", "args": {"…": "text"}}' })
}

/**
 * Sends a request to the server that listens on `path`. Undefined if none listens. Rejects if it does not respond in
 * time.
 */
export async function callServer(
  path: string,
  verb: string,
  args: Record<string, string>,
): Promise<AdminAnswer | undefined> {
  const socket = await connect(path)
  if (!socket) return undefined
  try {
    return await exchange(socket, JSON.stringify({ verb, args }))
  } finally {
    socket.destroy()
  }
}

async function exchange(socket: Socket, line: string): Promise<AdminAnswer> {
  const read = createLineReader(16 * 1024 * 1024)
  socket.setTimeout(responseTimeoutMs + 5000, () =>
    socket.destroy(new Error('the running server did not respond')),
  )
  socket.write(`${line}\n`)
  for await (const piece of socket) {
    const reply = read(piece as Buffer)?.[0]
    // The response needs no validation: a server with this code wrote it, and only the owner can open the socket.
    if (reply !== undefined) return JSON.parse(reply) as AdminAnswer
  }
  throw new Error('the running server closed the connection without a response')
}

const noServerCodes = new Set(['ENOENT', 'ENOTDIR', 'ECONNREFUSED', 'ENOTSOCK'])

/** Connects to the socket. Undefined if no server listens there. */
async function connect(path: string): Promise<Socket | undefined> {
  const socket = createConnection(path)
  const late = AbortSignal.timeout(connectTimeoutMs)
  try {
    await once(socket, 'connect', { signal: late })
    return socket
  } catch (error) {
    socket.destroy()
    if (late.aborted)
      throw new Error(`the server on ${path} did not accept the connection in time`, { cause: error })
    if (error instanceof Error && 'code' in error && noServerCodes.has(String(error.code))) return undefined
    throw error
  }
}

/**
 * Returns a function that takes chunks of a stream and returns the completed lines; undefined if a line is too long.
 */
export function createLineReader(maxLength: number): (piece: Buffer | string) => string[] | undefined {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return (piece) => {
    const lines = (rest + (typeof piece === 'string' ? piece : decoder.write(piece))).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > maxLength || lines.some((line) => line.length > maxLength)) return undefined
    return lines.filter((line) => line !== '')
  }
}
