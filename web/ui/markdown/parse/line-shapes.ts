// What a line of markdown can be, told from the line alone.

export const fenceLine = /^ {0,3}(?:(`{3,})[^`]*|(~{3,})(?!~).*)$/
export const headingLine = /^ {0,3}(#{1,6})(?:[ \t]|$)/
export const listLine = /^( {0,3})([*+-]|(\d{1,9})([.)]))(?:[ \t]|$)/
export const quoteLine = /^ {0,3}>/
export const ruleLine = /^ {0,3}(?:(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|(?:\*[ \t]*){3,})$/
export const mathLine = /^ {0,3}(\$\$|\\\[)/
export const setextLine = /^ {0,3}(?:(=+)|(-+))[ \t]*$/
export const delimiterLine = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*(?:\|[ \t]*)?$/

export function isBlank(line: string): boolean {
  return line.trim() === ''
}

/** How many cells a table row has; `\|` separates nothing. */
export function countCells(line: string): number {
  const trimmed = line.trim().replace(/\\\|/g, '')
  return trimmed.replace(/^\|/, '').replace(/\|$/, '').split('|').length
}

/** The width of a line's indentation, tabs to the next multiple of four. */
export function indentOf(line: string): number {
  let width = 0
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at)
    if (code === 32) width++
    else if (code === 9) width += 4 - (width % 4)
    else break
  }
  return width
}

/** The fence that a list item's line opens, or ''. */
export function innerFence(line: string): string {
  const match = fenceLine.exec(line.trimStart())
  return match?.[1] ?? match?.[2] ?? ''
}

export function closesFence(line: string, fence: string): boolean {
  const trimmed = line.trim()
  return trimmed.length >= fence.length && trimmed === fence.charAt(0).repeat(trimmed.length)
}

/** Whether a line without a blank one before it begins a piece of its own. */
export function interrupts(line: string): boolean {
  return fenceLine.test(line) || headingLine.test(line) || mathLine.test(line)
}
