import { Lexer, Tokenizer } from 'marked'
import type { Links, MarkedOptions, Token, TokensList, Tokens } from 'marked'
import { pairEmphasis } from './emphasis-pairs.ts'
import type { EmphasisPairs } from './emphasis-pairs.ts'
import { matchFormula, mayHoldFormula, nextFormulaStart } from './math-syntax.ts'
import { isNumber, matchCallout, matchNote, matchReference, noteKey } from './note-syntax.ts'
import type { CalloutKind, NoteReference } from './note-syntax.ts'
import { addressLength } from './scripts.ts'

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

/** The token of a footnote, which marked handles as a link definition. */
export interface NoteToken {
  type: 'note'
  raw: string
  label: string
  tokens: Token[]
  tag: string
  href: string
  title: undefined
}

/** The token of a quote, or of a callout if it has a kind. */
export type CalloutToken = Tokens.Blockquote & { callout?: CalloutKind }

interface PairedText {
  raw: string
  text: string
  /** The length of each delimiter. */
  length: number
}

class BoundedTokenizer extends Tokenizer {
  #blocks = 0
  #inlines = 0
  readonly #pairs = new Map<string, EmphasisPairs | undefined>()

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

  override blockquote(source: string): CalloutToken | undefined {
    const found = matchCallout(source)
    const quote = this.#nestBlock(() => super.blockquote(found?.rest ?? source))
    if (found === undefined || quote === undefined) return quote
    const raw = source.slice(0, source.length - found.rest.length + quote.raw.length)
    return { ...quote, raw, callout: found.kind }
  }

  override list(source: string): Tokens.List | undefined {
    return this.#nestBlock(() => super.list(source))
  }

  // HTML is shown as text. As a block it would also swallow the Markdown on its lines.
  override html(): undefined {
    return undefined
  }

  /** A footnote is recorded among the link definitions, so that its references are resolved like links. */
  override def(source: string): Tokens.Def | undefined {
    const found = matchNote(source)
    if (found === undefined) return /^ {0,3}\[\^/.test(source) ? undefined : super.def(source)
    const { raw, label, text } = found
    const tokens = this.#nestBlock(() => this.lexer.blockTokens(text, []))
    if (tokens === undefined) return undefined
    const note: NoteToken = {
      type: 'note',
      raw,
      label,
      tokens,
      tag: noteKey(label),
      href: '',
      title: undefined,
    }
    return note as unknown as Tokens.Def
  }

  /** The delimiters of a text whose script needs other rules than marked's; undefined if it needs none. */
  #pairsOf(masked: string): EmphasisPairs | undefined {
    if (!this.#pairs.has(masked)) this.#pairs.set(masked, pairEmphasis(masked))
    return this.#pairs.get(masked)
  }

  /** The source and the inner text of the pair that begins at the start of `source`. */
  #pairAt(source: string, masked: string, pairs: EmphasisPairs): PairedText | undefined {
    const at = masked.length - source.length
    const pair = pairs.get(at)
    if (pair === undefined) return undefined
    const raw = source.slice(0, pair.close + pair.length - at)
    return { raw, text: raw.slice(pair.length, -pair.length), length: pair.length }
  }

  override emStrong(source: string, masked: string, before?: string): Tokens.Em | Tokens.Strong | undefined {
    if (source.charAt(0) !== '*' && source.charAt(0) !== '_') return undefined
    const pairs = this.#pairsOf(masked)
    if (pairs === undefined) return this.#nestInline(() => super.emStrong(source, masked, before))
    const found = this.#pairAt(source, masked, pairs)
    if (found === undefined) return undefined
    const { raw, text, length } = found
    return this.#nestInline(() => {
      const tokens = this.lexer.inlineTokens(text)
      return length === 1 ? { type: 'em', raw, text, tokens } : { type: 'strong', raw, text, tokens }
    })
  }

  override del(source: string, masked: string, before?: string): Tokens.Del | undefined {
    if (source.charAt(0) !== '~') return undefined
    const pairs = this.#pairsOf(masked)
    if (pairs === undefined) return this.#nestInline(() => super.del(source, masked, before))
    const found = this.#pairAt(source, masked, pairs)
    if (found === undefined) return undefined
    const { raw, text } = found
    return this.#nestInline(() => ({ type: 'del', raw, text, tokens: this.lexer.inlineTokens(text) }))
  }

  override url(source: string): Tokens.Link | undefined {
    const found = super.url(source)
    if (found === undefined) return undefined
    const length = addressLength(found.raw)
    return length < found.raw.length ? super.url(source.slice(0, length)) : found
  }

  override link(source: string): Tokens.Link | Tokens.Image | undefined {
    return this.#nestInline(() => super.link(source))
  }

  override reflink(source: string, links: Links): Tokens.Link | Tokens.Image | Tokens.Text | undefined {
    const found = matchReference(source)
    if (found !== undefined) {
      const { raw, label } = found
      const defined = Object.hasOwn(links, noteKey(label))
      if (!defined && !isNumber(label)) return { type: 'text', raw, text: raw }
      const note: NoteReference = { type: 'note-reference', raw, label, defined }
      return note as unknown as Tokens.Link
    }
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
  const options: MarkedOptions = { gfm: true, breaks: true, silent: true, tokenizer: new BoundedTokenizer() }
  if (!mayHoldFormula(source)) return options
  // The lexer uses only this one method of the hooks.
  return {
    ...options,
    extensions: formulas,
    hooks: new FormulaMasks() as NonNullable<MarkedOptions['hooks']>,
  }
}

/**
 * Lexes one segment. A line end stays a line end (`breaks`): models write verses and addresses as users of a chat do,
 * not as a document whose lines are joined. Adds its link definitions to `links`, with which its references are resolved. */
export function lexSegment(source: string, links: Links): Token[] {
  const lexer = new Lexer(lexerOptions(source))
  const tokens: TokensList = lexer.tokens
  tokens.links = links
  return lexer.lex(source)
}

export function emptyLinks(): Links {
  return Object.create(null) as Links
}
