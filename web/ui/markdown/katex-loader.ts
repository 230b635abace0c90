import { createLazy } from './lazy.ts'

type Katex = typeof import('katex')

/** KaTeX and its styles, fetched when the first formula is shown. */
export const katexLazy = createLazy<Katex>(async () => {
  const [katex] = await Promise.all([import('katex'), import('katex/dist/katex.min.css')])
  return katex
})
