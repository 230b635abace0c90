import type { Nginx } from './new-nginx.ts'

export interface ComposeSetOptions {
  /** A copy of deploy/, which the set may write secrets and logs to. */
  folder: string
  /** File names in the folder `compose`. */
  files: string[]
  env: Record<string, string>
  nginx: Nginx
}

/** The running services of published compose files. */
export interface ComposeSet extends AsyncDisposable {
  /** Describes for the report how the services are run. */
  readonly how: string
  /** Starts all services. Resolves when all are healthy; rejects with the log of the first that is not. */
  up(): Promise<void>
  kill(service: string): Promise<void>
  /** Resolves when the service is healthy. */
  start(service: string): Promise<void>
  /** Stops the service as a container engine does and starts it again; resolves when it is healthy. */
  restart(service: string): Promise<void>
  log(service: string): string | Promise<string>
  /** A port on the loopback address that forwards to a published port of a service. */
  forwardPort(service: string, port: number): Promise<number>
}
