import { setTimeout as delay } from 'node:timers/promises'
import type { Browser, CDPSession } from 'playwright-core'

/** A browser context of a signed-in user, with its own cache, whose pages no instrument observes. */
export interface UnwatchedBrowser extends AsyncDisposable {
  /**
   * Opens an address in a new tab and waits until `script` has set `globalThis.readyAt`.
   * @param script runs in the page before the page's own scripts.
   * @returns the value of `readyAt`: milliseconds since the navigation began.
   */
  untilReady(url: string, script: string): Promise<number>
}

/** Time for the browser to start the process of a new tab and end that of the last one, ms. */
const settleMs = 600
/**
 * Time between polls, ms. Long enough for the page to have loaded before the first poll, because polling takes time
 * too.
 */
const pollIntervalMs = 2000
const deadlineMs = 20_000

/**
 * If a tool observes the network or the console, V8 locates every request in its script and parses the script again for
 * that, which costs a tenth of the load time. Playwright observes every page that it opens. So tabs are opened here
 * with the protocol's `Target` domain, without Playwright, and only `readyAt` is read from them.
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
      await delay(settleMs)
      await page('Page.navigate', { url: address })
      const readyAt = await pollReadyAt(page)
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

async function pollReadyAt(page: Send): Promise<number> {
  for (let waited = 0; waited < deadlineMs; waited += pollIntervalMs) {
    await delay(pollIntervalMs)
    const answer = await page('Runtime.evaluate', { expression: 'globalThis.readyAt' })
    const { value } = (answer as { result: { value?: number } }).result
    if (value !== undefined) return value
  }
  throw new Error(`the page was not ready ${deadlineMs / 1000} s after it was opened`)
}
