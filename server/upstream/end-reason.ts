import type { ReportedEnd } from './answer-assembler.ts'

const reasons: Record<Exclude<ReportedEnd, 'unknown'>, string> = {
  stop: 'stop stop_sequence eos eos_token end end_turn finish finished complete completed done success',
  length:
    'length max_tokens max_length max_output_tokens model_length token_limit model_context_window_exceeded',
  'tool-calls': 'tool_calls tool_call tool_use function_call',
  'content-filter':
    'content_filter content_filtered safety recitation blocklist prohibited_content spii sensitive refusal guardrail_intervened',
  error: 'error abort aborted cancelled network_error insufficient_system_resource',
}

const byName = new Map(
  Object.entries(reasons).flatMap(([reason, names]) =>
    names.split(' ').map((name): [string, ReportedEnd] => [name, reason as ReportedEnd]),
  ),
)

/** Maps a provider's `finish_reason` to ours: `unknown` for a new name, undefined for a name that means “not ended”. */
export function endReasonOf(name: string): ReportedEnd | undefined {
  const lower = name.trim().toLowerCase()
  if (lower === '' || lower === 'null' || lower === 'none') return undefined
  return byName.get(lower) ?? 'unknown'
}
