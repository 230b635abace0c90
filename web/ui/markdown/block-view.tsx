import { createElement, memo, use } from 'react'
import type { ReactNode } from 'react'
import type { Token, Tokens } from 'marked'
import { tokensOf } from './parse/blocks.ts'
import type { Block, BlockGroup, DetailsBlock, TextBlock } from './parse/blocks.ts'
import { chunkCode } from './parse/code-chunks.ts'
import { CodeView } from './code-view.tsx'
import { InlineView, renderInline } from './inline-view.tsx'
import type { CalloutToken, FormulaToken, NoteToken } from './parse/lexer.ts'
import { MarkdownLabelsContext } from './markdown-labels.ts'
import { MathSource, MathView } from './math-view.tsx'
import { NoteView } from './note-view.tsx'
import { StreamDot } from './stream-dot.tsx'
import { TableView } from './table-view.tsx'

// A longer paragraph is not drawn while it is out of sight.
const hugeText = 4000

/** What a token needs to know about the block that contains it. */
interface Place {
  block: TextBlock
  /** Inside a list, the list sets the text direction. */
  inList: boolean
}

interface TokenProps extends Place {
  token: Token
  dot: boolean
}

function headingTag(level: number): 'h2' | 'h3' | 'h4' | 'h5' | 'h6' {
  return level <= 2 ? 'h2' : level === 3 ? 'h3' : level === 4 ? 'h4' : level === 5 ? 'h5' : 'h6'
}

function HeadingView({ token, block, dot, inList }: TokenProps): ReactNode {
  const { depth, tokens, raw } = token as Tokens.Heading
  const content = <InlineView tokens={tokens} raw={raw} epoch={block.links} />
  const className = `md-h md-h${depth}`
  // A heading inside a list or a quote is not part of the page's outline.
  if (block.level === 0) {
    return (
      <p className={className} dir={inList ? undefined : 'auto'}>
        {content}
        {dot && <StreamDot />}
      </p>
    )
  }
  return createElement(
    headingTag(block.level),
    { className, dir: 'auto' },
    content,
    dot ? <StreamDot /> : undefined,
  )
}

function ItemInner({ token, block, dot, inList }: TokenProps): ReactNode {
  const item = token as Tokens.ListItem
  return (
    <li className={item.task ? 'md-task' : undefined}>
      {item.task && <TaskMark done={item.checked === true} />}
      <Blocks tokens={item.tokens} block={block} inList={inList} dot={dot} />
    </li>
  )
}

function sameItem(a: TokenProps, b: TokenProps): boolean {
  return (
    a.dot === b.dot &&
    a.block.links === b.block.links &&
    a.token.raw === b.token.raw &&
    (a.token as Tokens.ListItem).loose === (b.token as Tokens.ListItem).loose
  )
}

const ItemView = memo(ItemInner, sameItem)

function TaskMark({ done }: { done: boolean }): ReactNode {
  const labels = use(MarkdownLabelsContext)
  return (
    <span
      className="md-check"
      data-done={done}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- drawn by the style sheet, without an image file
      role="img"
      aria-label={done ? labels.taskDone : labels.taskOpen}
    />
  )
}

function ListView({ token, block, dot }: TokenProps): ReactNode {
  const list = token as Tokens.List
  const items = list.items.map((item, index) => (
    <ItemView
      // oxlint-disable-next-line react/no-array-index-key -- items are only appended
      key={index}
      token={item}
      block={block}
      inList
      dot={dot && index === list.items.length - 1}
    />
  ))
  const continued = block.ordinal !== 0 && block.tokens?.[0] === token
  const className = `${list.loose ? 'md-loose' : 'md-tight'}${continued ? ' md-continued' : ''}`
  if (!list.ordered) {
    return (
      <ul className={className} dir="auto">
        {items}
      </ul>
    )
  }
  const start = continued ? block.ordinal : Number(list.start)
  return (
    <ol className={className} dir="auto" start={start === 1 ? undefined : start}>
      {items}
    </ol>
  )
}

function CodeTokenInner({ token, dot }: TokenProps): ReactNode {
  const { text, lang } = token as Tokens.Code
  const language = /^[^\s{,]*/.exec(lang ?? '')?.[0] ?? ''
  return <CodeView language={language.slice(0, 40)} chunks={chunkCode(text)} closed={!dot} dot={dot} />
}

const CodeTokenView = memo(CodeTokenInner, (a, b) => a.token.raw === b.token.raw && a.dot === b.dot)

function QuoteView({ token, block, dot }: TokenProps): ReactNode {
  const labels = use(MarkdownLabelsContext)
  const { tokens, callout } = token as CalloutToken
  const content = <Blocks tokens={tokens} block={block} inList={false} dot={dot} />
  if (callout === undefined) return <blockquote>{content}</blockquote>
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- no element means a callout
    <div className="md-callout" role="note" data-kind={callout} aria-label={labels.callouts[callout]}>
      <p className="md-callout-title" aria-hidden="true">
        {labels.callouts[callout]}
      </p>
      {content}
    </div>
  )
}

function TokenView(props: TokenProps): ReactNode {
  const { token, block, dot, inList } = props
  switch (token.type) {
    case 'heading':
      return <HeadingView {...props} />
    case 'list':
      return <ListView {...props} />
    case 'blockquote':
      return <QuoteView {...props} />
    case 'note': {
      const { label, tokens } = token as unknown as NoteToken
      return (
        <NoteView label={label}>
          <Blocks tokens={tokens} block={block} inList={false} dot={dot} />
        </NoteView>
      )
    }
    case 'code':
      return <CodeTokenView {...props} />
    case 'table': {
      const { header, rows } = token as Tokens.Table
      return <TableView head={header} chunks={[rows]} dot={dot} />
    }
    case 'formula': {
      const { tex, raw } = token as unknown as FormulaToken
      return <MathView tex={tex} source={raw.trim()} display />
    }
    case 'hr':
      return <hr />
    case 'text':
      return (
        <>
          <InlineView tokens={(token as Tokens.Text).tokens} raw={token.raw} epoch={block.links} />
          {dot && <StreamDot />}
        </>
      )
    default:
      return (
        <p dir={inList ? undefined : 'auto'} className={token.raw.length > hugeText ? 'md-huge' : undefined}>
          <InlineView tokens={(token as Tokens.Paragraph).tokens} raw={token.raw} epoch={block.links} />
          {dot && <StreamDot />}
        </p>
      )
  }
}

function isShown(token: Token): boolean {
  return token.type !== 'space' && token.type !== 'def' && token.type !== 'checkbox'
}

function Blocks({ tokens, dot, ...place }: Place & { tokens: readonly Token[]; dot: boolean }): ReactNode {
  const shown = tokens.filter(isShown)
  return shown.map((token, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- tokens are only appended
    <TokenView key={index} token={token} dot={dot && index === shown.length - 1} {...place} />
  ))
}

interface BlockProps {
  block: Block
  /** This block contains the last word of an answer that is still being written. */
  dot: boolean
}

function BlockInner({ block, dot }: BlockProps): ReactNode {
  switch (block.kind) {
    case 'text':
      return <Blocks tokens={tokensOf(block)} block={block} inList={false} dot={dot} />
    case 'code':
      return <CodeView language={block.language} chunks={block.chunks} closed={block.closed} dot={dot} />
    case 'table':
      return <TableView head={block.head} chunks={block.chunks} dot={dot} />
    case 'details':
      return <DetailsView block={block} dot={dot} />
    case 'math':
      return block.closed ? (
        <MathView tex={block.tex} source={block.source} display />
      ) : (
        <MathSource source={block.tex} display />
      )
  }
}

const BlockView = memo(BlockInner)

function GroupInner({ group, dot }: { group: BlockGroup; dot: boolean }): ReactNode {
  const last = group.blocks.length - 1
  return group.blocks.map((block, index) => (
    <BlockView key={block.key} block={block} dot={dot && index === last} />
  ))
}

export const GroupView = memo(GroupInner)

function DetailsView({ block, dot }: { block: DetailsBlock; dot: boolean }): ReactNode {
  const labels = use(MarkdownLabelsContext)
  return (
    <details className="md-details" open={block.open}>
      <summary dir="auto">
        {block.summary.length === 0 ? labels.details : renderInline(block.summary)}
        {/* The last word may be folded away. */}
        {dot && <StreamDot />}
      </summary>
      {block.groups.map((group) => (
        <GroupView key={group.key} group={group} dot={false} />
      ))}
    </details>
  )
}
