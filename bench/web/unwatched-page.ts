import { setTimeout as delay } from 'node:timers/promises'
import type { Browser, CDPSession } from 'playwright-core'

/** A browser of somebody who is signed in, with a cache of its own, and no instrument attached to its pages. */
export interface UnwatchedBrowser extends AsyncDisposable {
  /**
   * Opens a new tab at an address and waits until a script has set `globalThis.readyAt`.
   * @param script runs in the page before its own scripts.
   * @returns what it was set to: milliseconds since the navigation began.
   */
  untilReady(url: string, script: string): Promise<number>
}

/** Until the browser has started the process of a new tab and taken leave of the last one. */
const restMs = 600
/** A page is asked only when it has surely come: to be asked takes its time too. */
const askAfterMs = 2000
const deadlineMs = 20_000

/**
 * Watching the network or the console makes V8 find the position of every request in its script, for which it parses
 * the script again: a tenth of the time a page takes to load. So tabs are opened here past the library that drives the
 * browser, which watches each one of its own, and asked one question, by the protocol's `Target` domain.
 */
export async function openUnwatched(browser: Browser, url: string, token: string): Promise<UnwatchedBrowser> {
  const session = await browser.newBrowserCDPSession()
  const { browserContextId } = await session.send('Target.createBrowserContext')
  const cookie = { name: 'token', value: token, url, httpOnly: true }
  await session.send('Storage.setCookies', { browserContextId, cookies: [cookie] })
  return {
    async untilReady(address, script) {
      const { targetId } = await session.send('Target.createTarget', {
        url: 'about:blank',
        browserContextId,
        newWindow: true,
        width: 1280,
        height: 800,
      })
      const page = await attach(session, targetId)
      await page('Page.enable')
      await page('Page.addScriptToEvaluateOnNewDocument', { source: script })
      await delay(restMs)
      await page('Page.navigate', { url: address })
      const readyAt = await askForReady(page)
      await session.send('Target.closeTarget', { targetId })
      return readyAt
    },
    async [Symbol.asyncDispose]() {
      await session.send('Target.disposeBrowserContext', { browserContextId })
      await session.detach()
    },
  }
}

type Send = (method: string, params?: object) => Promise<unknown>

async function attach(session: CDPSession, targetId: string): Promise<Send> {
  const { sessionId } = await session.send('Target.attachToTarget', { targetId, flatten: false })
  const answers = new Map<number, (answer: { result?: unknown; error?: { message: string } }) => void>()
  session.on('Target.receivedMessageFromTarget', (event) => {
    if (event.sessionId !== sessionId) return
    const message = JSON.parse(event.message)
    answers.get(message.id)?.(message)
  })
  let sent = 0
  return async (method, params = {}) => {
    const id = ++sent
    const answered = new Promise<{ result?: unknown; error?: { message: string } }>((resolve) => {
      answers.set(id, resolve)
    })
    const message = JSON.stringify({ id, method, params })
    await session.send('Target.sendMessageToTarget', { sessionId, message })
    const { result, error } = await answered
    if (error) throw new Error(`${method}: ${error.message}`)
    return result
  }
}

async function askForReady(page: Send): Promise<number> {
  for (let waited = 0; waited < deadlineMs; waited += askAfterMs) {
    await delay(askAfterMs)
    const answer = await page('Runtime.evaluate', { expression: 'globalThis.readyAt' })
    const { value } = (answer as { result: { value?: number } }).result
    if (value !== undefined) return value
  }
  throw new Error(`the page was not ready ${deadlineMs / 1000} s after it was opened`)
}
