import type { PromptMessage } from './upstream.ts'

/**
 * The answer of the built-in demo model. The same conversation always gets the same text, so that any instance can
 * resume an answer that another instance began.
 */
export function demoText(messages: PromptMessage[]): string {
  const asked = messages.findLast(({ role }) => role === 'user')?.content.trim() ?? ''
  const count = /\bcount (?:up )?to (\d{1,4})\b/i.exec(asked)?.[1]
  if (count) return countTo(Number(count))
  const fresh = !messages.some(({ role }) => role === 'assistant')
  return fresh || /\btour\b/i.test(asked) ? tour : repeatQuestion(asked)
}

/** The answer to a user who continues an answer that is already complete. */
export const demoNothingToAdd = '\n\nThe demo model has nothing to add here. Ask it something else.'

const tour = `# Welcome to Shoal

I am the **built-in demo model**. I cannot think: my answers are prepared texts, so that you can try Shoal before you connect a real model.

## What Shoal is

Shoal is a self-hosted AI chat for teams. One server is enough to start. Several servers that share a database and Redis work as one:

| when | what happens |
| --- | --- |
| you reload the page | the answer continues |
| you press *Stop* | it stops, on every server |
| a server fails | another server continues the answer |

## Connect a real model

An administrator can add a provider under **Administration → Connections**, with its address and, if needed, an API key. Or set it when you start Shoal:

\`\`\`sh
OPENAI_API_BASE_URL=https://api.openai.com/v1 \\
OPENAI_API_KEY=your-key npm start
\`\`\`

OpenAI, vLLM, llama.cpp, Ollama and most other providers work.

## Why several servers

If each server is up with probability $a$, at least one of $n$ servers is up with probability

$$
A = 1 - (1 - a)^n
$$

## Try this

1. Write \`count to 500\`, then reload the page during the answer.
2. Open the same chat in a second window.
3. Ask me anything. I can only repeat your question, not answer it.
`

/** The maximum length of the quoted question, in characters. */
const maxQuotedLength = 1000

function repeatQuestion(asked: string): string {
  const cut = asked.length > maxQuotedLength
  const shown = cut ? `${asked.slice(0, maxQuotedLength).trimEnd()} …` : asked
  const quote = shown
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n')
  const words = asked === '' ? 0 : asked.split(/\s+/).length
  const size = `${words} ${words === 1 ? 'word' : 'words'} and ${asked.length} characters`
  return `You wrote ${size}:

${quote}

This is the built-in demo model: it cannot think, so it can only repeat your question. A real model would answer it. An administrator can connect one under **Administration → Connections**. Write \`tour\` to see the tour again, or \`count to 500\` for a long answer.
`
}

function countTo(to: number): string {
  const numbers = Array.from({ length: to }, (_, index) => index + 1)
  return `Even a demo model can count:\n\n${numbers.join(' ')}\n\nDone.\n`
}
