import type { Token, Tokens } from 'marked'
import { decodeEntities } from './decode-entities.ts'
import { nestTags } from './inline-tags.ts'

/** Returns the text of inline tokens as shown on the page, without markup; a formula as its source. */
export function plainText(tokens: readonly Token[] | undefined): string {
  return nestTags(tokens ?? [])
    .map(textOf)
    .join('')
}

function textOf(token: Token): string {
  switch (token.type) {
    case 'escape':
    case 'codespan':
      return (token as Tokens.Codespan).text
    case 'br':
      return '\n'
    case 'html':
      return /^<br\s*\/?>$/i.test(token.raw) ? '\n' : token.raw
    case 'text':
    case 'strong':
    case 'em':
    case 'del':
    case 'tag':
    case 'link': {
      const { tokens, text } = token as Tokens.Text
      return tokens === undefined ? decodeEntities(text) : plainText(tokens)
    }
    case 'image':
      return decodeEntities((token as Tokens.Image).text)
    default:
      return token.raw
  }
}
