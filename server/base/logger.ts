import { pino } from 'pino'
import type { Logger as PinoLogger } from 'pino'

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

/**
 * Lines are buffered, since a separate write costs more than everything else about a line. When the process ends,
 * except by `kill -9`, the rest of the buffer is written.
 */
const buffering = { minLength: 4096, periodicFlush: 100 }

/** Writes one line per event. Secrets are removed by their field names. */
export function createLogger({ level, format, fd = 1, instance }: LoggerOptions): Logger {
  const options = { level, redact, base: instance ? { instance } : {} }
  if (format === 'json') return pino(options, pino.destination({ fd, sync: false, ...buffering }))
  return pino({
    ...options,
    transport: { target: 'pino-pretty', options: { destination: fd, ignore: 'pid,hostname' } },
  })
}

/** Logs nothing; for tests and tools. */
export const silentLogger: Logger = pino({ level: 'silent' })
