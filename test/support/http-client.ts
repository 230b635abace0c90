import { request } from 'node:http'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'

export interface HttpCall {
  method?: string
  path: string
  headers?: OutgoingHttpHeaders
  /** An object is sent as JSON, a string unchanged. */
  body?: unknown
  signal?: AbortSignal
}

export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  text: string
  json: any // oxlint-disable-line typescript/no-explicit-any -- tests read any field of it
}

/** Sends an HTTP request with exactly these headers. Unlike `fetch`, it allows all, and adds only Host and a length. */
export function send(
  port: number,
  { method = 'GET', path, headers = {}, body, signal }: HttpCall,
): Promise<HttpAnswer> {
  const raw = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const typed = raw === undefined || typeof body === 'string' ? {} : { 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: { ...typed, ...headers },
        agent: false,
        ...(signal ? { signal } : {}),
      },
      (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(pieces).toString()
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(raw)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
