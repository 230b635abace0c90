import type { Token } from 'marked'

/** The HTML tags that are rendered inside a line. They have no attributes; any other tag is shown as text. */
export type InlineTag = 'sub' | 'sup' | 'kbd' | 'mark'

/** The tokens between an opening tag and its closing tag. */
export interface TagToken {
  type: 'tag'
  raw: string
  tag: InlineTag
  tokens: Token[]
}

const tag = /^<(\/?)(sub|sup|kbd|mark)>$/i
/** The beginning of such a tag at the end of an unfinished text. */
export const unfinishedTag = /^<\/?(?:s(?:u[bp]?)?|k(?:bd?)?|m(?:a(?:rk?)?)?)?$/i
/** Such a tag at the start of a text. */
export const startingTag = /^<(\/?)(sub|sup|kbd|mark)>/i
// More deeply nested tags are shown as text.
const maxDepth = 16

interface Open {
  token: Token
  tag: InlineTag
  tokens: Token[]
}

/** Moves the tokens between allowed tags into a token of their own. Tags without a partner stay as they are. */
export function nestTags(tokens: readonly Token[]): readonly Token[] {
  if (!tokens.some((token) => token.type === 'html' && tag.test(token.raw))) return tokens
  const result: Token[] = []
  const open: Open[] = []
  const inner = (): Token[] => open.at(-1)?.tokens ?? result
  const leave = (top: Open): void => void inner().push(top.token, ...top.tokens)
  for (const token of tokens) {
    const found = token.type === 'html' ? tag.exec(token.raw) : null
    const name = found?.[2]?.toLowerCase() as InlineTag | undefined
    if (found === null || name === undefined) inner().push(token)
    else if (found[1] === '') {
      if (open.length < maxDepth) open.push({ token, tag: name, tokens: [] })
      else inner().push(token)
    } else if (!open.some((entry) => entry.tag === name)) inner().push(token)
    else {
      for (let top = open.pop(); top !== undefined; top = open.pop()) {
        if (top.tag === name) {
          const raw = [top.token, ...top.tokens, token].map((part) => part.raw).join('')
          inner().push({
            type: 'tag',
            raw,
            tag: name,
            tokens: top.tokens,
          } satisfies TagToken)
          break
        }
        leave(top)
      }
    }
  }
  for (let top = open.pop(); top !== undefined; top = open.pop()) leave(top)
  return result
}
