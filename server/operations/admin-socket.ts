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

/** What can be asked of a running server: each takes texts by name and answers with something that is JSON. */
export type AdminVerbs = Record<string, (args: Record<string, string>) => Promise<unknown>>

/** What goes back over the socket. */
export type AdminAnswer =
  | { ok: unknown }
  | { error: { code: string; message: string; field?: string | undefined } }

const longestLine = 65_536
const answerMs = 30_000
const connectMs = 2000

export interface ServeAdminSocketOptions {
  verbs: AdminVerbs
  logger: Logger
}

/** Where the server of this folder listens. Relative when that is shorter: the kernel takes about 100 bytes. */
export function adminSocketPath(dataDir: string): string {
  const path = resolve(dataDir, 'shoal.sock')
  const short = relative(cwd(), path)
  return Buffer.byteLength(short) < Buffer.byteLength(path) ? join('.', short) : path
}

/**
 * Listens on a Unix socket for the command line of whoever owns the folder (mode 600). One JSON object a line:
 * `{verb, args}` gets `{ok}` or `{error}`. Call while holding the folder's lock: a socket that nobody serves is removed.
 * Rejects where the path is too long or somebody else listens. The answer stops listening and hangs up.
 */
export async function serveAdminSocket(
  path: string,
  options: ServeAdminSocketOptions,
): Promise<() => Promise<void>> {
  if (Buffer.byteLength(path) > 103) {
    throw new Error(`the path of the command line's socket is too long (${path}): choose a shorter DATA_DIR`)
  }
  await removeStale(path)
  const sockets = new Set<Socket>()
  let open = false
  const server = createServer((socket) => {
    // Whoever got in before the mode was set may not be the owner.
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
    throw new Error(`another server answers on ${path}`)
  }
  rmSync(path, { force: true })
}

function serve(socket: Socket, { verbs, logger }: ServeAdminSocketOptions): void {
  // Nobody keeps a server busy by holding a line open.
  socket.setTimeout(answerMs, () => socket.destroy())
  socket.on('error', (error) => logger.debug({ err: error }, 'the command line hung up'))
  const read = createLineReader(longestLine)
  const reply = guarded({ logger, event: 'line of the command line' }, async (line: string) => {
    socket.write(`${JSON.stringify(await answer(line, { verbs, logger }))}\n`)
  })
  const hear = guarded({ logger, event: 'data of the command line' }, (piece: Buffer | string) => {
    const lines = read(piece)
    if (lines) lines.forEach((line) => reply(line))
    else socket.end(`${JSON.stringify(refusal('too_large', 'the line is too long'))}\n`)
  })
  socket.on('data', hear)
}

async function answer(line: string, { verbs, logger }: ServeAdminSocketOptions): Promise<AdminAnswer> {
  try {
    const { verb, args } = readRequest(line)
    const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
    if (!run) return refusal('not_found', `this server does not know "${verb}": it is another version`)
    const ok = await run(args)
    logger.info({ verb }, 'the command line was served')
    return { ok: ok ?? null }
  } catch (error) {
    if (error instanceof AppError)
      return { error: { code: error.code, message: error.message, field: error.field } }
    if (error instanceof SyntaxError) return refusal('bad_json', 'the line is not JSON')
    logger.error({ err: error }, 'the command line met an error')
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

/** Asks the server that listens on `path`. Undefined: nobody does. Rejects when it does not answer in time. */
export async function askServer(
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
  socket.setTimeout(answerMs + 5000, () => socket.destroy(new Error('the running server does not answer')))
  socket.write(`${line}\n`)
  for await (const piece of socket) {
    const reply = read(piece as Buffer)?.[0]
    // The other side is this code, behind a socket of mode 600.
    if (reply !== undefined) return JSON.parse(reply) as AdminAnswer
  }
  throw new Error('the running server hung up without an answer')
}

const nobodyListens = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'])

/** Undefined where nobody listens. */
async function connect(path: string): Promise<Socket | undefined> {
  const socket = createConnection(path)
  const late = AbortSignal.timeout(connectMs)
  try {
    await once(socket, 'connect', { signal: late })
    return socket
  } catch (error) {
    socket.destroy()
    if (late.aborted) throw new Error(`${path} does not answer`, { cause: error })
    if (error instanceof Error && 'code' in error && nobodyListens.has(String(error.code))) return undefined
    throw error
  }
}

/** Takes pieces of a stream and gives the whole lines in them; undefined once a line is longer than `longest`. */
export function createLineReader(longest: number): (piece: Buffer | string) => string[] | undefined {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return (piece) => {
    const lines = (rest + (typeof piece === 'string' ? piece : decoder.write(piece))).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > longest || lines.some((line) => line.length > longest)) return undefined
    return lines.filter((line) => line !== '')
  }
}
