import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const readme = join(import.meta.dirname, '../../README.md')

/** The two lines that README.md opens with: run it, and pass its tests. */
export function readmeLines(): { start: string; test: string } {
  const [, block = ''] = /```sh\n([^`]*)```/.exec(readFileSync(readme, 'utf8')) ?? []
  const [start, test] = block.split('\n').map((line) => line.replace(/\s+#.*$/, ''))
  if (!start?.endsWith('npm start') || !test?.endsWith('npm test'))
    throw new Error('README.md does not open with its two lines')
  return { start, test }
}
