import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const syllables = ['ka', 'lo', 'mi', 'ren', 'tu', 'vas', 'po', 'shi', 'gor', 'el', 'ban', 'xu']

/** Makes texts of 200 to 1,800 characters: pieces of the project's documents with a few rare words. Repeatable. */
export function createTexts(): () => string {
  const files = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).toSorted()
  const documents = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n')
  const random = createRandom()
  const rareWord = (): string =>
    Array.from({ length: 4 }, () => syllables[Math.floor(random() * syllables.length)]).join('')
  return () => {
    const length = Math.floor(200 + 1600 * random())
    const from = Math.floor(random() * (documents.length - length))
    return `${rareWord()} ${documents.slice(from, from + length).toWellFormed()} ${rareWord()}`
  }
}

/** Numbers in [0, 1), the same in each run (mulberry32, Tommy Ettinger, public domain). */
function createRandom(): () => number {
  let state = 1
  return () => {
    state = (state + 0x6d2b_79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
