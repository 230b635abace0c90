// `npm run format` runs this after `npm install` has written package-lock.json. It removes the Node versions that each
// package requires. npm would compare them with the Node that npm itself runs on, and on an older Node it would skip
// optional packages (the native parts of the build tools). All packages run on the Node that package.json names.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const file = join(import.meta.dirname, '../package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, { engines?: unknown }> }
for (const [path, entry] of Object.entries(lock.packages)) if (path !== '') delete entry.engines
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
