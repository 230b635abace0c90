import { Agent, request } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { BalancerTimes } from './application-load-balancer.ts'

/** One target of a load balancer: its state, and how requests and sockets are forwarded to it. */
export class BalancerTarget {
  state: 'initial' | 'healthy' | 'unhealthy' | 'draining' = 'initial'
  /** Client sockets that the target serves now. */
  readonly busy = new Set<Socket>()
  /** The number of connections that were cut because they were idle. */
  cutWhenIdle = 0
  /** The number of requests on a connection that the target had kept open. */
  reused = 0
  readonly port: number
  readonly #times: BalancerTimes
  readonly #agent: Agent
  /** The number of consecutive health checks with the same result. */
  #streak = { ok: false, count: 0 }

  constructor(port: number, times: BalancerTimes) {
    this.port = port
    this.#times = times
    this.#agent = new Agent({ keepAlive: true, timeout: times.idleMs })
  }

  async check(): Promise<void> {
    const { path, timeoutMs, healthy, unhealthy } = this.#times.healthCheck
    const ok = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      signal: AbortSignal.timeout(timeoutMs),
    }).then(
      (it) => it.ok,
      () => false,
    )
    this.#streak = { ok, count: this.#streak.ok === ok ? this.#streak.count + 1 : 1 }
    if (this.state === 'draining') return
    if (ok && this.#streak.count >= healthy) this.state = 'healthy'
    if (!ok && this.#streak.count >= unhealthy) this.state = 'unhealthy'
  }

  /** Forwards a request once; if that fails, the response is 502. */
  forward(incoming: IncomingMessage, answer: ServerResponse): void {
    const { socket, method, url: path } = incoming
    this.busy.add(socket)
    answer.on('close', () => this.busy.delete(socket))
    const timeout = this.#times.idleMs
    const sent = request({
      port: this.port,
      method,
      path,
      headers: forwarded(incoming),
      agent: this.#agent,
      timeout,
    })
    sent.on('socket', () => void (sent.reusedSocket && this.reused++))
    sent.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
      response.on('error', () => answer.destroy())
    })
    sent.on('timeout', () => {
      this.cutWhenIdle++
      sent.destroy(new Error('idle timeout'))
    })
    sent.on('error', () => {
      if (answer.headersSent) answer.destroy()
      else answer.writeHead(502).end('the target broke off')
    })
    incoming.pipe(sent)
  }

  /** Forwards a socket until one side closes it or both are idle for too long. */
  upgrade(incoming: IncomingMessage, client: Socket, head: Buffer): void {
    const inward = connect(this.port, '127.0.0.1')
    let idle: NodeJS.Timeout | undefined
    const cut = (): void => {
      clearTimeout(idle)
      this.busy.delete(client)
      client.destroy()
      inward.destroy()
    }
    const resetIdleTimer = (): void => {
      clearTimeout(idle)
      idle = setTimeout(() => {
        this.cutWhenIdle++
        cut()
      }, this.#times.idleMs)
    }
    this.busy.add(client)
    resetIdleTimer()
    const headers = Object.entries(forwarded(incoming)).map(
      ([name, value]) => `${name}: ${String(value)}\r\n`,
    )
    inward.write(`GET ${incoming.url} HTTP/1.1\r\n${headers.join('')}\r\n`)
    inward.write(head)
    const pass = (from: Socket, to: Socket): void => {
      from.on('data', (data: Buffer) => {
        resetIdleTimer()
        to.write(data)
      })
      from.on('error', cut).on('close', cut)
      from.on('end', () => to.end())
    }
    pass(client, inward)
    pass(inward, client)
  }

  /** Cuts everything that the target still serves. */
  destroy(): void {
    for (const socket of this.busy) socket.destroy()
    this.#agent.destroy()
  }
}

function forwarded({ headers, socket }: IncomingMessage): IncomingMessage['headers'] {
  const before = headers['x-forwarded-for']
  const address = socket.remoteAddress ?? ''
  return {
    ...headers,
    'x-forwarded-for': before === undefined ? address : `${String(before)}, ${address}`,
    'x-forwarded-proto': 'https',
  }
}
