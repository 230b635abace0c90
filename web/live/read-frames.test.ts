import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventReader } from './read-frames.ts'

test('events are complete, whatever the chunk boundaries and line endings', () => {
  const stream = ':  \nretry: 500\n\ndata: {"a":1}\n\ndata:{"b":"x"}\r\n\r\n: note\ndata: one\ndata: two\n\n'
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
      const got: string[] = []
      const take = createEventReader((data) => got.push(data))
      const borders = [0, ...cuts.sort((a, b) => a - b), stream.length]
      for (let i = 1; i < borders.length; i++) take(stream.slice(borders[i - 1], borders[i]))
      expect(got).toEqual(['{"a":1}', '{"b":"x"}', 'one\ntwo'])
    }),
  )
})
