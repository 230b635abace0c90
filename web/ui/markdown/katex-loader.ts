import { createLazy } from '../lazy.ts'

type Katex = typeof import('katex')

/**
 * The fonts of nearly every formula. Without them a formula would be laid out twice and move the text around it twice.
 */
const fonts = ['1em KaTeX_Main', 'italic 1em KaTeX_Math']
/** Longest wait for the fonts: a formula in a fallback font is better than none. */
const maxFontWaitMs = 1000

/** KaTeX with its styles and fonts, loaded when the first formula is shown. */
export const katexLazy = createLazy<Katex>(async () => {
  const [katex] = await Promise.all([import('katex'), import('katex/dist/katex.min.css')])
  const fontsLoaded = Promise.allSettled(fonts.map((font) => document.fonts.load(font)))
  await Promise.race([fontsLoaded, new Promise((resolve) => setTimeout(resolve, maxFontWaitMs))])
  return katex
})

/** Whether a formula contains chemistry, for which KaTeX needs an extension. */
export function needsChemistry(tex: string): boolean {
  return /\\(?:ce|pu)(?![A-Za-z])/.test(tex)
}

/**
 * The commands `\ce` and `\pu` of mhchem, which the extension adds to KaTeX itself. Loaded when the first chemical
 * formula is shown.
 */
export const chemistryLazy = createLazy(async () => {
  await import('katex/contrib/mhchem')
  return true
})
