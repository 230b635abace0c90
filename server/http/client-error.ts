import type { Socket } from 'node:net'
import { closeWithResponse } from '../base/index.ts'
import { AppError } from '../../protocol/index.ts'

const responses: Record<string, [status: string, message: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers of the request are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not arrive in time.'],
}

/** Responds to data that Node could not parse as HTTP. It never becomes a request, so it has no id and no route. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, message] = responses[error.code ?? ''] ?? [
    '400 Bad Request',
    'This is not a valid HTTP request.',
  ]
  const body = JSON.stringify({ error: new AppError('bad_request', { message }).toWire() })
  closeWithResponse(socket, { status, body, headers: { 'Content-Type': 'application/json; charset=utf-8' } })
}
