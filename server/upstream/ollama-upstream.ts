import type { IncomingMessage } from 'node:http'
import { splitAddress, trimAddress } from '../base/index.ts'
import type { AnswerAssembler } from './answer-assembler.ts'
import { requestProvider } from './request-provider.ts'
import type { Continuation } from './continue-from.ts'
import { generateOverHttp } from './generate-over-http.ts'
import type { HttpUpstreamOptions } from './generate-over-http.ts'
import { fetchModels } from './list-models.ts'
import { ollamaBody } from './ollama-body.ts'
import { createOllamaDecoder } from './ollama-decoder.ts'
import { authorizationHeader, providerUrl } from './provider-address.ts'
import { isSuccess, readRefusal, refusalError } from './provider-refusal.ts'
import { asObject } from './read-json.ts'
import type { GenerateRequest, Upstream } from './upstream.ts'

/**
 * An Ollama server, by Ollama's own API. It always continues a trailing assistant message, whatever the mode in the
 * request.
 */
export function createOllamaUpstream(given: HttpUpstreamOptions): Upstream {
  // Administrators enter the address with or without /api.
  const { path, rest } = splitAddress(trimAddress(given.baseUrl))
  const options = { ...given, baseUrl: path.replace(/(?<!\/)\/+api$/, '') + rest }
  const { baseUrl, key, clock, deadlines, network } = options

  async function sendRequest(
    request: GenerateRequest,
    { messages }: Continuation,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const response = await requestProvider(
      {
        url: providerUrl(baseUrl, '/api/chat'),
        headers: { accept: 'application/x-ndjson', ...authorizationHeader(key) },
        body: JSON.stringify(ollamaBody(request, messages)),
        network,
        connectMs: deadlines.connectMs,
      },
      signal,
    )
    if (isSuccess(response)) return response
    throw refusalError(await readRefusal(response, signal), { key, model: request.model }, clock)
  }

  const protocol = {
    sendRequest,
    createDecoder: (assembler: AnswerAssembler) => createOllamaDecoder(assembler, key),
  }
  return {
    listModels: (signal) =>
      fetchModels(options, { path: '/api/tags', entries: (body) => listOf(asObject(body)?.models) }, signal),
    generate: (request, sink, signal) => {
      const { continueFrom: from } = request
      const trailing = from ? { ...request, continueFrom: { ...from, how: 'trailing' as const } } : request
      return generateOverHttp(protocol, options, trailing, { sink, signal })
    },
  }
}

const listOf = (value: unknown): unknown[] | undefined => (Array.isArray(value) ? value : undefined)
