import { pino } from 'pino'
import type { Logger as PinoLogger } from 'pino'
import { bufferLines } from './buffer-lines.ts'
import type { ByteFile } from './buffer-lines.ts'

export type Logger = PinoLogger

export interface LoggerOptions {
  level: string
  /** `pretty` for a terminal, `json` for everything else. */
  format: 'pretty' | 'json'
  /** 1 for stdout, 2 for stderr. Commands log to stderr, since stdout carries their output. */
  fd?: 1 | 2
  instance?: string
}

/** Fields that must never be in a log, at any of the first three levels of a logged object. */
const secretFields = ['password', 'token', 'key', 'authorization', 'cookie', 'secret']
const redact = secretFields.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

/** Writes one line per event. Secrets are removed by their field names. */
export function createLogger({ level, format, fd = 1, instance }: LoggerOptions): Logger {
  const options = { level, redact, base: instance ? { instance } : {} }
  if (format === 'json') {
    // In this mode it takes bytes, which its type does not say.
    const file: unknown = pino.destination({ fd, sync: false, contentMode: 'buffer' })
    return pino(options, bufferLines(file as ByteFile))
  }
  return pino({
    ...options,
    transport: { target: 'pino-pretty', options: { destination: fd, ignore: 'pid,hostname' } },
  })
}

/** What pino shares with extensions through `pino.symbols`. */
interface Internals {
  [pino.symbols.streamSym]: { write(line: string): void }
  /** The fields of every line, each with a comma before it. */
  [pino.symbols.chindingsSym]: string
  /** The field `time`, with a comma before it. */
  [pino.symbols.timeSym]: () => string
}

/** Writes a line: `fields` is JSON without the braces, which must not contain secrets. */
export type LineWriter = (fields: string, message: string) => void

/**
 * Returns a function that writes lines as `logger` does, but from fields that are JSON already: for lines so frequent
 * that the logger's own search for secrets and serialization would take most of the time. Undefined if `logger` writes
 * no lines of this level.
 */
export function createLineWriter(logger: Logger, level: 'info' | 'debug'): LineWriter | undefined {
  if (!logger.isLevelEnabled(level)) return undefined
  const {
    [pino.symbols.streamSym]: stream,
    [pino.symbols.chindingsSym]: bindings,
    [pino.symbols.timeSym]: time,
  } = logger as unknown as Internals
  const begin = `{"level":${logger.levels.values[level]}`
  return (fields, message) => {
    stream.write(`${begin}${time()}${bindings},${fields},"msg":"${message}"}\n`)
  }
}

/** Logs nothing; for tests and tools. */
export const silentLogger: Logger = pino({ level: 'silent' })
