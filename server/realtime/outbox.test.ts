import { describe, expect, test } from 'vitest'
import type { ServerFrame } from '../../protocol/index.ts'
import { Outbox } from './outbox.ts'

interface Reader {
  outbox: Outbox
  sent: ServerFrame[]
  overflows: () => number
  /** Lets the socket accept everything that waits, and everything after that. */
  drain: () => void
}

/** A socket that accepts nothing until it is drained. */
function slowReader(): Reader {
  let blocked = true
  let overflows = 0
  const sent: ServerFrame[] = []
  const callbacks: (() => void)[] = []
  const outbox = new Outbox(
    {
      send(data, done) {
        sent.push(JSON.parse(data) as ServerFrame)
        callbacks.push(done)
      },
      buffered: () => (blocked ? 100_000 : 0),
    },
    () => overflows++,
  )
  return {
    outbox,
    sent,
    overflows: () => overflows,
    drain() {
      blocked = false
      // This frame queues behind the waiting ones. The callbacks of earlier sends then flush the outbox.
      outbox.push({ t: 'ping' })
      for (const done of callbacks.splice(0)) done()
    },
  }
}

const deleted = (chatId: string): ServerFrame => ({ t: 'event', event: { name: 'chat.deleted', chatId } })

describe('S2: frames that wait for a slow client', () => {
  test('events become one gap; once it is sent, later events become another gap', () => {
    let blocked = true
    const sent: ServerFrame[] = []
    let flush = (): void => {}
    const outbox = new Outbox(
      {
        send(data, done) {
          sent.push(JSON.parse(data) as ServerFrame)
          flush = done
        },
        buffered: () => (blocked ? 100_000 : 0),
      },
      () => expect.unreachable('the outbox must not overflow'),
    )
    blocked = false
    outbox.push({ t: 'pong' })
    blocked = true
    for (let count = 0; count < 100_000; count++) outbox.push(deleted(`chat-${count}`))
    outbox.push({ t: 'gap' })
    blocked = false
    flush()
    expect(sent).toEqual([{ t: 'pong' }, { t: 'gap' }])
    outbox.push(deleted('another'))
    blocked = true
    outbox.push(deleted('c'))
    blocked = false
    flush()
    expect(sent.slice(2)).toEqual([deleted('another'), { t: 'gap' }])
  })

  test.each<[string, (text: string) => ServerFrame]>([
    ['reply', (text) => ({ t: 'reply', ref: text, ok: true })],
    ['error', (text) => ({ t: 'error', error: { code: 'busy', message: text } })],
    ['words', (text) => ({ t: 'w', c: Math.random(), at: 0, x: text })],
    [
      'a run',
      (text) => ({
        t: 'run',
        c: 1,
        runId: 'r',
        messageId: 'm',
        how: 'recovered',
        keep: 0,
        text,
        position: { fence: 1, seq: 0, length: 0 },
        phase: 'running',
      }),
    ],
  ])('%s counts by its size', (_, frame) => {
    const { outbox, overflows } = slowReader()
    for (let count = 0; count < 9; count++) outbox.push(frame('x'.repeat(100_000)))
    expect(overflows()).toBe(0)
    for (let count = 0; count < 90; count++) outbox.push(frame('x'.repeat(100_000)))
    expect(overflows()).toBe(1)
  })

  test('many small frames count too', () => {
    const { outbox, overflows } = slowReader()
    for (let c = 0; c < 100_000; c++) outbox.push({ t: 'w', c, at: 0, x: 'a' })
    expect(overflows()).toBe(1)
  })

  test('an overflow is reported once, and the client gets nothing more', () => {
    const { outbox, sent, overflows, drain } = slowReader()
    for (let count = 0; count < 30; count++) outbox.push({ t: 'w', c: count, at: 0, x: 'x'.repeat(100_000) })
    drain()
    expect([overflows(), sent]).toEqual([1, []])
  })

  test('text of one channel is merged and counts once', () => {
    const { outbox, sent, overflows, drain } = slowReader()
    for (let at = 0; at < 500_000; at += 5) outbox.push({ t: 'w', c: 1, at, x: 'words' })
    expect(overflows()).toBe(0)
    expect(sent).toEqual([])
    drain()
  })
})
