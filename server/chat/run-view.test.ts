import { describe, expect, test } from 'vitest'
import type { Position } from '../../protocol/index.ts'
import type { Source } from '../coordination/contracts.ts'
import { runEnd, RunView } from './run-view.ts'
import type { RunSink } from './run-view.ts'

const identity = { runId: 'run', messageId: 'message', chatId: 'chat', userId: 'user' }
const at = (fence: number, text: string, starts: Source['starts'] = [[fence, 0]]): Source => ({
  fence,
  seq: 2,
  starts,
  text,
})
const view = (source: Source) => new RunView(identity, source, 'running')

interface Reader {
  received: unknown[]
  text: string
  leave: () => void
}

/** Attaches a reader that already has `text`, up to `position`. */
function read(from: RunView, position?: Position, text = ''): Reader {
  const reader: Reader = { received: [], text, leave: () => {} }
  const sink: RunSink = {
    run: ({ how, keep, text }) => {
      reader.received.push([how, keep, text])
      reader.text = reader.text.slice(0, keep) + text
    },
    words: (at, text, seq) => {
      reader.received.push(['words', at, text, seq])
      reader.text = reader.text.slice(0, at) + text
    },
    link: (link) => reader.received.push(link),
    phase: (phase, position) => reader.received.push(position === undefined ? phase : [phase, position]),
    end: ({ status }) => reader.received.push(status),
  }
  reader.leave = from.attach(position, sink)
  return reader
}

const position = (fence: number, length: number): Position => ({ fence, seq: 1, length })

describe('a reader that attaches', () => {
  test('without a position gets the whole text', () => {
    expect(read(view(at(1, 'One two'))).received).toEqual([['recovered', 0, 'One two']])
  })

  test('with a position gets the missing text', () => {
    const { received, text } = read(view(at(1, 'One two')), position(1, 4), 'One ')
    expect([received, text]).toEqual([[['recovered', 4, 'two']], 'One two'])
  })

  test('ahead of the log keeps the text that the log will deliver next', () => {
    const run = view(at(1, 'One '))
    const reader = read(run, position(1, 7), 'One two')
    expect(reader.received).toEqual([['recovered', 7, '']])
    run.write('two three')
    expect(reader.text).toBe('One two three')
  })

  test('of an older fence is cut to where the next fence began (rule 4)', () => {
    const starts: Source['starts'] = [
      [1, 0],
      [2, 4],
    ]
    const { received, text } = read(view(at(2, 'One 2', starts)), position(1, 7), 'One two')
    expect([received, text]).toEqual([[['rewind', 4, '2']], 'One 2'])
  })

  test('of a fence that is not an ancestor starts over', () => {
    const { received } = read(view(at(3, 'Other')), position(1, 7), 'One two')
    expect(received).toEqual([['reset', 0, 'Other']])
  })

  test('of a higher fence receives nothing until this instance has caught up', () => {
    const run = view(at(1, 'One old words'))
    const reader = read(run, position(2, 5), 'One 2')
    expect(reader.received).toEqual([['recovered', 5, '']])
    run.replace(
      at(2, 'One 2 and on', [
        [1, 0],
        [2, 4],
      ]),
    )
    expect(reader.text).toBe('One 2 and on')
  })

  test('after the end gets the text and the end', () => {
    const run = view(at(1, 'One'))
    run.end({ status: 'done', length: 3, fence: 1 })
    expect(read(run).received).toEqual([['recovered', 0, 'One'], 'done'])
  })
})

describe('attached readers', () => {
  test('get text with its position and seq, until they leave', () => {
    const run = view(at(1, 'One '))
    const [stays, leaves] = [read(run), read(run)]
    run.write('two ', 5)
    leaves.leave()
    run.write('three')
    expect(stays.received.slice(1)).toEqual([
      ['words', 4, 'two ', 5],
      ['words', 8, 'three', 5],
    ])
    expect([leaves.text, run.readers, run.source.text]).toEqual(['One two ', 1, 'One two three'])
  })

  test('are each updated to another owner’s text from their own position', () => {
    const run = view(at(1, 'One two'))
    const reader = read(run)
    run.replace(
      at(2, 'One 2', [
        [1, 0],
        [2, 4],
      ]),
    )
    expect([reader.received.at(-1), reader.text]).toEqual([['rewind', 4, '2'], 'One 2'])
  })

  test('receive changes of the phase, the link, and only one end', () => {
    const run = view(at(1, ''))
    const { received } = read(run)
    run.phase('running')
    run.phase('queued', 2)
    run.phase('queued', 2)
    run.phase('queued', 1)
    run.link('stalled')
    run.end({ status: 'done', length: 0, fence: 1 })
    run.end({ status: 'failed', length: 0, fence: 1 })
    expect(received.slice(1)).toEqual([['queued', 2], ['queued', 1], 'stalled', 'done'])
  })
})

test('an end has the stored metadata for readers, without absent fields', () => {
  const ending = { status: 'done' as const, length: 3, fence: 1 }
  expect(runEnd(ending, {})).toEqual(ending)
  const meta = { finishReason: 'stop' as const, reasoningMs: 0, usage: { promptTokens: 1 }, toolCalls: [] }
  expect(runEnd(ending, meta as never)).toEqual({
    ...ending,
    finishReason: 'stop',
    reasoningMs: 0,
    usage: { promptTokens: 1 },
  })
})
