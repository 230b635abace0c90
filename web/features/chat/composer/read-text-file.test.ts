import { expect, test } from 'vitest'
import { readTextFile } from './read-text-file.ts'

const read = (name: string, ...parts: BlobPart[]): ReturnType<typeof readTextFile> =>
  readTextFile(new File(parts, name))

test('prose is added unchanged, with uniform line breaks', async () => {
  expect(await read('notes.md', '\uFEFF# Ä\r\n\r\nText\r\n')).toEqual({ text: '# Ä\n\nText' })
})

test('code is added under its file name, in a fence that it cannot close', async () => {
  expect(await read('a.ts', 'const a = `x`')).toEqual({ text: 'a.ts:\n```ts\nconst a = `x`\n```' })
  expect(await read('b.mdx', '````\n```')).toEqual({ text: 'b.mdx:\n`````mdx\n````\n```\n`````' })
  expect(await read('strange.a b', 'x')).toEqual({ text: 'strange.a b:\n```\nx\n```' })
})

test.each([
  ['an image', new Uint8Array([0x89, 0x50, 0x4e, 0x47])],
  ['bytes with a NUL', new Uint8Array([0x61, 0, 0x62])],
  ['Latin-1', new Uint8Array([0x4d, 0xfc, 0x6c])],
])('%s is refused, whatever its file name says', async (_, bytes) => {
  expect(await read('a.txt', bytes)).toEqual({ refused: 'not-text' })
})

test('a file that is larger than a message may be is not read', async () => {
  expect(await read('a.txt', 'x'.repeat(4_000_001))).toEqual({ refused: 'too-large' })
})
