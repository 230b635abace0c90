import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { Markdown } from '../../../web/ui/markdown/markdown.tsx'

/**
 * The HTML of a text, without the outer element, the attributes of every block, and the dot of a text that is being
 * written.
 */
export function markdownHtml(text: string, streaming = false): string {
  return renderToStaticMarkup(createElement(Markdown, { text, streaming }))
    .replace(/^<div class="md"[^>]*>(.*)<\/div>$/s, '$1')
    .replaceAll('<span class="md-dot" aria-hidden="true"></span>', '')
    .replaceAll(' dir="auto"', '')
    .replaceAll(' dir="ltr"', '')
    .replaceAll(' target="_blank" rel="noopener noreferrer nofollow"', '')
    .replaceAll(/ class="md-(?:tight|loose|h md-h\d)"/g, '')
}
