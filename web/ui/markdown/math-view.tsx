import { memo, use, useLayoutEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { katexLazy } from './katex-loader.ts'
import { useLazy } from '../lazy.ts'
import { MarkdownLabelsContext } from './markdown-labels.ts'
import { renderFormula } from './render-formula.ts'
import { useOverflow } from './use-overflow.ts'

interface MathProps {
  tex: string
  /** What is shown until the formula can be, and if it never can. */
  source: string
  display: boolean
}

interface FormulaProps {
  tex: string
  display: boolean
  onError: (tex: string) => void
}

/** The part that KaTeX fills: React creates it empty and never looks inside. */
function Formula({ tex, display, onError }: FormulaProps): ReactNode {
  const ref = useRef<HTMLSpanElement>(null)
  useLayoutEffect(() => {
    const katex = katexLazy.get()
    const node = katex === undefined ? undefined : renderFormula(katex, tex, display)
    if (node === undefined) onError(tex)
    else ref.current?.replaceChildren(node)
  }, [tex, display, onError])
  return <span ref={ref} className={display ? 'md-math md-math-display' : 'md-math'} dir="ltr" />
}

export function MathSource({ source, display }: { source: string; display: boolean }): ReactNode {
  return (
    <span className={display ? 'md-math-source md-math-display' : 'md-math-source'} dir="ltr">
      {source}
    </span>
  )
}

/** A formula on lines of its own. One that is too wide scrolls in its box, by keyboard too. */
function FormulaBox({ children }: { children: ReactNode }): ReactNode {
  const labels = use(MarkdownLabelsContext)
  const ref = useRef<HTMLSpanElement>(null)
  const overflows = useOverflow(ref)
  return (
    /* oxlint-disable jsx-a11y/no-noninteractive-tabindex -- a box that scrolls must be reachable by keyboard */
    <span
      className="md-math-box"
      ref={ref}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it stands inside paragraphs too
      role="group"
      aria-label={labels.formula}
      tabIndex={overflows ? 0 : undefined}
    >
      {children}
    </span>
  )
}

function MathInner({ tex, source, display }: MathProps): ReactNode {
  const katex = useLazy(katexLazy)
  const [failed, setFailed] = useState('')
  if (katex === undefined || failed === tex) return <MathSource source={source} display={display} />
  const formula = <Formula tex={tex} display={display} onError={setFailed} />
  return display ? <FormulaBox>{formula}</FormulaBox> : formula
}

export const MathView = memo(MathInner)
