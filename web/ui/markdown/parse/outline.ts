/**
 * Assigns the headings of a message their levels in the page, whose `h1` is the title. The first heading is an `h2`,
 * whatever its depth in the source, and no level is skipped, so that the page's outline has no gaps.
 */
export class Outline {
  #open: Array<{ depth: number; level: number }> = []

  place(depth: number): number {
    while ((this.#open.at(-1)?.depth ?? 0) > depth) this.#open.pop()
    const top = this.#open.at(-1)
    if (top?.depth === depth) return top.level
    const level = Math.min(6, (top?.level ?? 1) + 1)
    this.#open.push({ depth, level })
    return level
  }

  copy(): Outline {
    const copy = new Outline()
    copy.#open = [...this.#open]
    return copy
  }
}
