// Runs after `npm ci` in a clone: links the command `shoal` to where npx looks first, and builds the page. A production
// install has no build tools and skips the page: the image copies it, and a server without a page explains how to build
// it.
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const bins = join(root, 'node_modules/.bin')

/** Not a `bin` in package.json, because npx would then install the whole clone into its cache. */
function linkCommand(): void {
  chmodSync(join(root, 'server/cli.ts'), 0o755)
  mkdirSync(bins, { recursive: true })
  rmSync(join(bins, 'shoal'), { force: true })
  symlinkSync('../../server/cli.ts', join(bins, 'shoal'))
}

async function buildPage(): Promise<void> {
  if (!existsSync(join(root, 'node_modules/vite/package.json'))) return
  const began = performance.now()
  console.log('Building the page into dist/web …')
  const { build } = await import('vite')
  await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' })
  console.log(`Built the page in ${((performance.now() - began) / 1000).toFixed(1)} s. Start with: npm start`)
}

linkCommand()
await buildPage()
