import { describe, expect, test } from 'vitest'
import { silentLogger } from '../../base/index.ts'
import { decodeBusMessage, encodeBusMessage, Numbering, TopicInbox } from './topic-inbox.ts'

function make() {
  const clock = { at: 0, now: () => 0, monotonic: () => clock.at }
  const inbox = new TopicInbox('t', { clock, logger: silentLogger })
  const heard: string[] = []
  inbox.listeners.add({ message: (payload) => heard.push(payload), gap: () => heard.push('gap') })
  const numbering = new Numbering('p', clock)
  return { clock, inbox, heard, next: (payload: string) => encodeBusMessage(numbering.next('t', payload)) }
}

describe('a topic as its listeners hear it', () => {
  test('a hole is told before the message behind it; late and repeated ones are not heard', () => {
    const { inbox, heard, next } = make()
    const [one, two, three, four] = ['1', '2', '3', '4'].map(next)
    for (const text of [one!, one!, three!, two!, four!]) inbox.receive(text)
    expect(heard).toEqual(['1', 'gap', '3', '4'])
  })

  test('the first one from a publisher is a gap only if one before it may have been published since we listen', () => {
    const { clock, inbox, heard, next } = make()
    next('before we listened')
    clock.at = 1000
    inbox.begin()
    clock.at = 1500
    inbox.receive(next('a'))
    expect(heard).toEqual(['a'])
    inbox.begin()
    clock.at = 2000
    next('missed')
    clock.at = 2100
    inbox.receive(next('b'))
    expect(heard).toEqual(['a', 'gap', 'b'])
  })

  test('publishers are numbered apart', () => {
    const { clock, inbox, heard } = make()
    for (const publisher of ['x', 'y']) {
      const numbering = new Numbering(publisher, clock)
      for (const payload of ['1', '2']) inbox.receive(encodeBusMessage(numbering.next('t', payload)))
    }
    expect(heard).toEqual(['1', '2', '1', '2'])
  })

  test('what this version cannot read is ignored', () => {
    const { inbox, heard } = make()
    for (const text of [
      '',
      '2 p 1 -1 x',
      '1 p x -1 x',
      '{"json":true}',
      `1 p 1 -1 ${'x'.repeat(2_000_001)}`,
    ]) {
      inbox.receive(text)
    }
    expect(heard).toEqual([])
  })

  test('a listener that throws does not keep the others from hearing', () => {
    const { inbox, heard, next } = make()
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
    expect(heard).toEqual(['x'])
  })

  test('any payload survives the wire', () => {
    for (const payload of ['', ' ', '1 2 3', 'a\nb\u2028', '\u{1F41F} {"x":1}']) {
      const message = { publisher: 'label.id', number: 7, pause: -1, payload }
      expect(decodeBusMessage(encodeBusMessage(message))).toEqual(message)
    }
  })
})
