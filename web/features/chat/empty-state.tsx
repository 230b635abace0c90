import type { ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import { Shoal } from '../../ui/mark.tsx'

export function Greeting({ name }: { name: string }): ReactNode {
  const firstName = name.trim().split(/\s+/, 1)[0] ?? name
  return (
    <div className="flex flex-1 basis-0 flex-col items-center justify-end gap-5 px-4 pb-8 text-center">
      <Shoal size={84} />
      <h1 className="max-w-full text-greeting font-semibold tracking-tight text-balance [overflow-wrap:anywhere]">
        <Trans>How can I help, {firstName}?</Trans>
      </h1>
    </div>
  )
}

/**
 * Four suggestions that fill the field, for the user to complete or send. The demo model can only answer about itself.
 */
export function Suggestions({ demo, onPick }: { demo: boolean; onPick: (text: string) => void }): ReactNode {
  const { t } = useLingui()
  const starters = demo
    ? [
        [t`Take the tour`, t`Give me a short tour of Shoal.`],
        [t`Connect a model`, t`How do I connect a model of my own?`],
        [t`See formatting examples`, t`Show me a table, some code and a formula.`],
        [t`If a server fails`, t`What happens to an answer when its server fails?`],
      ]
    : [
        [
          t`Explain something`,
          t`Explain how vaccines train the immune system, for a curious twelve-year-old.`,
        ],
        [t`Draft a text`, t`Draft a friendly note that tells the team about a change of plans: `],
        [t`Compare options`, t`Compare three ways to keep a to-do list, in a table with pros and cons.`],
        [t`Review some code`, t`Review this code and name its three weakest places: `],
      ]
  return (
    <div className="flex flex-1 basis-0 flex-col px-4 pt-5">
      <ul
        className="mx-auto grid w-full max-w-measure grid-cols-2 gap-2 max-sm:grid-cols-1"
        aria-label={t`Suggestions`}
      >
        {starters.map(([title = '', text = '']) => (
          <li key={title} className="flex">
            <button
              type="button"
              onClick={() => onPick(text)}
              className="flex min-h-11 w-full flex-col rounded-medium border border-border px-4 py-2.5 text-left transition-colors duration-(--motion-quick) hover:bg-hover"
            >
              <span className="font-medium">{title}</span>
              <span className="line-clamp-1 text-small text-muted">{text}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
