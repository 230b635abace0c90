import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../base/index.ts'
import type { Clock } from '../base/index.ts'
import { createDemoUpstream } from './demo-upstream.ts'
import { demoText } from './demo-text.ts'
import type { GenerateEnd, GenerateRequest, PromptMessage, UpstreamEvent } from './upstream.ts'

/** A clock that advances by one second with each reading. */
function rushing(): Clock {
  let now = 0
  return { now: () => now, monotonic: () => (now += 1000) }
}

const user = (content: string): PromptMessage => ({ role: 'user', content })
const later = (content: string): PromptMessage[] => [
  user('Hi'),
  { role: 'assistant', content: 'Hello' },
  user(content),
]

interface Said {
  text: string
  pieces: string[]
  end: GenerateEnd
  usage: UpstreamEvent | undefined
}

async function say(request: Partial<GenerateRequest>, clock: Clock = rushing()): Promise<Said> {
  const events: UpstreamEvent[] = []
  const end = await createDemoUpstream({ clock }).generate(
    { model: 'shoal-demo', messages: [user('Hi')], ...request },
    (some) => void events.push(...some),
    new AbortController().signal,
  )
  const pieces = events.flatMap((event) => (event.kind === 'text' ? [event.text] : []))
  return { text: pieces.join(''), pieces, end, usage: events.at(-1) }
}

describe('the built-in demo model', () => {
  test('has a name that says that it is a demo', async () => {
    const models = await createDemoUpstream({ clock: systemClock }).listModels(new AbortController().signal)
    expect(models).toEqual([{ id: 'shoal-demo', name: 'Demo (built in)' }])
  })

  test('begins with a tour of at most 250 words with heading, code, table and formula', async () => {
    const { text, end } = await say({ messages: [user('Hello there')] })
    expect(text.match(/\S+/g)?.length).toBeLessThanOrEqual(250)
    expect(text).toMatch(/^# /)
    for (const part of [
      /^## /m,
      /^```sh\n/m,
      /^\| --- \|/m,
      /^\$\$\n/m,
      /built-in demo model/,
      /\*\*Administration → Connections\*\*/,
    ]) {
      expect(text).toMatch(part)
    }
    expect(end).toEqual({ reason: 'stop' })
    expect((await say({ messages: later('Give me the tour again') })).text).toBe(text)
  })

  test('repeats a question and says that it cannot answer it', async () => {
    const { text } = await say({ messages: later('Why is the sky blue?\nReally?') })
    expect(text).toContain('> Why is the sky blue?\n> Really?')
    expect(text).toContain('This is the built-in demo model: it cannot think')
  })

  test('counts on request', async () => {
    expect((await say({ messages: [user('Please count to 12')] })).text).toContain(
      '1 2 3 4 5 6 7 8 9 10 11 12\n',
    )
  })

  test('writes 40 words per second by the given clock', async () => {
    let now = 0
    const clock: Clock = { now: () => now, monotonic: () => (now += 12.5) }
    const { pieces } = await say({ messages: [user('count to 100')] }, clock)
    const words = pieces.map((piece) => piece.match(/\S+/g)?.length ?? 0)
    // Four readings of the clock are the time of two words; a burst would be longer.
    expect(Math.max(...words)).toBeLessThanOrEqual(2)
    expect(words.length).toBeGreaterThan(50)
  })

  test('counts words as tokens and respects the token limit', async () => {
    const { text, end, usage } = await say({ messages: [user('count to 100')], maxTokens: 10 })
    expect(text.match(/\S+/g)?.length).toBe(10)
    expect(end).toEqual({ reason: 'length' })
    expect(usage).toEqual({ kind: 'usage', usage: { promptTokens: 3, completionTokens: 10 } })
  })

  test('continues a text byte for byte, wherever it ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom([user('Hi')], later('Why?'), [user('count to 50')]),
        fc.nat(),
        async (messages, at) => {
          const whole = demoText(messages)
          const text = whole.slice(0, at % (whole.length + 1))
          const { text: rest } = await say({ messages, continueFrom: { text, how: 'trailing' } })
          if (text !== whole) expect(text + rest).toBe(whole)
          else expect(rest).toMatch(/The demo model has nothing to add/)
        },
      ),
    )
  })

  test('adds the same sentence each time that a complete answer is continued, and can continue that sentence', async () => {
    const messages = later('Why?')
    let text = demoText(messages)
    for (const _ of [1, 2]) text += (await say({ messages, continueFrom: { text, how: 'trailing' } })).text
    const torn = text.slice(0, -20)
    expect(torn + (await say({ messages, continueFrom: { text: torn, how: 'trailing' } })).text).toBe(text)
  })

  test('stops at once when its signal aborts', async () => {
    const upstream = createDemoUpstream({ clock: systemClock })
    const request = { model: 'shoal-demo', messages: [user('Hi')] }
    const abort = new AbortController()
    let pieces = 0
    const answer = upstream.generate(
      request,
      () => (++pieces === 3 ? abort.abort(new Error('stop')) : undefined),
      abort.signal,
    )
    await expect(answer).rejects.toThrow('stop')
    expect(pieces).toBe(3)
    await expect(
      upstream.generate(request, () => undefined, AbortSignal.abort(new Error('before'))),
    ).rejects.toThrow('before')
  })
})
