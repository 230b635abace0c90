/**
 * Gives a message's headings their level in the page, whose `h1` is its title: the first is an `h2`, whatever depth it
 * was written with, and no level is skipped, so that the page's outline stays whole.
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
