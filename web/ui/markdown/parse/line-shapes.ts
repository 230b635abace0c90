import { hasUnspacedScript } from './scripts.ts'

// Recognises kinds of Markdown lines from the line alone, without its context.

export const fenceLine = /^ {0,3}(?:(`{3,})[^`]*|(~{3,})(?!~).*)$/
export const headingLine = /^ {0,3}(#{1,6})(?:[ \t]|$)/
export const listLine = /^( {0,3})([*+-]|(\d{1,9})([.)]))(?:[ \t]|$)/
export const quoteLine = /^ {0,3}>/
export const ruleLine = /^ {0,3}(?:(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|(?:\*[ \t]*){3,})$/
export const mathLine = /^ {0,3}(\$\$|\\\[)/
export const detailsLine = /^ {0,3}<details(?: open(?:="")?)?>/i
export const setextLine = /^ {0,3}(?:(=+)|(-+))[ \t]*$/
export const delimiterLine = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*(?:\|[ \t]*)?$/

export function isBlank(line: string): boolean {
  return line.trim() === ''
}

/** Returns the number of cells of a table row; `\|` is not a separator. */
export function countCells(line: string): number {
  const trimmed = line.trim().replace(/\\\|/g, '')
  return trimmed.replace(/^\|/, '').replace(/\|$/, '').split('|').length
}

/** Returns the width of a line's indentation; a tab extends to the next multiple of four. */
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

/** Returns the fence that a line of a list item opens, or ''. */
export function innerFence(line: string): string {
  const match = fenceLine.exec(line.trimStart())
  return match?.[1] ?? match?.[2] ?? ''
}

export function closesFence(line: string, fence: string): boolean {
  const trimmed = line.trim()
  return trimmed.length >= fence.length && trimmed === fence.charAt(0).repeat(trimmed.length)
}

/** Whether a line begins a new segment even without a blank line before it. */
export function canInterrupt(line: string): boolean {
  return fenceLine.test(line) || headingLine.test(line) || mathLine.test(line) || detailsLine.test(line)
}

/** Whether a line after a blank line shows that the formula before it was never closed. */
export function isNoFormula(line: string): boolean {
  if (fenceLine.test(line) || headingLine.test(line) || /^ {0,3}\\\[/.test(line)) return true
  if (/[\\^_=]/.test(line)) return false
  const words = line.split(/[ ,;:]+/).filter((part) => /^\p{L}{2,}$/u.test(part))
  return words.length >= 3 || hasUnspacedScript(line)
}

/** Returns by how many levels of `<details>` a line leads inwards; negative if it leads outwards. */
export function detailsDepth(line: string): number {
  let depth = 0
  for (const found of line.matchAll(/<(\/?)details(?: open(?:="")?)?>/gi)) depth += found[1] === '' ? 1 : -1
  return depth
}
