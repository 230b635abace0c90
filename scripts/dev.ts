// The server, started again when its code changes, and Vite with the page, which passes the API through to it.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createServer } from 'vite'

const root = join(import.meta.dirname, '..')
const port = process.env['PORT'] ?? '8080'

const server: ChildProcess = spawn(
  process.execPath,
  [
    '--watch-path=server',
    '--watch-path=protocol',
    'server/cli.ts',
    'start',
    '--port',
    port,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
)
process.env['SHOAL_DEV_SERVER'] = `http://127.0.0.1:${port}`
const page = await createServer({ configFile: join(root, 'vite.config.ts') })
await page.listen()
page.printUrls()

const stop = (): void => {
  server.kill('SIGTERM')
  void page.close().then(() => process.exit(0))
}
process.once('SIGINT', stop)
process.once('SIGTERM', stop)
server.once('exit', (code) => {
  console.error(`The server ended with ${code}.`)
  stop()
})
