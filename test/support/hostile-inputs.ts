import { RegExpParser } from '@eslint-community/regexpp'
import type { AST } from '@eslint-community/regexpp'

/** Makes a text of about `length` characters for which a pattern may take very long. */
export interface HostileInput {
  name: string
  make: (length: number) => string
}

/** Characters that are tried wherever a pattern accepts several characters. */
const alphabet = Array.from('aA1 \t\n-_.,:;/\\*+=?!<>()[]{}"\'`~#%&@|$^ü\u2028\u0000\uD800')
const maxPumps = 16

/**
 * Creates inputs from the pattern itself. For each repetition in the pattern, an input has the text that must precede
 * it, then the repeated piece many times (or both many times), and then a text that makes the match fail.
 */
export function hostileInputs(source: string, flags: string): HostileInput[] {
  const pattern = new RegExpParser().parsePattern(source, 0, source.length, {
    unicode: flags.includes('u'),
    unicodeSets: flags.includes('v'),
  })
  const samples = new Samples(source, flags)
  const inputs = new Map<string, HostileInput>()
  const add = (name: string, make: HostileInput['make']): void => void inputs.set(name, { name, make })
  for (const { before, pumps } of repetitions(pattern.alternatives, '', samples)) {
    for (const pump of pumps) {
      for (const bad of ['\u0000', '\nx', ' ', '']) {
        add(JSON.stringify([before, pump, bad]), (length) => before + repeated(pump, length) + bad)
        add(JSON.stringify([`(${before}${pump})*`, bad]), (length) => repeated(before + pump, length) + bad)
      }
    }
    if (before !== '') add(JSON.stringify([`(${before})*`]), (length) => repeated(before, length))
  }
  return [...inputs.values()]
}

const repeated = (piece: string, length: number): string =>
  piece.repeat(Math.max(1, Math.ceil(length / piece.length)))

interface Repetition {
  before: string
  pumps: string[]
}

function repetitions(alternatives: AST.Alternative[], before: string, samples: Samples): Repetition[] {
  return alternatives.flatMap(({ elements }) => {
    let text = before
    return elements.flatMap((element) => {
      const found = repetitionsOf(element, text, samples)
      text += samples.shortest(element)
      return found
    })
  })
}

function repetitionsOf(element: AST.Element, before: string, samples: Samples): Repetition[] {
  if (element.type === 'Quantifier') {
    const pumps = element.max >= 50 ? samples.several(element.element).filter((pump) => pump !== '') : []
    return [{ before, pumps }, ...repetitionsOf(element.element, before, samples)]
  }
  if (element.type === 'Group' || element.type === 'CapturingGroup') {
    return repetitions(element.alternatives, before, samples)
  }
  const looksAround = element.type === 'Assertion' && 'alternatives' in element
  return looksAround ? repetitions(element.alternatives, before, samples) : []
}

/** Finds texts that match parts of a pattern. */
class Samples {
  readonly #flags: string
  readonly #candidates: string[]

  constructor(source: string, flags: string) {
    this.#flags = flags.replaceAll(/[gy]/g, '')
    this.#candidates = [...new Set(['a', '1', ' ', ...Array.from(source), ...alphabet])]
  }

  shortest(element: AST.Element): string {
    switch (element.type) {
      case 'Quantifier':
        return this.shortest(element.element).repeat(element.min)
      case 'Group':
      case 'CapturingGroup':
        return this.#ofAlternative(element.alternatives[0])
      case 'Assertion':
      case 'Backreference':
        return ''
      case 'Character':
      case 'CharacterClass':
      case 'CharacterSet':
      case 'ExpressionCharacterClass':
      default:
        return this.#characters(element)[0] ?? ''
    }
  }

  /** Returns several texts that the element matches; other parts of the pattern may match some of them, too. */
  several(element: AST.QuantifiableElement): string[] {
    if (element.type === 'Group' || element.type === 'CapturingGroup') {
      return element.alternatives.flatMap((alternative) => {
        const whole = this.#ofAlternative(alternative)
        const [first] = alternative.elements
        const inner = first?.type === 'Quantifier' ? this.several(first.element) : []
        return [whole, ...inner.slice(0, maxPumps)]
      })
    }
    if (element.type === 'Assertion' || element.type === 'Backreference') return []
    return this.#characters(element).slice(0, maxPumps)
  }

  #ofAlternative(alternative: AST.Alternative | undefined): string {
    return (alternative?.elements ?? []).map((element) => this.shortest(element)).join('')
  }

  #characters(element: AST.Element): string[] {
    if (element.type === 'Character') return [String.fromCodePoint(element.value)]
    const one = new RegExp(`^(?:${element.raw})$`, this.#flags)
    return this.#candidates.filter((candidate) => one.test(candidate))
  }
}
