import { createLazy } from '../lazy.ts'

type Katex = typeof import('katex')

/** Of nearly every formula. Without them each would be set twice, and what stands around it would move twice. */
const fonts = ['1em KaTeX_Main', 'italic 1em KaTeX_Math']
/** A formula in other letters is better than none. */
const mostMs = 1000

/** KaTeX, its styles and its letters, fetched when the first formula is shown. */
export const katexLazy = createLazy<Katex>(async () => {
  const [katex] = await Promise.all([import('katex'), import('katex/dist/katex.min.css')])
  const letters = Promise.allSettled(fonts.map((font) => document.fonts.load(font)))
  await Promise.race([letters, new Promise((resolve) => setTimeout(resolve, mostMs))])
  return katex
})
