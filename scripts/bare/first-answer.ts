import { ApiClient } from '../../test/support/api-client.ts'

export interface StreamedAnswer {
  /** The number of pieces in which the answer arrived. */
  pieces: number
  text: string
}

/** Signs up, requests an answer of the demo model through `/v1` as other programs do, and reads the stream. */
export async function firstAnswer(url: string): Promise<StreamedAnswer> {
  const api = new ApiClient(url)
  await api.signUp()
  const { key } = await api.call<{ key: string }>('POST', '/api/account/api-keys', { name: 'bare machine' })
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const signal = AbortSignal.timeout(60_000)
  const listed = await fetch(`${url}/v1/models`, { headers, signal })
  const { data } = (await listed.json()) as { data: { id: string }[] }
  const model = data[0]?.id
  if (model === undefined) throw new Error('a fresh installation offers no model')
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers,
    signal,
    body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'count to 20' }] }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`no answer: ${response.status} ${text}`)
  const events = [...text.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => data)
  if (events.at(-1) !== '[DONE]') throw new Error(`the answer has no end: ${text.slice(-500)}`)
  const words = events
    .slice(0, -1)
    .map((event) => (JSON.parse(event) as Chunk).choices[0]?.delta.content ?? '')
    .filter((piece) => piece !== '')
  return { pieces: words.length, text: words.join('') }
}

interface Chunk {
  choices: { delta: { content?: string } }[]
}
