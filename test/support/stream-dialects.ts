/** Writes the pieces of the faulty streams in the format of one provider's API. */
export interface StreamDialect {
  kind: 'openai' | 'ollama'
  contentType: string
  /** A JSON object in the framing of this API. */
  frame(object: unknown): string
  /** Any text in the framing of this API. */
  line(text: string): string
  /** An object with text, and with a finish reason if one is given. */
  piece(text: string, finish?: string): object
  /** An object with reasoning. */
  thought(text: string): object
  /** An object with a finish reason and no text. */
  end(finish: string): object
  /** The mark after the end; empty if the API has none. */
  done: string
  /** The whole answer as one object. */
  whole(text: string): object
}

export const openAiDialect: StreamDialect = {
  kind: 'openai',
  contentType: 'text/event-stream',
  frame: (object) => `data: ${JSON.stringify(object)}\n\n`,
  line: (text) => `data: ${text}\n\n`,
  piece: (content, finish) => ({
    choices: [{ index: 0, delta: { content }, finish_reason: finish ?? null }],
  }),
  thought: (text) => ({ choices: [{ index: 0, delta: { reasoning_content: text } }] }),
  end: (finish) => ({ choices: [{ index: 0, delta: { content: '' }, finish_reason: finish }] }),
  done: 'data: [DONE]\n\n',
  whole: (content) => ({
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  }),
}

export const ollamaDialect: StreamDialect = {
  kind: 'ollama',
  contentType: 'application/x-ndjson',
  frame: (object) => `${JSON.stringify(object)}\n`,
  line: (text) => `${text}\n`,
  piece: (content, finish) => ({
    message: { role: 'assistant', content },
    done: finish !== undefined,
    ...(finish === undefined ? {} : { done_reason: finish }),
  }),
  thought: (thinking) => ({ message: { role: 'assistant', content: '', thinking }, done: false }),
  end: (finish) => ({ message: { role: 'assistant', content: '' }, done: true, done_reason: finish }),
  done: '',
  whole: (content) => ({ message: { role: 'assistant', content }, done: true, done_reason: 'stop' }),
}
