/** How one provider's protocol writes the pieces of which the table of faulty streams is made. */
export interface StreamDialect {
  kind: 'openai' | 'ollama'
  contentType: string
  /** A JSON object as this protocol sends it. */
  frame(object: unknown): string
  /** Any text in the place of an object. */
  line(text: string): string
  /** An object with words, and with a reason for the end when there is one. */
  piece(text: string, finish?: string): object
  thought(text: string): object
  /** An object with the reason for the end and no words. */
  end(finish: string): object
  /** What comes behind the end; empty where the protocol has nothing. */
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
