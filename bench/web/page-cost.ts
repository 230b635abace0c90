import type { CDPSession, Page } from 'playwright-core'

/** The cost of a page, measured with the browser's own instruments. */
export interface PageCost {
  /** CPU seconds of the main thread's tasks since the page began, without times when other processes used the core. */
  mainThreadSeconds(): Promise<number>
  /** Bytes of the frames received over WebSockets so far, without compression. */
  socketBytes(): number
  loaded(): { requests: number; bytes: number; scriptBytes: number }
}

export async function watchCost(page: Page): Promise<PageCost> {
  const session: CDPSession = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  // CPU time of tasks; the browser's default is wall-clock time.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const kinds = new Map<string, string>()
  const sizes: { kind: string; bytes: number }[] = []
  let received = 0
  session.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type))
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
    sizes.push({ kind: kinds.get(requestId) ?? '', bytes: encodedDataLength }),
  )
  session.on('Network.webSocketFrameReceived', ({ response }) => {
    received += Buffer.byteLength(response.payloadData)
  })
  const sum = (some: { bytes: number }[]): number => some.reduce((total, { bytes }) => total + bytes, 0)
  return {
    async mainThreadSeconds() {
      const { metrics } = await session.send('Performance.getMetrics')
      const found = metrics.find(({ name }) => name === 'TaskDuration')
      if (!found) throw new Error('the browser does not measure TaskDuration')
      return found.value
    },
    socketBytes: () => received,
    loaded: () => ({
      requests: sizes.length,
      bytes: sum(sizes),
      scriptBytes: sum(sizes.filter(({ kind }) => kind === 'Script')),
    }),
  }
}
