import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { findProgram } from '../../support/find-program.ts'
import { killOnExit } from '../../support/kill-on-exit.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { FirefoxPage } from './firefox-page.ts'

/** Sends a command of WebDriver BiDi and resolves with its result. */
export type SendCommand = (method: string, params: Record<string, unknown>) => Promise<unknown>

export interface Firefox extends AsyncDisposable {
  version: string
  open: (url: string) => Promise<FirefoxPage>
  /** Errors of scripts and violations of the policy, on all pages. */
  pageErrors: string[]
}

interface Reply {
  id?: number
  type: string
  result?: unknown
  error?: string
  message?: string
  method?: string
  params?: { level?: string; text?: string; type?: string }
}

/** Starts the installed Firefox without a window, in a new profile, and drives it over WebDriver BiDi. */
export async function launchFirefox(): Promise<Firefox> {
  const program = findProgram('firefox-esr') ?? findProgram('firefox')
  if (program === undefined) throw new Error('Install the package firefox-esr first.')
  await using started = new AsyncDisposableStack()
  const profile = started.use(await temporaryFolder('firefox'))
  // The pages of the tests are in English; nothing is loaded from elsewhere.
  await writeFile(join(profile.path, 'user.js'), 'user_pref("intl.accept_languages", "en-US");\n')
  const args = ['--headless', '--no-remote', '--profile', profile.path, '--remote-debugging-port', '0']
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  killOnExit(child)
  started.defer(() => end(child))
  const socket = new WebSocket(`${await readAddress(child)}/session`)
  started.defer(() => socket.close())
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const pageErrors: string[] = []
  const send = connect(socket, pageErrors)
  const session = (await send('session.new', { capabilities: {} })) as {
    capabilities: { browserVersion: string }
  }
  await send('session.subscribe', { events: ['log.entryAdded'] })
  const owned = started.move()
  return {
    version: session.capabilities.browserVersion,
    pageErrors,
    async open(url) {
      const { context } = (await send('browsingContext.create', { type: 'tab' })) as { context: string }
      const page = new FirefoxPage(send, context)
      await page.resize(1280, 800)
      await page.goto(url)
      return page
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function connect(socket: WebSocket, pageErrors: string[]): SendCommand {
  const waiting = new Map<number, (reply: Reply) => void>()
  let count = 0
  socket.on('message', (data: Buffer) => {
    const reply = JSON.parse(data.toString()) as Reply
    if (reply.id !== undefined) waiting.get(reply.id)?.(reply)
    else if (reply.params?.level === 'error') pageErrors.push(reply.params.text ?? '')
  })
  return async (method, params) => {
    const id = ++count
    const reply = await new Promise<Reply>((resolve) => {
      waiting.set(id, resolve)
      socket.send(JSON.stringify({ id, method, params }))
    })
    waiting.delete(id)
    if (reply.type === 'error') throw new Error(`${method}: ${reply.error}: ${reply.message}`)
    return reply.result
  }
}

/** Firefox prints the address of its socket. */
function readAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    child.stderr?.on('data', (data) => {
      printed += String(data)
      const address = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(printed)?.[1]
      if (address !== undefined) resolve(address)
    })
    child.once('exit', () => reject(new Error(`Firefox ended before it listened:\n${printed}`)))
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await exited
}
