import { parseSync } from 'vite'

interface Node {
  type: string
  start: number
  end: number
}

interface CodeMeasures {
  /** Lines of code, without blank lines and comments, as the linter's `max-lines` counts them. */
  lines: number
  /** Lines of code of each function, including its inner functions. */
  functions: number[]
}

/** Measures a TypeScript file. */
export function measureCode(file: string, text: string): CodeMeasures {
  const { program, comments } = parseSync(file, text)
  let code = ''
  let at = 0
  for (const { start, end } of comments) {
    // Comments are replaced by spaces, so that only code remains on a line.
    code += text.slice(at, start) + text.slice(start, end).replaceAll(/[^\n]/g, ' ')
    at = end
  }
  code += text.slice(at)
  const linesBetween = (start: number, end: number): number =>
    code
      .slice(start, end)
      .split('\n')
      .filter((line) => line.trim() !== '').length
  return {
    lines: linesBetween(0, code.length),
    functions: functionsIn(program as unknown as Node).map(({ start, end }) => linesBetween(start, end)),
  }
}

function functionsIn(node: Node): Node[] {
  const inside = Object.values(node)
    .flat()
    .filter((it): it is Node => typeof it === 'object' && it !== null && 'type' in it)
    .flatMap(functionsIn)
  return /^(Function(Declaration|Expression)|ArrowFunctionExpression)$/.test(node.type)
    ? [node, ...inside]
    : inside
}
