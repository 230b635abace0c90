import type { Nginx } from './new-nginx.ts'

export interface ComposeSetOptions {
  /** A copy of deploy/, in which secrets and logs may be written. */
  folder: string
  /** Of its folder `compose`. */
  files: string[]
  env: Record<string, string>
  nginx: Nginx
}

/** The services of published compose files, running. */
export interface ComposeSet extends AsyncDisposable {
  /** For the report. */
  readonly how: string
  /** Resolves when every service is healthy; rejects with the log of the first that is not. */
  up(): Promise<void>
  kill(service: string): Promise<void>
  /** Resolves when it is healthy. */
  start(service: string): Promise<void>
  /** Stops it as an engine does, and starts it again; resolves when it is healthy. */
  restart(service: string): Promise<void>
  log(service: string): string | Promise<string>
  /** The port of the loopback that leads to a port that a service publishes. */
  wayIn(service: string, port: number): Promise<number>
}
