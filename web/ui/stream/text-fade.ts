// Fades in new text with the CSS Custom Highlight API: ranges over the newest text have a paler colour for 120 ms. This
// adds no element, so it causes no layout, and the DOM is the same with and without it.

const steps = 4
const stepMs = 30
/** Maximum number of characters that fade in per update. */
const maxCharacters = 80
/** Characters per millisecond: about 300 words per second. */
const maxRate = 1.5

interface Fresh {
  range: Range
  born: number
}

function supported(): boolean {
  return typeof Highlight === 'function' && 'highlights' in CSS
}

function highlightOf(step: number): Highlight {
  const name = `md-fresh-${step}`
  let highlight = CSS.highlights.get(name)
  if (highlight === undefined) {
    highlight = new Highlight()
    CSS.highlights.set(name, highlight)
  }
  return highlight
}

/** Creates a range over the last `length` characters of an element. */
function lastCharacters(element: Element, length: number): Range | undefined {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  let node: Node | null = element
  while (node.lastChild !== null) node = node.lastChild
  walker.currentNode = node
  if (node.nodeType !== Node.TEXT_NODE) node = walker.previousNode()
  if (node === null) return undefined
  const range = document.createRange()
  range.setEnd(node, node.nodeValue?.length ?? 0)
  let left = length
  for (; node !== null; node = walker.previousNode()) {
    const size = node.nodeValue?.length ?? 0
    range.setStart(node, Math.max(0, size - left))
    if (size >= left) return range
    left -= size
  }
  return range
}

/** Fades in the text that was added to the end of an element since the previous update. One per message. */
export class TextFade {
  #fresh: Fresh[] = []
  #block: Element | undefined
  #length = 0
  #updated = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Call it after each commit. `root` contains the message's blocks. */
  update(root: Element): void {
    const last = lastBlock(root)
    const known = this.#block
    const now = performance.now()
    const passed = now - this.#updated
    this.#updated = now
    // Text from before the first call is not new, and replaced text is not either.
    if (last !== undefined && known !== undefined && known.isConnected && supported()) {
      const added = [{ block: known, length: lengthOf(known) - this.#length }]
      for (let block = known; block !== last && block.nextElementSibling !== null;) {
        block = block.nextElementSibling
        added.push({ block, length: lengthOf(block) })
      }
      const characters = added.reduce((sum, { length }) => sum + length, 0)
      // Nobody can read along at a higher rate, and each step of the fade would be an additional frame to draw.
      if (characters <= Math.min(maxCharacters, maxRate * passed))
        for (const { block, length } of added) this.#fadeIn(block, length)
    }
    this.#block = last
    this.#length = last === undefined ? 0 : lengthOf(last)
  }

  #fadeIn(block: Element, added: number): void {
    // Code gets its syntax colours instead.
    if (added <= 0 || block.classList.contains('md-code')) return
    const range = lastCharacters(block, added)
    if (range === undefined) return
    this.#fresh.push({ range, born: performance.now() })
    highlightOf(0).add(range)
    this.#timer ??= setTimeout(this.#step, stepMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!supported()) return
    for (const { range } of this.#fresh)
      for (let step = 0; step < steps; step++) highlightOf(step).delete(range)
    this.#fresh = []
  }

  readonly #step = (): void => {
    const now = performance.now()
    this.#fresh = this.#fresh.filter(({ range, born }) => {
      const step = Math.floor((now - born) / stepMs)
      for (let other = 0; other < steps; other++) {
        if (other === step) highlightOf(other).add(range)
        else highlightOf(other).delete(range)
      }
      return step < steps
    })
    // A timer, because an animation frame would be drawn even if nothing changes.
    this.#timer = this.#fresh.length === 0 ? undefined : setTimeout(this.#step, stepMs)
  }
}

function lengthOf(element: Element): number {
  return element.textContent?.length ?? 0
}

function lastBlock(root: Element): Element | undefined {
  const last = root.lastElementChild
  const block = last?.classList.contains('md-dot') === true ? last.previousElementSibling : last
  return block ?? undefined
}
