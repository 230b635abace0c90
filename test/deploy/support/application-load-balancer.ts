import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { every, sleep } from '../../../server/base/index.ts'
import type { Certificates } from '../../support/certificates.ts'
import { BalancerTarget } from './balancer-target.ts'

/** The settings of an AWS Application Load Balancer and its target group. */
export interface BalancerTimes {
  /** Idle timeout of connections to clients and to targets. */
  idleMs: number
  deregistrationMs: number
  healthCheck: { path: string; everyMs: number; timeoutMs: number; healthy: number; unhealthy: number }
}

/**
 * Behaves as AWS documents an ALB: never retries (502 if a target fails, 503 if none is healthy), checks the health of
 * each target, keeps idle connections for `idleMs` and cuts those that are idle for longer, appends to X-Forwarded-For,
 * and lets a deregistered target finish its requests for at most `deregistrationMs`.
 */
export interface ApplicationLoadBalancer extends AsyncDisposable {
  readonly url: string
  /** The number of connections and sockets that were cut because they were idle. */
  cutWhenIdle(): number
  /** The number of requests on a connection that a target had kept open. */
  reused(): number
  /** Resolves when the target is healthy and receives requests. */
  register(port: number): Promise<void>
  /** Resolves when the target has finished its requests, or when the delay is over and the rest was cut. */
  deregister(port: number): Promise<void>
}

export async function startApplicationLoadBalancer(
  times: BalancerTimes,
  { cert, key }: Certificates,
): Promise<ApplicationLoadBalancer> {
  const targets = new Map<number, BalancerTarget>()
  const all: BalancerTarget[] = []
  const over = new AbortController()
  let turn = 0
  const choose = (): BalancerTarget | undefined => {
    const healthy = [...targets.values()].filter(({ state }) => state === 'healthy')
    return healthy[turn++ % healthy.length]
  }
  const server = createServer({
    cert: readFileSync(cert),
    key: readFileSync(key),
    keepAliveTimeout: times.idleMs,
  })
  server.on('request', (incoming, answer) => {
    const target = choose()
    if (target) target.forward(incoming, answer)
    else answer.writeHead(503).end('no healthy target')
  })
  server.on('upgrade', (incoming, client, head) => {
    const target = choose()
    if (target) target.upgrade(incoming, client as BalancerSocket, head)
    else client.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    cutWhenIdle: () => all.reduce((sum, target) => sum + target.cutWhenIdle, 0),
    reused: () => all.reduce((sum, target) => sum + target.reused, 0),
    async register(port) {
      const target = new BalancerTarget(port, times)
      targets.set(port, target)
      all.push(target)
      const healthy = Promise.withResolvers<void>()
      const turnOf = async (): Promise<void> => {
        await target.check()
        if (target.state === 'healthy') healthy.resolve()
      }
      const ms = (): number => times.healthCheck.everyMs
      void every(turnOf, { ms, failed: healthy.reject, signal: over.signal })
      await healthy.promise
    },
    async deregister(port) {
      const target = targets.get(port)
      if (!target) return
      target.state = 'draining'
      const until = performance.now() + times.deregistrationMs
      while (target.busy.size > 0 && performance.now() < until) await sleep(20)
      targets.delete(port)
      target.destroy()
    },
    async [Symbol.asyncDispose]() {
      over.abort()
      for (const target of all) target.destroy()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

type BalancerSocket = Parameters<BalancerTarget['upgrade']>[1]
