import type { IncomingMessage } from 'node:http'
import { requestProvider } from './request-provider.ts'
import type { Continuation } from './continue-from.ts'
import { generateOverHttp } from './generate-over-http.ts'
import type { AnswerProtocol, HttpUpstreamOptions } from './generate-over-http.ts'
import { fetchModels } from './list-models.ts'
import { createOpenAiDecoder } from './openai-decoder.ts'
import { authorizationHeader, providerUrl } from './provider-address.ts'
import { isSuccess, readRefusal, refusalError } from './provider-refusal.ts'
import type { Refusal } from './provider-refusal.ts'
import { asObject } from './read-json.ts'
import type { JsonObject } from './read-json.ts'
import type { GenerateRequest, Upstream } from './upstream.ts'

/** Fields that a provider refused for a model: later requests leave them out or rename them. */
interface RefusedFields {
  streamOptions?: boolean
  maxTokens?: boolean
}

/** A provider that speaks OpenAI's chat completions: OpenAI, vLLM, llama.cpp, DeepSeek, OpenRouter and the like. */
export function createOpenAiUpstream(options: HttpUpstreamOptions): Upstream {
  const { baseUrl, key, clock, deadlines, network } = options
  const refusedBy = new Map<string, RefusedFields>()

  async function sendRequest(
    request: GenerateRequest,
    continuation: Continuation,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const { model } = request
    const url = providerUrl(baseUrl, '/chat/completions')
    const headers = { accept: 'text/event-stream', ...authorizationHeader(key) }
    // The first attempt sends all fields, and there is one more attempt for each field that may be refused.
    for (let tries = 0; ; tries++) {
      const refused = refusedBy.get(model) ?? {}
      const body = JSON.stringify(bodyOf(request, continuation, refused))
      const response = await requestProvider(
        { url, headers, body, network, connectMs: deadlines.connectMs },
        signal,
      )
      if (isSuccess(response)) return response
      const refusal = await readRefusal(response, signal)
      const found = tries < 2 ? findRefusedField(refusal, request, refused) : undefined
      if (!found) throw refusalError(refusal, { key, model }, clock)
      refusedBy.set(model, found)
    }
  }

  const protocol: AnswerProtocol = {
    sendRequest,
    createDecoder: (assembler) => createOpenAiDecoder(assembler, key),
  }
  return {
    listModels: (signal) => fetchModels(options, { path: '/models', entries: modelEntries }, signal),
    generate: (request, sink, signal) => generateOverHttp(protocol, options, request, { sink, signal }),
  }
}

function bodyOf(
  { model, messages, maxTokens, params }: GenerateRequest,
  continuation: Continuation,
  refused: RefusedFields,
): JsonObject {
  const limit = refused.maxTokens ? 'max_completion_tokens' : 'max_tokens'
  return {
    ...params,
    ...continuation.fields,
    model,
    messages: [...messages, ...continuation.messages],
    stream: true,
    stream_options: refused.streamOptions ? undefined : { include_usage: true },
    ...(maxTokens === undefined ? {} : { [limit]: maxTokens }),
  }
}

/** Some old servers do not know `stream_options`; OpenAI's reasoning models require `max_completion_tokens`. */
function findRefusedField(
  refusal: Refusal,
  request: GenerateRequest,
  before: RefusedFields,
): RefusedFields | undefined {
  if (refusal.status !== 400 && refusal.status !== 422) return undefined
  const names = (word: string): boolean => refusal.text.includes(word)
  if (!before.streamOptions && (names('stream_options') || names('include_usage'))) {
    return { ...before, streamOptions: true }
  }
  const renamed = request.maxTokens !== undefined && names('max_completion_tokens')
  return renamed && !before.maxTokens ? { ...before, maxTokens: true } : undefined
}

/** The list is in `data` (OpenAI), in `models` (some gateways), or is the body itself. */
function modelEntries(body: unknown): unknown[] | undefined {
  if (Array.isArray(body)) return body
  const { data, models } = asObject(body) ?? {}
  if (Array.isArray(data)) return data
  return Array.isArray(models) ? models : undefined
}
