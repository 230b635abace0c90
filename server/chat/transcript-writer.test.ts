import { describe, expect, test } from 'vitest'
import { isThinking, partsOf, visibleText } from '../../protocol/index.ts'
import type { UpstreamEvent } from '../upstream/contracts.ts'
import { TranscriptWriter } from './transcript-writer.ts'

let now = 0
const clock = { now: () => now, monotonic: () => now }

const text = (words: string): UpstreamEvent => ({ kind: 'text', text: words })
const thought = (words: string): UpstreamEvent => ({ kind: 'reasoning', text: words })

/** The whole transcript after these events, each in a separate piece. */
function write(given: string, events: UpstreamEvent[]): string {
  const writer = new TranscriptWriter(clock, given)
  return given + events.map((event) => writer.take([event])).join('') + writer.end()
}

/** The parts of a transcript that a reader sees. */
const read = (transcript: string): { reasoning: string | undefined; text: string; thinking: boolean } => ({
  reasoning: partsOf(transcript).find(({ kind }) => kind === 'reasoning')?.text,
  text: visibleText(transcript),
  thinking: isThinking(transcript),
})

/** The same text, cut after every character. */
const letters = (words: string): UpstreamEvent[] => words.split('').map(text)

const open = '<think>\nIs a shoal a group'
const closed = '<think>\nfish\n</think>\n\nA shoal is'

describe('the transcript of a run', () => {
  test('begins with the reasoning, in one block', () => {
    now = 0
    const writer = new TranscriptWriter(clock, '')
    const first = writer.take([thought('Let me '), thought('see.')])
    now = 1500
    const whole = first + writer.take([text('Fish.')]) + writer.end()
    expect(whole).toBe('<think>\nLet me see.\n</think>\n\nFish.')
    expect(writer.meta).toEqual({ reasoningMs: 1500 })
  })

  test('has the last usage, tool calls and time of reasoning as metadata', () => {
    now = 100
    const writer = new TranscriptWriter(clock, '')
    const usage = { promptTokens: 3, completionTokens: 1 }
    const call = { id: 'c', name: 'tide', arguments: '{' }
    const events: UpstreamEvent[] = [
      thought('Hm'),
      { kind: 'usage', usage },
      { kind: 'tool-calls', calls: [call] },
    ]
    writer.take(events)
    now = 200
    writer.take([thought(', hm')])
    now = 400
    writer.take([text('Fish.')])
    now = 900
    const late: UpstreamEvent[] = [
      { kind: 'usage', usage: { ...usage, completionTokens: 9 } },
      { kind: 'tool-calls', calls: [{ ...call, arguments: '{}' }] },
    ]
    expect([writer.take(late), writer.end()]).toEqual(['', ''])
    expect(writer.meta).toEqual({
      usage: { promptTokens: 3, completionTokens: 9 },
      toolCalls: [{ id: 'c', name: 'tide', arguments: '{}' }],
      reasoningMs: 300,
    })
    expect(new TranscriptWriter(clock, open).meta).toEqual({})
  })

  test('closes reasoning without an answer at the end', () => {
    expect(write('', [thought('Hm')])).toBe('<think>\nHm\n</think>\n\n')
  })

  test('keeps reasoning that follows white space', () => {
    expect(read(write('', [text('\n'), thought('Hm'), text('Fish.')]))).toMatchObject({
      reasoning: 'Hm',
      text: 'Fish.',
    })
  })

  test('A3: reasoning after text never opens a block', () => {
    expect(write('', [text('Fish'), thought('Hm'), text(' swim.')])).toBe('Fish swim.')
    expect(write('', [thought('a'), text('Fish'), thought('Hm'), text(' swim.')])).toBe(
      '<think>\na\n</think>\n\nFish swim.',
    )
  })

  test('A3: an answer that was stopped during reasoning continues after the reasoning, not inside it', () => {
    const parts = read(write(open, [text('A group '), text('of fish.')]))
    expect(parts).toMatchObject({
      reasoning: 'Is a shoal a group',
      text: 'A group of fish.',
      thinking: false,
    })
  })

  test('A3: an answer continues after reasoning of only white space, and after a lone tag', () => {
    for (const given of ['<think>', '<think>\n', '\n<think>\n  ']) {
      expect(read(write(given, [text('Fish.')])), JSON.stringify(given)).toMatchObject({
        text: 'Fish.',
        thinking: false,
      })
    }
  })

  test('A3: further reasoning extends the open block, and the answer follows it', () => {
    const parts = read(write(open, [thought('Yes'), thought(', of fish.'), text('Fish.')]))
    expect(parts).toEqual({
      reasoning: 'Is a shoal a group\n\nYes, of fish.',
      text: 'Fish.',
      thinking: false,
    })
  })

  test('A3: stopped during reasoning, continued, and stopped during reasoning again', () => {
    const writer = new TranscriptWriter(clock, open)
    const stoppedAgain = open + writer.take([thought('Yes')])
    expect(read(stoppedAgain)).toMatchObject({ thinking: true, text: '' })
    expect(read(write(stoppedAgain, [text('Fish.')]))).toMatchObject({
      reasoning: 'Is a shoal a group\n\nYes',
      text: 'Fish.',
    })
  })

  test('A3: a model that writes reasoning into its text reasons again: there is still one block, and the answer follows it', () => {
    for (const events of [
      [text('<think>\nYes.</think>\n\nFish.')],
      letters('\n<think>Yes.</think>\n\nFish.'),
    ]) {
      expect(read(write(open, events))).toMatchObject({
        reasoning: 'Is a shoal a group\n\nYes.',
        text: 'Fish.',
      })
      expect(write(closed, [text(' a group.')])).toBe(`${closed} a group.`)
      const again = write(closed, events)
      expect(read(again)).toMatchObject({ reasoning: 'fish', text: 'A shoal isFish.' })
    }
  })

  test('A3: an answer that only begins like a tag loses nothing', () => {
    for (const words of ['<thi', '<thinker> is no tag', '< 3', '  <', '</think']) {
      expect(read(write(open, letters(words))).text, words).toBe(words.trimStart())
      expect(write(closed, letters(words)), words).toBe(closed + words)
    }
  })

  test('A3: text that mentions the tag stays text if the answer had no reasoning', () => {
    const given = 'The tags are '
    expect(write(given, letters('<think> and </think>.'))).toBe(`${given}<think> and </think>.`)
  })

  test('A3: nothing is added to reasoning that is not continued', () => {
    expect(write(open, [])).toBe(open)
  })
})
