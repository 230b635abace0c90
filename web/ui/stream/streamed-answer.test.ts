import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { StreamedAnswer } from './streamed-answer.tsx'

const shown = (source: string): string =>
  renderToStaticMarkup(
    createElement(StreamedAnswer, { source, streaming: true, since: Date.now() - 24_500 }),
  ).replaceAll(/<[^>]*>/g, ' ')

test('D27: before its first word an answer waits for the model, and only a model that reasons is thinking', () => {
  expect(shown('')).toContain('Waiting for the model · 24 s')
  expect(shown('<think>Let me see')).toContain('Thinking')
})
