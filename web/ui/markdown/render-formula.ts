type Katex = typeof import('katex')

const maxTex = 4000
const maxKept = 300
const maxHeightEm = 100
/** Of elements in each other. What is read is within 60; how deep KaTeX itself can go depends on the engine's mood. */
const maxDepth = 250

// A definition may stand for much text and be used often: what it can grow to is bounded by both.
const defines =
  /\\(?:[gex]?def|let|futurelet|(?:re|provide)?newcommand|providecommand|DeclareMathOperator)(?![A-Za-z])/
const maxGrowth = 20_000

const kept = new Map<string, Node | null>()

function create(katex: Katex, tex: string, display: boolean): Node | null {
  if (tex.length > maxTex) return null
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
    // A formula that KaTeX does not know is shown as its source: the caller says so.
    return null
  }
  return isTooTall(holder) || isTooDeep(holder) ? null : holder.firstChild
}

/** `\raisebox` and repeated shifts are not bound by `maxSize`; KaTeX writes what a line takes into its struts. */
function isTooTall(holder: Element): boolean {
  return [...holder.querySelectorAll<HTMLElement>('.katex-strut')].some(
    (strut) => Number.parseFloat(strut.style.height) > maxHeightEm,
  )
}

/** Else the same formula would be shown or not as the stack happens to suffice, and thousands of nested boxes laid out. */
function isTooDeep(holder: Element): boolean {
  let level = [...holder.children]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) return true
    level = level.flatMap((element) => [...element.children])
  }
  return false
}

/** The formula as a node built by DOM calls alone, or undefined where its source has to be shown instead. */
export function renderFormula(katex: Katex, tex: string, display: boolean): Node | undefined {
  const key = `${display ? 'd' : 'i'}${tex}`
  let node = kept.get(key)
  if (node === undefined) {
    node = create(katex, tex, display)
    if (kept.size >= maxKept) kept.delete(kept.keys().next().value ?? '')
    kept.set(key, node)
  }
  return node?.cloneNode(true)
}
