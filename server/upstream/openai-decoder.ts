import type { AnswerAssembler } from './answer-assembler.ts'
import { createAnswerParser } from './answer-parser.ts'
import type { StreamParser } from './answer-parser.ts'
import { endReasonOf } from './end-reason.ts'
import { frameError } from './provider-refusal.ts'
import { asArray, asCount, asObject, asText } from './read-json.ts'
import type { JsonObject } from './read-json.ts'
import { reasoningOf } from './reasoning-of.ts'

/** Decodes a chat completion: a stream, or one JSON object. `key` is the connection's key, to remove it from errors. */
export function createOpenAiDecoder(assembler: AnswerAssembler, key: string | null): StreamParser {
  return createAnswerParser({
    onObject(object, event) {
      if (!assembler.fault) takeCompletion(object, event, { assembler, key })
    },
    onDone: () => assembler.reportDone(),
    onErrorText(text) {
      if (!assembler.isEndCertain) assembler.fault ??= frameError(text, key)
    },
    onSkippedLine: () => assembler.skippedLines++,
  })
}

interface Target {
  assembler: AnswerAssembler
  key: string | null
}

function takeCompletion(chunk: JsonObject, event: string, { assembler, key }: Target): void {
  const choices = asArray(chunk.choices)
  for (const entry of choices) {
    const choice = asObject(entry)
    if (choice && (asCount(choice.index) ?? 0) === 0) takeChoice(choice, assembler)
  }
  const usage = asObject(chunk.usage)
  if (usage) takeUsage(usage, assembler)
  if (isError(chunk, event) && !assembler.isEndCertain) assembler.fault = frameError(chunk, key)
  // A completion that is one JSON object is complete, whatever its `finish_reason`.
  const whole = choices.some((entry) => asObject(asObject(entry)?.message) && !asObject(entry)?.delta)
  if (whole && chunk.object !== 'chat.completion.chunk') assembler.reportDone()
}

function isError(chunk: JsonObject, event: string): boolean {
  const { error, object } = chunk
  const empty = typeof error === 'object' && error !== null && Object.keys(error).length === 0
  return (Boolean(error) && !empty) || object === 'error' || (event === 'error' && !chunk.choices)
}

function takeChoice(choice: JsonObject, assembler: AnswerAssembler): void {
  const delta = asObject(choice.delta) ?? asObject(choice.message)
  const words = delta !== undefined && takeDelta(delta, assembler)
  // The format of the older completions API.
  const text = delta ? undefined : asText(choice.text)
  if (text) assembler.text(text)
  const name = asText(choice.finish_reason)
  const reason = name && endReasonOf(name)
  if (reason) assembler.reportEnd(reason, words || text !== undefined)
}

/** Returns whether the delta held any content. */
function takeDelta(delta: JsonObject, assembler: AnswerAssembler): boolean {
  const reasoning = reasoningOf(delta)
  if (reasoning) assembler.reasoning(reasoning)
  const content = takeContent(delta.content, assembler)
  const refusal = asText(delta.refusal)
  if (refusal) assembler.text(refusal)
  const calls = asArray(delta.tool_calls)
  if (calls.length > 0) takeToolCalls(calls, assembler)
  return Boolean(reasoning ?? refusal) || content || calls.length > 0
}

/** `content` is a string, or a list of parts from some reasoning models. Returns whether it held any text. */
function takeContent(content: unknown, assembler: AnswerAssembler): boolean {
  if (typeof content === 'string') {
    if (content !== '') assembler.text(content)
    return content !== ''
  }
  let any = false
  for (const entry of asArray(content)) {
    const part = asObject(entry)
    const reasoning = part && reasoningOf(part)
    // A part of type `reasoning` may have its text in the field `text`; `reasoningOf` has read that.
    const text = reasoning === undefined ? asText(part?.text) : undefined
    if (reasoning) assembler.reasoning(reasoning)
    if (text) assembler.text(text)
    any ||= Boolean(reasoning ?? text)
  }
  return any
}

function takeToolCalls(calls: unknown[], assembler: AnswerAssembler): void {
  assembler.addToolCalls(
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

function takeUsage(usage: JsonObject, assembler: AnswerAssembler): void {
  const counts = {
    promptTokens: asCount(usage.prompt_tokens),
    completionTokens: asCount(usage.completion_tokens),
    cachedTokens:
      asCount(asObject(usage.prompt_tokens_details)?.cached_tokens) ?? asCount(usage.prompt_cache_hit_tokens),
    reasoningTokens:
      asCount(asObject(usage.completion_tokens_details)?.reasoning_tokens) ?? asCount(usage.reasoning_tokens),
  }
  if (counts.promptTokens === undefined && counts.completionTokens === undefined) return
  assembler.addUsage(Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined)))
}
