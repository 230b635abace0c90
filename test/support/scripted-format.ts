import type { AnswerFormat } from './scripted-answer.ts'

/** Writes the stream of `/v1/chat/completions`. */
export function openAiFormat(id: string, model: string, withUsage: boolean): AnswerFormat {
  const head = { id, object: 'chat.completion.chunk', created: 1, model }
  const usage = (words: number) => ({ prompt_tokens: 7, completion_tokens: words, total_tokens: 7 + words })
  const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`
  const delta = (value: unknown, finish: string | null = null): string =>
    event({ ...head, choices: [{ index: 0, delta: value, finish_reason: finish }] })
  return {
    contentType: 'text/event-stream',
    text: (content) => delta({ content }),
    reasoning: (text, field) =>
      delta({
        ...(field === 'reasoning' ? {} : { reasoning_content: text }),
        ...(field === 'reasoning_content' ? {} : { reasoning: text }),
      }),
    frame: event,
    comment: ': still here\n\n',
    end: (finish, words) =>
      (finish === null ? '' : delta({}, finish)) +
      (withUsage ? event({ ...head, choices: [], usage: usage(words) }) : ''),
    done: 'data: [DONE]\n\n',
    plain: (content, finish, words) => ({
      ...head,
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finish }],
      usage: usage(words),
    }),
  }
}

/** Writes the JSON lines of Ollama's `/api/chat`. */
export function ollamaFormat(model: string): AnswerFormat {
  const line = (value: unknown): string => `${JSON.stringify(value)}\n`
  const message = (value: object): string =>
    line({ model, message: { role: 'assistant', ...value }, done: false })
  const last = (finish: string | null, words: number) => ({
    model,
    done: true,
    done_reason: finish ?? 'stop',
    prompt_eval_count: 7,
    eval_count: words,
  })
  return {
    contentType: 'application/x-ndjson',
    text: (content) => message({ content }),
    reasoning: (thinking) => message({ content: '', thinking }),
    frame: line,
    comment: '\n',
    end: (finish, words) =>
      finish === null ? '' : line({ message: { role: 'assistant', content: '' }, ...last(finish, words) }),
    done: '',
    plain: (content, finish, words) => ({ ...last(finish, words), message: { role: 'assistant', content } }),
  }
}
