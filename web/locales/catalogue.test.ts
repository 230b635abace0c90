import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

interface Entry {
  id: string
  text: string
  places: string[]
}

/** The messages of a catalogue. Obsolete messages are comments and are skipped. */
function readCatalogue(locale: string): Entry[] {
  const source = readFileSync(join(import.meta.dirname, locale, 'messages.po'), 'utf8')
  return source
    .split(/\n{2,}/)
    .slice(1)
    .flatMap((block) => {
      const lines = block.split('\n')
      const field = (name: string): string | undefined => {
        const at = lines.findIndex((line) => line.startsWith(`${name} "`))
        if (at < 0) return undefined
        const more = lines.slice(at + 1).findIndex((line) => !line.startsWith('"'))
        const own = lines.slice(at, more < 0 ? undefined : at + 1 + more)
        return own.map((line) => JSON.parse(line.slice(line.indexOf('"'))) as string).join('')
      }
      const id = field('msgid')
      if (id === undefined) return []
      const places = lines.filter((line) => line.startsWith('#: ')).map((line) => line.slice(3))
      return [{ id, text: field('msgstr') ?? '', places }]
    })
}

/** The placeholders of a message, such as `{name}`, `{0, plural, …}` and `<0>`, each once and sorted. */
function placeholders(text: string): string[] {
  const names = [...text.matchAll(/\{(\w+)[,}]|<\/?(\d+)\/?>/g)].map(([, name, tag]) => name ?? `<${tag}>`)
  return [...new Set(names)].sort()
}

const english = readCatalogue('en')
const german = readCatalogue('de')
const wordsOf = new Map(german.map(({ id, text }) => [id, text]))

describe('the German catalogue', () => {
  test('has every message of the page, translated', () => {
    expect(english.length).toBeGreaterThan(200)
    const missing = english.filter(({ id }) => !wordsOf.get(id)?.trim()).map(({ id }) => id)
    expect(missing).toEqual([])
  })

  test('has the same placeholders as the English text', () => {
    const wrong = english
      .filter(({ id }) => placeholders(id).join() !== placeholders(wordsOf.get(id) ?? '').join())
      .map(({ id }) => `${id} → ${wordsOf.get(id)}`)
    expect(wrong).toEqual([])
  })

  test('has no message that the page no longer uses', () => {
    const known = new Set(english.map(({ id }) => id))
    expect(german.filter(({ id }) => !known.has(id)).map(({ id }) => id)).toEqual([])
  })
})
