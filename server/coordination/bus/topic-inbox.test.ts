import { describe, expect, test } from 'vitest'
import { silentLogger } from '../../base/index.ts'
import { decodeBusMessage, encodeBusMessage, MessageNumbering, TopicInbox } from './topic-inbox.ts'

function make() {
  const clock = { at: 0, now: () => 0, monotonic: () => clock.at }
  const inbox = new TopicInbox('t', { clock, logger: silentLogger })
  const received: string[] = []
  inbox.listeners.add({ message: (payload) => received.push(payload), gap: () => received.push('gap') })
  const numbering = new MessageNumbering('p', clock)
  return { clock, inbox, received, next: (payload: string) => encodeBusMessage(numbering.next('t', payload)) }
}

describe('what the listeners of a topic receive', () => {
  test('gap comes before the message that follows a missing one; late and repeated messages are dropped', () => {
    const { inbox, received, next } = make()
    const [one, two, three, four] = ['1', '2', '3', '4'].map(next)
    for (const text of [one!, one!, three!, two!, four!]) inbox.receive(text)
    expect(received).toEqual(['1', 'gap', '3', '4'])
  })

  test('the first message of a publisher causes a gap only if an earlier one may have been published since the subscription', () => {
    const { clock, inbox, received, next } = make()
    next('before we listened')
    clock.at = 1000
    inbox.restart()
    clock.at = 1500
    inbox.receive(next('a'))
    expect(received).toEqual(['a'])
    inbox.restart()
    clock.at = 2000
    next('missed')
    clock.at = 2100
    inbox.receive(next('b'))
    expect(received).toEqual(['a', 'gap', 'b'])
  })

  test('A14: a publisher remembers a bounded number of topics, and a listener of a forgotten topic loses nothing', () => {
    const { clock, inbox, received } = make()
    const numbering = new MessageNumbering('p', clock, 100)
    const publish = (topic: string, payload: string): string =>
      encodeBusMessage(numbering.next(topic, payload))
    for (const payload of ['1', '2', '3']) inbox.receive(publish('t', payload))
    for (let user = 0; user < 5000; user++) publish(`user:${user}`, 'x')
    expect(numbering.size).toBe(100)
    inbox.receive(publish('t', '4'))
    inbox.receive(publish('t', '5'))
    expect(received.filter((text) => text !== 'gap')).toEqual(['1', '2', '3', '4', '5'])
    // The topic's number was forgotten, which costs the listener one needless gap.
    expect(received.slice(3)).toEqual(['gap', '4', '5'])
  })

  test('A14: a listener that subscribed after the forgotten topics were last used receives no gap', () => {
    const { clock, inbox, received } = make()
    const numbering = new MessageNumbering('p', clock, 1)
    for (const topic of ['a', 'b']) numbering.next(topic, 'x')
    clock.at = 1000
    inbox.restart()
    clock.at = 1500
    inbox.receive(encodeBusMessage(numbering.next('t', 'first')))
    expect(received).toEqual(['first'])
  })

  test('A8: a message that is too large to be sent causes a gap, also for a listener that knows no publisher yet', () => {
    for (const before of [[], ['1'], ['1', '2']]) {
      const { clock, inbox, received } = make()
      const numbering = new MessageNumbering('p', clock)
      for (const payload of before) inbox.receive(encodeBusMessage(numbering.next('t', payload)))
      inbox.receive(encodeBusMessage(numbering.nextAfterGap('t')))
      inbox.receive(encodeBusMessage(numbering.next('t', 'behind')))
      expect(received).toEqual([...before, 'gap', 'behind'])
    }
  })

  test('each publisher has its own numbers', () => {
    const { clock, inbox, received } = make()
    for (const publisher of ['x', 'y']) {
      const numbering = new MessageNumbering(publisher, clock)
      for (const payload of ['1', '2']) inbox.receive(encodeBusMessage(numbering.next('t', payload)))
    }
    expect(received).toEqual(['1', '2', '1', '2'])
  })

  test('messages that this version cannot read are ignored', () => {
    const { inbox, received } = make()
    for (const text of [
      '',
      '2 p 1 -1 x',
      '1 p x -1 x',
      '{"json":true}',
      `1 p 1 -1 ${'x'.repeat(2_000_001)}`,
    ]) {
      inbox.receive(text)
    }
    expect(received).toEqual([])
  })

  test('if a listener throws, the other listeners still receive the message', () => {
    const { inbox, received, next } = make()
    const rest = [...inbox.listeners]
    inbox.listeners.clear()
    inbox.listeners.add({
      message: () => {
        throw new Error('bug')
      },
      gap: () => {},
    })
    for (const listener of rest) inbox.listeners.add(listener)
    inbox.receive(next('x'))
    expect(received).toEqual(['x'])
  })

  test('any payload can be encoded and decoded', () => {
    for (const payload of ['', ' ', '1 2 3', 'a\nb\u2028', '\u{1F41F} {"x":1}']) {
      const message = { publisher: 'label.id', number: 7, pause: -1, payload }
      expect(decodeBusMessage(encodeBusMessage(message))).toEqual(message)
    }
  })
})
