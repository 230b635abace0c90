// Writes the pages of docs/ that are generated from code. `--check` writes nothing and fails when one is stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { format } from 'oxfmt'
import { documentConfiguration } from '../server/config.ts'
import { documentErrors } from './document-errors.ts'

const folder = join(import.meta.dirname, '../docs')
const pages: Record<string, () => string> = {
  'configuration.md': documentConfiguration,
  'errors.md': documentErrors,
}

const check = process.argv.includes('--check')
const stale: string[] = []
for (const [name, write] of Object.entries(pages)) {
  const path = join(folder, name)
  const text = (await format(name, write())).code
  if (read(path) === text) continue
  stale.push(`docs/${name}`)
  if (check) continue
  mkdirSync(folder, { recursive: true })
  writeFileSync(path, text)
}
if (stale.length > 0) {
  console.log(check ? `stale: ${stale.join(', ')}; run \`npm run docs\`` : `written: ${stale.join(', ')}`)
}
if (check && stale.length > 0) process.exitCode = 1

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Not there yet: as good as stale.
    return undefined
  }
}
