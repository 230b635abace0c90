// `npm run format` runs this after `npm install` has written package-lock.json: takes out which Node each package wants.
// npm would compare that with the Node it runs on itself, and leave out optional packages (the native parts of the build
// tools) on an older one. All of our packages run on the Node that package.json names.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const file = join(import.meta.dirname, '../package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, { engines?: unknown }> }
for (const [path, entry] of Object.entries(lock.packages)) if (path !== '') delete entry.engines
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
