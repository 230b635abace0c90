// Builds the page after `npm ci` in a clone. A production install has no build tools, and brings no page of its own:
// the image copies it, and a server without a page says how to build it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

async function prepare(): Promise<void> {
  if (!existsSync(join(root, 'node_modules/vite/package.json'))) return
  const began = performance.now()
  console.log('Building the page into dist/web …')
  const { build } = await import('vite')
  await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' })
  console.log(`Built the page in ${((performance.now() - began) / 1000).toFixed(1)} s. Start with: npm start`)
}

await prepare()
