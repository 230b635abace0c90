/** The endpoints for monitoring: `/health`, `/ready` and `/metrics`. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Admission } from './admission.ts'
import type { RequestObserver } from './request-log.ts'
import { withoutAddresses } from './without-addresses.ts'

export interface Readiness {
  ready: boolean
  checks: { name: string; ok: boolean; problem?: string }[]
}

export interface MetricsPort extends RequestObserver {
  /** Who may read the metrics. Requests through a proxy always need an administrator. */
  access: 'public' | 'admin'
  contentType: string
  read(): Promise<string>
}

export interface ProbesOptions {
  version: string
  readiness: () => Promise<Readiness>
  admission: Admission
  metrics: MetricsPort | undefined
}

export function serveProbes(
  app: FastifyInstance,
  { version, readiness, admission, metrics }: ProbesOptions,
): void {
  const healthy = JSON.stringify({ status: 'ok', version })
  app.get('/health', (_request, reply) =>
    reply.header('cache-control', 'no-store').type('application/json; charset=utf-8').send(healthy),
  )
  app.get('/ready', async (request, reply) => {
    const state = await readiness()
    const whole = state.checks.every(({ ok }) => ok) || (await isAdministrator(admission, request))
    return reply
      .code(state.ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(whole ? state : { ...state, checks: state.checks.map(redactCheck) })
  })
  if (!metrics) return
  app.get('/metrics', async (request, reply) => {
    // A client that connects directly is on the instance's network. A request through a proxy may come from anywhere.
    const access = cameByProxy(request) ? 'admin' : metrics.access
    await admission.admit(request, { access, credentials: 'session-or-key' })
    return reply
      .header('cache-control', 'no-store')
      .type(metrics.contentType)
      .send(await metrics.read())
  })
}

type Check = Readiness['checks'][number]

/** Removes addresses from the problem for the public. The log and the response for administrators contain them. */
function redactCheck(check: Check): Check {
  return check.problem === undefined ? check : { ...check, problem: withoutAddresses(check.problem) }
}

async function isAdministrator(admission: Admission, request: FastifyRequest): Promise<boolean> {
  const { authorization, cookie } = request.headers
  if (authorization === undefined && cookie === undefined) return false
  return admission.admit(request, { access: 'admin', credentials: 'session-or-key' }).then(
    () => true,
    // This includes a store that does not respond: then no administrator can be recognized.
    () => false,
  )
}

/** Every load balancer and Ingress controller adds one of these headers. */
function cameByProxy({ headers }: FastifyRequest): boolean {
  return ['x-forwarded-for', 'forwarded', 'x-real-ip', 'x-forwarded-host'].some(
    (name) => headers[name] !== undefined,
  )
}
