import { createElement, Fragment, memo, use } from 'react'
import type { ReactNode } from 'react'
import type { Token, Tokens } from 'marked'
import { decodeEntities } from './parse/decode-entities.ts'
import { nestTags } from './parse/inline-tags.ts'
import type { TagToken } from './parse/inline-tags.ts'
import type { FormulaToken } from './parse/lexer.ts'
import { MarkdownLabelsContext } from './markdown-labels.ts'
import { MathView } from './math-view.tsx'
import { NoteReferenceView } from './note-view.tsx'
import type { NoteReference } from './parse/note-syntax.ts'
import { ownImage, safeHref } from './parse/safe-link.ts'

interface LinkProps {
  href: string
  children: ReactNode
}

function LinkView({ href, children }: LinkProps): ReactNode {
  const safe = safeHref(decodeEntities(href))
  if (safe === undefined) return children
  return (
    <a href={safe} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  )
}

function ImageView({ href, text }: { href: string; text: string }): ReactNode {
  const labels = use(MarkdownLabelsContext)
  const own = ownImage(href)
  const description = decodeEntities(text)
  if (own !== undefined)
    return <img className="md-image" src={own} alt={description} loading="lazy" decoding="async" />
  const words = description.trim() === '' ? labels.image : `${labels.image}: ${description}`
  return <LinkView href={href}>{words}</LinkView>
}

function renderHtml(text: string): ReactNode {
  // Models use this tag for line breaks in table cells. For tags with content see `nestTags`.
  return /^<br\s*\/?>$/i.test(text) ? <br /> : text
}

function renderToken(token: Token, inLink: boolean): ReactNode {
  switch (token.type) {
    case 'text': {
      const { tokens, text } = token as Tokens.Text
      return tokens === undefined ? decodeEntities(text) : renderInline(tokens, inLink)
    }
    case 'escape':
      return (token as Tokens.Escape).text
    case 'strong':
      return <strong>{renderInline((token as Tokens.Strong).tokens, inLink)}</strong>
    case 'em':
      return <em>{renderInline((token as Tokens.Em).tokens, inLink)}</em>
    case 'del':
      return <del>{renderInline((token as Tokens.Del).tokens, inLink)}</del>
    case 'codespan':
      return <code dir="ltr">{(token as Tokens.Codespan).text}</code>
    case 'br':
      return <br />
    case 'link': {
      const { href, tokens } = token as Tokens.Link
      const words = renderInline(tokens, true)
      return inLink ? words : <LinkView href={href}>{words}</LinkView>
    }
    case 'image': {
      const { href, text } = token as Tokens.Image
      return inLink ? decodeEntities(text) : <ImageView href={href} text={text} />
    }
    case 'html':
      return renderHtml((token as Tokens.HTML).raw)
    case 'tag': {
      const { tag, tokens } = token as unknown as TagToken
      return createElement(tag, undefined, renderInline(tokens, inLink))
    }
    case 'note-reference':
      return <NoteReferenceView {...(token as unknown as NoteReference)} />
    case 'formula': {
      const { tex, display, raw } = token as unknown as FormulaToken
      return <MathView tex={tex} source={raw} display={display} />
    }
    default:
      return token.raw
  }
}

/** Renders inline tokens as React nodes. Plain text stays a string, so most paragraphs are a single text node. */
export function renderInline(tokens: readonly Token[] | undefined, inLink = false): ReactNode {
  if (tokens === undefined) return null
  if (tokens.length === 1 && tokens[0] !== undefined) return renderToken(tokens[0], inLink)
  return nestTags(tokens).map((token, index) => {
    const node = renderToken(token, inLink)
    // oxlint-disable-next-line react/no-array-index-key -- a token has no other key, and tokens never move
    return typeof node === 'string' ? node : <Fragment key={index}>{node}</Fragment>
  })
}

interface InlineProps {
  tokens: readonly Token[] | undefined
  /** The source of the tokens. The same source is not rendered again. */
  raw: string
  epoch: unknown
}

function InlineInner({ tokens }: InlineProps): ReactNode {
  return renderInline(tokens)
}

export const InlineView = memo(InlineInner, (a, b) => a.raw === b.raw && a.epoch === b.epoch)
