import type { AnswerAssembler } from './answer-assembler.ts'
import { parseJson } from './json-lines.ts'
import { frameError } from './provider-refusal.ts'
import { asArray, asCount, asObject, asText } from './read-json.ts'
import type { JsonObject } from './read-json.ts'
import { createSseParser } from './sse-parser.ts'
import type { SseEvent, StreamParser } from './sse-parser.ts'
import { UpstreamError } from './upstream-error.ts'

/** The events of a streamed chat completion. `key` is the connection's, so that no error shows it. */
export function createOpenAiDecoder(assembler: AnswerAssembler, key: string | null): StreamParser {
  return createSseParser(({ event, data }: SseEvent) => {
    if (assembler.done || assembler.fault || data === '') return
    if (data === '[DONE]') {
      assembler.done = true
    } else if (event === 'error' && !data.startsWith('{')) {
      assembler.fault = frameError(data, key)
    } else {
      takeCompletion(parseJson(data), assembler, key)
    }
  })
}

/** A chat completion that came as one JSON object, though a stream was asked for. */
export function createJsonAnswerDecoder(
  assembler: AnswerAssembler,
  key: string | null,
  maxBytes = 33_554_432,
): StreamParser {
  const chunks: Buffer[] = []
  let bytes = 0
  return {
    push(chunk) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > maxBytes) throw new UpstreamError('upstream_broke_off')
    },
    end() {
      if (chunks.length === 0) return
      takeCompletion(parseJson(Buffer.concat(chunks).toString('utf8')), assembler, key)
      chunks.length = 0
    },
  }
}

function takeCompletion(value: unknown, assembler: AnswerAssembler, key: string | null): void {
  const chunk = asObject(value)
  if (!chunk) return
  if (chunk.error || chunk.object === 'error') {
    assembler.fault = frameError(chunk, key)
    return
  }
  for (const entry of asArray(chunk.choices)) {
    const choice = asObject(entry)
    if (choice && (asCount(choice.index) ?? 0) === 0) takeChoice(choice, assembler)
  }
  const usage = asObject(chunk.usage)
  if (usage) takeUsage(usage, assembler)
}

function takeChoice(choice: JsonObject, assembler: AnswerAssembler): void {
  const delta = asObject(choice.delta) ?? asObject(choice.message)
  if (delta) {
    // vLLM and OpenRouter send the same thought under both names for a while.
    const reasoning = asText(delta.reasoning_content) ?? asText(delta.reasoning)
    if (reasoning) assembler.reasoning(reasoning)
    takeContent(delta.content, assembler)
    const refusal = asText(delta.refusal)
    if (refusal) assembler.text(refusal)
    takeToolCalls(asArray(delta.tool_calls), assembler)
  }
  const reason = asText(choice.finish_reason)
  if (reason) takeReason(reason, assembler)
}

/** A string, or the parts of Mistral's thinking models. */
function takeContent(content: unknown, assembler: AnswerAssembler): void {
  if (typeof content === 'string') {
    if (content !== '') assembler.text(content)
    return
  }
  for (const entry of asArray(content)) {
    const part = asObject(entry)
    const text = asText(part?.text)
    if (text) assembler.text(text)
    for (const thought of asArray(part?.thinking)) {
      const words = asText(asObject(thought)?.text)
      if (words) assembler.reasoning(words)
    }
  }
}

function takeToolCalls(calls: unknown[], assembler: AnswerAssembler): void {
  assembler.toolCalls(
    calls.map((entry) => {
      const call = asObject(entry)
      const named = asObject(call?.function)
      return {
        index: asCount(call?.index),
        id: asText(call?.id),
        name: asText(named?.name),
        arguments: asText(named?.arguments),
      }
    }),
  )
}

function takeReason(reason: string, assembler: AnswerAssembler): void {
  switch (reason) {
    case 'content_filter':
      assembler.fault = new UpstreamError('upstream_filtered', {
        message: "The model provider's filter ended this answer.",
      })
      break
    case 'error':
      assembler.fault = new UpstreamError('upstream_broke_off')
      break
    case 'length':
    case 'max_tokens':
      assembler.end = { reason: 'length' }
      break
    case 'tool_calls':
    case 'function_call':
      assembler.end = { reason: 'tool-calls' }
      break
    default:
      assembler.end = { reason: 'stop' }
  }
}

function takeUsage(usage: JsonObject, assembler: AnswerAssembler): void {
  const promptTokens = asCount(usage.prompt_tokens)
  const completionTokens = asCount(usage.completion_tokens)
  if (promptTokens === undefined && completionTokens === undefined) return
  assembler.usage({
    ...(promptTokens === undefined ? {} : { promptTokens }),
    ...(completionTokens === undefined ? {} : { completionTokens }),
  })
}
