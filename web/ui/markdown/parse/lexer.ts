import { Lexer, Tokenizer } from 'marked'
import type { Links, MarkedOptions, Token, TokensList, Tokens } from 'marked'
import { matchFormula, mayHoldFormula, nextFormulaStart } from './math-syntax.ts'

// Markers nested more deeply are shown as text, so that no nesting can exhaust the stack, here or in React.
const maxBlockDepth = 16
const maxInlineDepth = 24

/** The token of a formula, which the lexer returns in addition to marked's own tokens. */
export interface FormulaToken {
  type: 'formula'
  raw: string
  tex: string
  display: boolean
}

class BoundedTokenizer extends Tokenizer {
  #blocks = 0
  #inlines = 0

  #nestBlock<T>(run: () => T): T | undefined {
    if (this.#blocks >= maxBlockDepth) return undefined
    this.#blocks++
    try {
      return run()
    } finally {
      this.#blocks--
    }
  }

  #nestInline<T>(run: () => T): T | undefined {
    if (this.#inlines >= maxInlineDepth) return undefined
    this.#inlines++
    try {
      return run()
    } finally {
      this.#inlines--
    }
  }

  override blockquote(source: string): Tokens.Blockquote | undefined {
    return this.#nestBlock(() => super.blockquote(source))
  }

  override list(source: string): Tokens.List | undefined {
    return this.#nestBlock(() => super.list(source))
  }

  // HTML is shown as text. As a block it would also swallow the Markdown on its lines.
  override html(): undefined {
    return undefined
  }

  /** Footnotes are shown as written: `[^1]: …` is not a link definition. */
  override def(source: string): Tokens.Def | undefined {
    return /^ {0,3}\[\^/.test(source) ? undefined : super.def(source)
  }

  override emStrong(source: string, masked: string, before?: string): Tokens.Em | Tokens.Strong | undefined {
    return this.#nestInline(() => super.emStrong(source, masked, before))
  }

  override del(source: string, masked: string, before?: string): Tokens.Del | undefined {
    return this.#nestInline(() => super.del(source, masked, before))
  }

  override link(source: string): Tokens.Link | Tokens.Image | undefined {
    return this.#nestInline(() => super.link(source))
  }

  override reflink(source: string, links: Links): Tokens.Link | Tokens.Image | Tokens.Text | undefined {
    return this.#nestInline(() => super.reflink(source, links))
  }
}

function lastCharacter(tokens: readonly Token[]): string {
  return tokens.at(-1)?.raw.at(-1) ?? ''
}

const formulas: NonNullable<MarkedOptions['extensions']> = {
  renderers: {},
  childTokens: {},
  block: [
    (source) => {
      const match = /^ {0,3}(?:\$\$|\\\[)/.test(source) ? matchFormula(source.trimStart(), '') : undefined
      if (match === undefined) return undefined
      const indent = source.length - source.trimStart().length
      const rest = /^[ \t]*(?:\n|$)/.exec(source.slice(indent + match.raw.length))
      if (rest === null) return undefined
      const raw = source.slice(0, indent + match.raw.length + rest[0].length)
      return { type: 'formula', raw, tex: match.tex, display: true }
    },
  ],
  startBlock: [(source) => /\n {0,3}(?:\$\$|\\\[)/.exec(source)?.index],
  inline: [
    (source, tokens) => {
      const match = matchFormula(source, lastCharacter(tokens))
      return match === undefined ? undefined : { type: 'formula', ...match }
    },
  ],
  startInline: [
    (source) => {
      const at = nextFormulaStart(source, 0)
      return at < 0 ? undefined : at
    },
  ],
}

/** Masks formulas with text of the same length, so that `$a_1 + b_1$` is not searched for emphasis. */
function maskFormulas(source: string): string {
  let result = ''
  let from = 0
  for (let at = nextFormulaStart(source, 0); at >= 0; at = nextFormulaStart(source, at)) {
    const match = matchFormula(source.slice(at, at + 4100), source.charAt(at - 1))
    if (match === undefined) at++
    else {
      result += `${source.slice(from, at)}[${'a'.repeat(match.raw.length - 2)}]`
      at += match.raw.length
      from = at
    }
  }
  return result + source.slice(from)
}

class FormulaMasks {
  emStrongMask(source: string): string {
    return maskFormulas(source)
  }
}

function lexerOptions(source: string): MarkedOptions {
  const options: MarkedOptions = { gfm: true, silent: true, tokenizer: new BoundedTokenizer() }
  if (!mayHoldFormula(source)) return options
  // The lexer uses only this one method of the hooks.
  return {
    ...options,
    extensions: formulas,
    hooks: new FormulaMasks() as NonNullable<MarkedOptions['hooks']>,
  }
}

/** Lexes one segment. Adds its link definitions to `links`, with which its references are resolved. */
export function lexSegment(source: string, links: Links): Token[] {
  const lexer = new Lexer(lexerOptions(source))
  const tokens: TokensList = lexer.tokens
  tokens.links = links
  return lexer.lex(source)
}

export function emptyLinks(): Links {
  return Object.create(null) as Links
}
