import { pino } from 'pino'
import { AppError } from '../../protocol/index.ts'
import type { Caller } from '../../server/accounts/index.ts'
import type { HttpServer, HttpServerOptions } from '../../server/http/index.ts'
import type { RequestMeta, UseCases } from '../../server/use-case.ts'
import { systemClock } from '../../server/base/index.ts'
import { createHttpServer, defaultHttpLimits, privateNetworks } from '../../server/http/index.ts'
import type { HttpConfig } from '../../server/http/index.ts'
import { callerOf, userView } from './callers.ts'
import type { HttpAnswer, HttpCall } from './http-client.ts'
import { send } from './http-client.ts'

interface UseCaseCall {
  name: string
  caller: Caller | undefined
  input: any // oxlint-disable-line typescript/no-explicit-any -- tests read any field of it
  meta: RequestMeta
}

export interface HttpFixture {
  http: HttpServer
  port: number
  /** The calls of use cases. */
  calls: UseCaseCall[]
  /** The parsed lines of the log. */
  log: Record<string, unknown>[]
  send(call: HttpCall): Promise<HttpAnswer>
  close(): Promise<void>
}

export interface FixtureOptions {
  config?: Partial<HttpConfig>
  /** Use cases by the name of their operation. All others return `{ok: true}`. */
  useCases?: Record<string, (call: UseCaseCall) => unknown>
  server?: Partial<HttpServerOptions>
  mount?: (http: HttpServer) => void
}

/**
 * Starts a real HTTP server on a free port, with use cases of the test. Valid tokens are `admin`, `user` and `pending`;
 * valid API keys are `sk-admin`, `sk-user` and `sk-pending`.
 */
export async function startHttp({
  config,
  useCases = {},
  server,
  mount,
}: FixtureOptions = {}): Promise<HttpFixture> {
  const calls: UseCaseCall[] = []
  const log: Record<string, unknown>[] = []
  const table = new Proxy({} as UseCases, {
    get: (_target, name) => async (caller: Caller | undefined, input: unknown, meta: RequestMeta) => {
      const call = { name: String(name), caller, input, meta }
      calls.push(call)
      return (await useCases[call.name]?.(call)) ?? { ok: true }
    },
  })
  const http = createHttpServer({
    config: {
      version: '1.2.3',
      webRoot: '/nonexistent',
      basePath: '',
      trustedProxies: privateNetworks,
      publicUrl: null,
      allowedOrigins: [],
      ...defaultHttpLimits,
      ...config,
    },
    logger: pino({ level: 'debug' }, { write: (line: string) => log.push(JSON.parse(line)) }),
    clock: systemClock,
    useCases: () => table,
    authenticate: async ({ bearer, cookies }) =>
      callerWith(bearer ?? /(?:^|; )token=(\w+)/.exec(cookies ?? '')?.[1]),
    readiness: async () => ({ ready: true, checks: [] }),
    ...server,
  })
  mount?.(http)
  const port = await http.listen({ host: '127.0.0.1', port: 0 })
  return { http, port, calls, log, send: (call) => send(port, call), close: () => http.close() }
}

function callerWith(token: string | undefined): Caller {
  const isKey = token?.startsWith('sk-') ?? false
  const role = token?.replace(/^sk-/, '')
  if (role !== 'admin' && role !== 'user' && role !== 'pending') throw new AppError('unauthenticated')
  return callerOf(userView(role, { id: `id-of-${role}`, role }), isKey ? 'api-key' : 'session')
}
