import { needsChemistry } from './katex-loader.ts'

type Katex = typeof import('katex')

const maxTex = 4000
// The extension takes quadratic time for some formulas. Real ones stay within 300 characters.
const maxChemistry = 1000
const maxCached = 300
const maxHeightEm = 100
/** Of nested elements. Real formulas stay within 60. How deep KaTeX itself gets depends on the browser's stack size. */
const maxDepth = 250

// A definition can expand to much text and be used often, so the number of expansions is limited by the source's
// length.
const defines =
  /\\(?:[gex]?def|let|futurelet|(?:re|provide)?newcommand|providecommand|DeclareMathOperator)(?![A-Za-z])/
const maxGrowth = 20_000

const cache = new Map<string, Node | null>()

function create(katex: Katex, tex: string, display: boolean): Node | null {
  if (tex.length > (needsChemistry(tex) ? maxChemistry : maxTex)) return null
  const holder = document.createElement('span')
  try {
    katex.render(tex, holder, {
      displayMode: display,
      throwOnError: true,
      trust: false,
      strict: 'ignore',
      maxSize: 10,
      maxExpand: defines.test(tex) ? Math.min(1000, Math.floor(maxGrowth / tex.length)) : 1000,
    })
  } catch {
    // A formula that KaTeX cannot parse is shown as its source by the caller.
    return null
  }
  return isTooTall(holder) || isTooDeep(holder) ? null : holder.firstChild
}

/** `maxSize` does not limit `\raisebox` and repeated shifts, but KaTeX writes the height of a line into its struts. */
function isTooTall(holder: Element): boolean {
  return [...holder.querySelectorAll<HTMLElement>('.katex-strut')].some(
    (strut) => Number.parseFloat(strut.style.height) > maxHeightEm,
  )
}

/** Without this limit, thousands of nested boxes could be laid out, and the result would depend on the stack size. */
function isTooDeep(holder: Element): boolean {
  let level = [...holder.children]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) return true
    level = level.flatMap((element) => [...element.children])
  }
  return false
}

/** Renders a formula with DOM calls only. Returns undefined if its source has to be shown instead. */
export function renderFormula(katex: Katex, tex: string, display: boolean): Node | undefined {
  const key = `${display ? 'd' : 'i'}${tex}`
  let node = cache.get(key)
  if (node === undefined) {
    node = create(katex, tex, display)
    if (cache.size >= maxCached) cache.delete(cache.keys().next().value ?? '')
    cache.set(key, node)
  }
  return node?.cloneNode(true)
}
