// A page that tests control by `window.harness`: it shows a text at once or as a stream, and measures updates.
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import type { Root } from 'react-dom/client'
import './harness.css'
import { StreamedAnswer } from '../../../../web/ui/stream/streamed-answer.tsx'
import { createStreamedText } from '../../../../web/ui/stream/streamed-text.ts'
import type { StreamedText } from '../../../../web/ui/stream/streamed-text.ts'
import { benchSource } from '../../../support/bench-source.ts'
import { Markdown } from '../../../../web/ui/markdown/markdown.tsx'

const root: Root = createRoot(document.querySelector('#root') ?? document.body)
let stream: StreamedText | undefined
let fatal = false

function throwOnUse(): never {
  throw new Error('the harness was told to fail')
}

const harness = {
  benchSource,
  show(text: string): void {
    flushSync(() =>
      root.render(<main key="show">{text === '' ? null : <Markdown key={text} text={text} />}</main>),
    )
  },
  answer(text: string, streaming = false): void {
    flushSync(() =>
      root.render(
        <main key="answer">
          <StreamedAnswer source={text} streaming={streaming} />
        </main>,
      ),
    )
  },
  /** Commits one update of a growing text before it returns. */
  grow(text: string, streaming: boolean): void {
    flushSync(() => root.render(<main key="grow">{<Markdown text={text} streaming={streaming} />}</main>))
  },
  plain(text: string): void {
    flushSync(() =>
      root.render(
        <main key="plain">
          <pre style={{ whiteSpace: 'pre-wrap' }}>{text}</pre>
        </main>,
      ),
    )
  },
  failing(text: string): void {
    fatal = true
    flushSync(() =>
      root.render(
        <main key="failing">
          <Markdown text={text} labels={new Proxy({}, { get: throwOnUse }) as never} />
          <p id="rest">the rest of the page</p>
        </main>,
      ),
    )
  },
  startStream(link: 'live' | 'moving' = 'live'): void {
    const made = createStreamedText()
    stream = made
    flushSync(() =>
      root.render(
        <main key={`stream${Math.random()}`}>
          <StreamedAnswer source={made} link={link} />
        </main>,
      ),
    )
  },
  stream: (): StreamedText | undefined => stream,
  hasFailed: () => fatal,
  /**
   * Updates the text once per frame; each update is committed and painted before the next. Returns the script time of
   * each, ms.
   */
  async lockstep(kind: 'grow' | 'plain', text: string, step: number): Promise<number[]> {
    const times: number[] = []
    for (let end = step; end < text.length + step; end += step) {
      await new Promise((resolve) => requestAnimationFrame(resolve))
      const start = performance.now()
      const shown = text.slice(0, end)
      if (kind === 'grow') harness.grow(shown, end < text.length)
      else harness.plain(shown)
      times.push(performance.now() - start)
    }
    return times
  },
}

export type Harness = typeof harness
Object.assign(window, { harness })
