/** What machines ask: is it alive, may it have traffic, how is it doing. */
import type { FastifyInstance } from 'fastify'
import type { Admission } from './admission.ts'
import type { RequestObserver } from './request-log.ts'

export interface Readiness {
  ready: boolean
  checks: { name: string; ok: boolean; problem?: string }[]
}

export interface MetricsPort extends RequestObserver {
  /** Who may read them. */
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
  app.get('/ready', async (_request, reply) => {
    const state = await readiness()
    return reply
      .code(state.ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(state)
  })
  if (!metrics) return
  app.get('/metrics', async (request, reply) => {
    await admission.admit(request, reply, { access: metrics.access, credentials: 'session-or-key' })
    return reply
      .header('cache-control', 'no-store')
      .type(metrics.contentType)
      .send(await metrics.read())
  })
}
