import type { PromptMessage } from './upstream.ts'

/**
 * What the built-in demo model says. A conversation always gets the same words, so that any process can go on where
 * another one stopped.
 */
export function demoText(messages: PromptMessage[]): string {
  const asked = messages.findLast(({ role }) => role === 'user')?.content.trim() ?? ''
  const count = /\bcount (?:up )?to (\d{1,4})\b/i.exec(asked)?.[1]
  if (count) return counting(Number(count))
  const fresh = !messages.some(({ role }) => role === 'assistant')
  return fresh || /\btour\b/i.test(asked) ? tour : echo(asked)
}

/** What comes when a person asks an answer that has been said whole to go on. */
export const demoEncore = '\n\nThat is all the demo model has to say here. Ask it something else.'

const tour = `# Welcome to Shoal

I am the **built-in demo model**. I cannot think: I show you around with prepared words, so that you can try this place before you connect a real model.

## What Shoal is

Shoal is a self-hosted AI chat for teams. One process is enough to start. Give several the same database and Redis, and they work as one:

| when this happens | you see |
| --- | --- |
| you reload the page | the answer goes on |
| you press *Stop* | it stops, on every server |
| a server dies | another one continues the answer |

## Connect a real model

An administrator adds a provider under **Connections**: its address, and a key where one is needed. Or start Shoal with it:

\`\`\`sh
OPENAI_API_BASE_URL=https://api.openai.com/v1 \\
OPENAI_API_KEY=your-key npm start
\`\`\`

OpenAI, vLLM, llama.cpp, Ollama and most others work.

## Why several servers

If one server is up with probability $a$, at least one of $n$ is up with

$$
A = 1 - (1 - a)^n
$$

## Try this

1. Write \`count to 500\`, then reload the page in mid-answer.
2. Open the same chat in a second window.
3. Ask me anything: I will repeat your question, honestly without an answer.
`

/** Enough to know one's question again. */
const quoted = 1000

function echo(asked: string): string {
  const cut = asked.length > quoted
  const shown = cut ? `${asked.slice(0, quoted).trimEnd()} …` : asked
  const quote = shown
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n')
  const words = asked === '' ? 0 : asked.split(/\s+/).length
  const size = `${words} ${words === 1 ? 'word' : 'words'} and ${asked.length} characters`
  return `You wrote ${size}:

${quote}

This is the built-in demo model: it cannot think, so this is all it can say about that. A real model would answer here. An administrator can connect one under **Connections**. Write \`tour\` to see the tour again, or \`count to 500\` for a long answer.
`
}

function counting(to: number): string {
  const numbers = Array.from({ length: to }, (_, index) => index + 1)
  return `Counting is something that even a demo can do:\n\n${numbers.join(' ')}\n\nThat was all.\n`
}
