import type { AnswerAssembler } from './answer-assembler.ts'
import { createAnswerParser } from './answer-parser.ts'
import type { StreamParser } from './answer-parser.ts'
import { endReasonOf } from './end-reason.ts'
import { frameError } from './provider-refusal.ts'
import { asArray, asCount, asObject, asText } from './read-json.ts'
import type { JsonObject } from './read-json.ts'
import { reasoningOf } from './reasoning-of.ts'

/** Decodes an answer of Ollama's `/api/chat`: JSON lines, or one JSON object. */
export function createOllamaDecoder(assembler: AnswerAssembler, key: string | null): StreamParser {
  let calls = 0

  function takeLine(line: JsonObject, event: string): void {
    const message = asObject(line.message)
    const thinking = message && reasoningOf(message)
    if (thinking) assembler.reasoning(thinking)
    const content = asText(message?.content) ?? asText(line.response)
    if (content) assembler.text(content)
    // Ollama sends each tool call in one piece, with its arguments as an object and often without an id.
    const whole = asArray(message?.tool_calls).map((entry) => toolCall(asObject(entry), calls++))
    assembler.addToolCalls(whole)
    const isError = Boolean(line.error) || (event === 'error' && !message)
    if (isError && !assembler.isEndCertain) assembler.fault = frameError(line, key)
    else if (line.done === true) takeEnd(line, assembler, Boolean(thinking ?? content) || whole.length > 0)
  }

  return createAnswerParser({
    onObject(line, event) {
      if (!assembler.fault) takeLine(line, event)
    },
    onDone: () => assembler.reportDone(),
    onErrorText(text) {
      if (!assembler.isEndCertain) assembler.fault ??= frameError(text, key)
    },
    onSkippedLine: () => assembler.skippedLines++,
  })
}

function toolCall(call: JsonObject | undefined, index: number) {
  const named = asObject(call?.function)
  const given = named?.arguments
  return {
    index,
    id: asText(call?.id) ?? `call_${index}`,
    name: asText(named?.name),
    arguments: typeof given === 'string' ? given : JSON.stringify(given ?? {}),
  }
}

function takeEnd(line: JsonObject, assembler: AnswerAssembler, withContent: boolean): void {
  const promptTokens = asCount(line.prompt_eval_count)
  const completionTokens = asCount(line.eval_count)
  if (promptTokens !== undefined || completionTokens !== undefined) {
    assembler.addUsage({
      ...(promptTokens === undefined ? {} : { promptTokens }),
      ...(completionTokens === undefined ? {} : { completionTokens }),
    })
  }
  const stated = endReasonOf(asText(line.done_reason) ?? 'stop') ?? 'stop'
  const reason = assembler.hasToolCalls && stated !== 'length' ? 'tool-calls' : stated
  assembler.reportEnd(reason, withContent)
  assembler.reportDone(withContent)
}
