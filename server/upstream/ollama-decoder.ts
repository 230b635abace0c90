import type { AnswerAssembler } from './answer-assembler.ts'
import { createJsonLinesParser } from './json-lines.ts'
import { frameError } from './provider-refusal.ts'
import { asArray, asCount, asObject, asText } from './read-json.ts'
import type { JsonObject } from './read-json.ts'
import type { StreamParser } from './sse-parser.ts'

/** The lines of Ollama's `/api/chat`. */
export function createOllamaDecoder(assembler: AnswerAssembler, key: string | null): StreamParser {
  let calls = 0
  return createJsonLinesParser((value) => {
    const line = asObject(value)
    if (!line || assembler.done || assembler.fault) return
    if (line.error) {
      assembler.fault = frameError(line, key)
      return
    }
    const message = asObject(line.message)
    const thinking = asText(message?.thinking)
    if (thinking) assembler.reasoning(thinking)
    const content = asText(message?.content)
    if (content) assembler.text(content)
    // A call comes whole here, with its arguments as an object and often without an id.
    const whole = asArray(message?.tool_calls).map((entry) => toolCall(asObject(entry), calls++))
    assembler.toolCalls(whole)
    if (line.done === true) takeEnd(line, assembler)
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

function takeEnd(line: JsonObject, assembler: AnswerAssembler): void {
  const promptTokens = asCount(line.prompt_eval_count)
  const completionTokens = asCount(line.eval_count)
  if (promptTokens !== undefined || completionTokens !== undefined) {
    assembler.usage({
      ...(promptTokens === undefined ? {} : { promptTokens }),
      ...(completionTokens === undefined ? {} : { completionTokens }),
    })
  }
  const reason = assembler.hasToolCalls ? 'tool-calls' : line.done_reason === 'length' ? 'length' : 'stop'
  assembler.end = { reason }
  assembler.done = true
}
