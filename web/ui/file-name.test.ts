import { expect, test } from 'vitest'
import { fileNameOf } from './file-name.ts'

const name = (title: string): string => fileNameOf(title, 'md', 'chat')

test('a title in any language is kept as it is', () => {
  expect(name('How do bees find home')).toBe('How do bees find home.md')
  expect(name('Grüße aus 東京 🐟')).toBe('Grüße aus 東京 🐟.md')
})

test('characters that a system forbids or reads in another way are left out', () => {
  expect(name('a/b\\c:d*e?f"g<h>i|j')).toBe('a b c d e f g h i j.md')
  expect(name('../../etc/passwd')).toBe('etc passwd.md')
  expect(name('one\ntwo\ttab\u0000nul\u007f')).toBe('one two tab nul.md')
  expect(name('half \ud800 character')).toBe('half character.md')
  expect(name('.hidden')).toBe('hidden.md')
  expect(name('-rf ~')).toBe('rf ~.md')
  expect(name('ends with dots. . .')).toBe('ends with dots.md')
  expect(name('C:')).toBe('C.md')
})

test('characters that disguise a name are left out', () => {
  expect(name('invoice\u202egpj.exe')).toBe('invoice gpj.exe.md')
  expect(name('zero\u200bwidth\ufeff')).toBe('zero width.md')
})

test('the name of a device in Windows is changed, with and without an extension', () => {
  for (const device of ['con', 'PRN', 'aux', 'NUL', 'com1', 'LPT9', 'COM¹', 'CONIN$', 'nul.tar', 'con .x'])
    expect(name(device)).toBe(`_${device}.md`)
  expect(name('Concert')).toBe('Concert.md')
  expect(name('com10')).toBe('com10.md')
})

test('a title without usable characters gets the fallback', () => {
  for (const title of ['', '   ', '...', '/', '\u200b', '?*']) expect(name(title)).toBe('chat.md')
})

test('a long title is cut to 120 bytes without splitting a character', () => {
  expect(name('a'.repeat(200))).toBe(`${'a'.repeat(120)}.md`)
  expect(name(`${'a'.repeat(119)} b`)).toBe(`${'a'.repeat(119)}.md`)
  const family = '👩‍👩‍👧‍👦'
  expect(name(family.repeat(50))).toBe(`${family.repeat(4)}.md`)
  expect(name('é'.normalize('NFD').repeat(100))).toBe(`${'é'.normalize('NFC').repeat(60)}.md`)
})
