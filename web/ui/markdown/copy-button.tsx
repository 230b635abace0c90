import { use, useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { copyText } from '../copy-text.ts'
import { MarkdownLabelsContext } from './markdown-labels.ts'

const confirmMs = 2000

/** A button that copies the results of `text` and `html`, and then shows whether that worked. */
export function CopyButton({ text, html }: { text: () => string; html?: () => string }): ReactNode {
  const labels = use(MarkdownLabelsContext)
  const [state, setState] = useState<'copy' | 'copied' | 'copyFailed'>('copy')
  useEffect(() => {
    if (state === 'copy') return undefined
    const timer = setTimeout(() => setState('copy'), confirmMs)
    return () => clearTimeout(timer)
  }, [state])
  function copy(): void {
    void copyText(text(), html?.()).then((copied) => setState(copied ? 'copied' : 'copyFailed'))
  }
  return (
    <button type="button" className="md-copy" data-state={state} onClick={copy}>
      <span aria-live="polite">{labels[state]}</span>
    </button>
  )
}
