import { memo, use, useLayoutEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { chemistryLazy, katexLazy, needsChemistry } from './katex-loader.ts'
import { useLazy, useLazyIf } from '../lazy.ts'
import { MarkdownLabelsContext } from './markdown-labels.ts'
import { renderFormula } from './render-formula.ts'
import { useOverflow } from './use-overflow.ts'

interface MathProps {
  tex: string
  /** The formula with its delimiters, shown if it cannot be rendered. */
  source: string
  display: boolean
}

interface FormulaProps {
  tex: string
  display: boolean
  onError: (tex: string) => void
}

/** The element that KaTeX fills: React creates it empty and does not touch its content. */
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

/** The box of a display formula. A formula that is too wide can be scrolled, also by keyboard. */
function FormulaBox({ children }: { children: ReactNode }): ReactNode {
  const labels = use(MarkdownLabelsContext)
  const ref = useRef<HTMLSpanElement>(null)
  const overflows = useOverflow(ref)
  return (
    /* oxlint-disable jsx-a11y/no-noninteractive-tabindex -- a box that scrolls must be reachable by keyboard */
    <span
      className="md-math-box"
      ref={ref}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it also occurs inside paragraphs
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
  const chemical = needsChemistry(tex)
  const chemistry = useLazyIf(chemical ? chemistryLazy : undefined)
  const [failed, setFailed] = useState('')
  if (failed === tex) return <MathSource source={source} display={display} />
  if (katex === undefined || (chemical && chemistry === undefined))
    return <MathSource source={display ? tex : source} display={display} />
  const formula = <Formula tex={tex} display={display} onError={setFailed} />
  return display ? <FormulaBox>{formula}</FormulaBox> : formula
}

export const MathView = memo(MathInner)
