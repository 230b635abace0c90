import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { killOnExit } from '../support/kill-on-exit.ts'
import { freePort } from '../support/free-port.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const isInstalled = spawnSync('haproxy', ['-v']).status === 0

function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(socket.destroy() !== undefined))
    socket.on('error', () => resolve(false))
  })
}

test.skipIf(!isInstalled)(
  'O11: our HAProxy file starts on a machine that allows 4,096 open files',
  async () => {
    await using folder = await temporaryFolder('haproxy-limits')
    const published = readFileSync(join(import.meta.dirname, '../../deploy/haproxy/haproxy.cfg'), 'utf8')
    const port = await freePort()
    // Only the sections `global` and `defaults`, because the others need certificates and instances.
    const sections = published.slice(0, published.search(/^(frontend|backend|listen) /m))
    const text = sections.replace('/run/haproxy/admin.sock', join(folder.path, 'admin.sock'))
    const path = join(folder.path, 'haproxy.cfg')
    writeFileSync(path, `${text}\nfrontend test\n  bind 127.0.0.1:${port}\n`)
    const child = spawn('sh', ['-c', 'ulimit -n 4096 && exec haproxy -db -f "$0"', path], { stdio: 'ignore' })
    killOnExit(child)
    try {
      await vi.waitFor(async () => {
        expect(child.exitCode).toBeNull()
        expect(await acceptsConnections(port)).toBe(true)
      })
    } finally {
      child.kill('SIGKILL')
    }
  },
)
