import { pino } from 'pino'
import type { Logger as PinoLogger } from 'pino'

export type Logger = PinoLogger

export interface LoggerOptions {
  level: string
  /** `pretty` for a terminal, `json` for everything else. */
  format: 'pretty' | 'json'
  /** 1 for stdout, 2 for stderr. Command-line verbs log to stderr, since stdout is their answer. */
  fd?: 1 | 2
  instance?: string
}

/** Values that must never be in a log, wherever they hang in a logged object. */
const secret = ['password', 'token', 'key', 'authorization', 'cookie', 'secret']
const redact = secret.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

/**
 * Lines leave together, since a write of its own costs a line more than everything else about it; an end of the process
 * other than by `kill -9` writes what is left.
 */
const gathered = { minLength: 4096, periodicFlush: 100 }

/** One line an event. Secrets are cut by name. */
export function createLogger({ level, format, fd = 1, instance }: LoggerOptions): Logger {
  const options = { level, redact, base: instance ? { instance } : {} }
  if (format === 'json') return pino(options, pino.destination({ fd, sync: false, ...gathered }))
  return pino({
    ...options,
    transport: { target: 'pino-pretty', options: { destination: fd, ignore: 'pid,hostname' } },
  })
}

/** Says nothing; for tests and tools. */
export const silentLogger: Logger = pino({ level: 'silent' })
