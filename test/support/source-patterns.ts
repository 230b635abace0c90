import { globSync, readFileSync } from 'node:fs'
import { parseSync } from 'vite'

export interface SourcePattern {
  /** `server/chat/title.ts:70 /…/g` */
  place: string
  file: string
  source: string
  flags: string
}

/** A regular expression that is constructed at runtime. */
export interface BuiltPattern {
  file: string
  line: number
  code: string
}

interface Node {
  type?: string
  start?: number
  end?: number
  regex?: { pattern: string; flags: string }
  callee?: { name?: string; property?: { name?: string } }
}

/** Finds all regular expressions of the product's source in its syntax tree, so that none is missed. */
export function findSourcePatterns(): { literals: SourcePattern[]; built: BuiltPattern[] } {
  const literals: SourcePattern[] = []
  const built: BuiltPattern[] = []
  for (const file of globSync('{server,protocol,web}/**/*.{ts,tsx}')) {
    if (/\.(?:test|contract)\.tsx?$/.test(file)) continue
    const code = readFileSync(file, 'utf8')
    const { program, errors } = parseSync(file, code)
    if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
    const lineOf = (at = 0): number => code.slice(0, at).split('\n').length
    visit(program, (node) => {
      if (node.regex) {
        const { pattern, flags } = node.regex
        const place = `${file}:${lineOf(node.start)} /${pattern}/${flags}`
        literals.push({ place, file, source: pattern, flags })
      } else if (isConstruction(node)) {
        built.push({ file, line: lineOf(node.start), code: code.slice(node.start, node.end) })
      }
    })
  }
  return { literals, built }
}

function isConstruction({ type, callee }: Node): boolean {
  if (type !== 'NewExpression' && type !== 'CallExpression') return false
  return callee?.name === 'RegExp' || callee?.property?.name === 'RegExp'
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) return value.forEach((entry) => visit(entry, see))
  see(value)
  for (const entry of Object.values(value)) visit(entry, see)
}
