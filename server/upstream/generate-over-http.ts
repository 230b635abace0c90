import type { IncomingMessage } from 'node:http'
import type { Clock } from '../base/index.ts'
import { AnswerAssembler } from './answer-assembler.ts'
import { continueFrom } from './continue-from.ts'
import type { Continuation } from './continue-from.ts'
import type { ProviderNetwork } from './provider-route.ts'
import { readAnswer } from './read-answer.ts'
import type { AnswerDeadlines } from './timeout-watch.ts'
import { watchTimeouts } from './timeout-watch.ts'
import type { StreamParser } from './answer-parser.ts'
import type { GenerateEnd, GenerateRequest, UpstreamSink } from './upstream.ts'

/** The options of an upstream that uses HTTP. */
export interface HttpUpstreamOptions {
  baseUrl: string
  key: string | null
  clock: Clock
  deadlines: AnswerDeadlines
  network: ProviderNetwork
}

/** The parts of a provider's API that differ between APIs. */
export interface AnswerProtocol {
  /** Sends the request. Rejects with an `UpstreamError` unless the response has a success status. */
  sendRequest(
    request: GenerateRequest,
    continuation: Continuation,
    signal: AbortSignal,
  ): Promise<IncomingMessage>
  createDecoder(assembler: AnswerAssembler): StreamParser
}

/** Implements `Upstream.generate` for any API over HTTP. */
export async function generateOverHttp(
  protocol: AnswerProtocol,
  { clock, deadlines }: Pick<HttpUpstreamOptions, 'clock' | 'deadlines'>,
  request: GenerateRequest,
  { sink, signal }: { sink: UpstreamSink; signal: AbortSignal },
): Promise<GenerateEnd> {
  signal.throwIfAborted()
  const watch = watchTimeouts(deadlines, clock)
  const either = AbortSignal.any([signal, watch.signal])
  try {
    const continuation = continueFrom(request.continueFrom)
    const response = await protocol.sendRequest(request, continuation, either)
    const assembler = new AnswerAssembler(continuation.filter)
    const decoder = protocol.createDecoder(assembler)
    return await readAnswer(
      response,
      {
        decoder,
        assembler,
        sink,
        watch,
        afterEndMs: deadlines.afterEndMs,
        betweenWordsMs: deadlines.betweenWordsMs,
      },
      either,
    )
  } finally {
    watch.stop()
  }
}
