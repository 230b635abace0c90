import { useState } from 'react'
import type { ReactNode } from 'react'
import { reasoningClose, reasoningOpen } from '../../protocol/transcript.ts'
import '../ui/markdown/markdown.css'
import { ActionSheet, ActionSheetItem } from '../ui/action-sheet.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field, Select } from '../ui/field.tsx'
import { Icon, iconNames } from '../ui/icon.tsx'
import { Fish, Shoal } from '../ui/mark.tsx'
import { Menu, MenuItem } from '../ui/menu.tsx'
import { Notice } from '../ui/notice.tsx'
import { StreamedAnswer } from '../ui/stream/streamed-answer.tsx'
import { Switch } from '../ui/switch.tsx'
import { showToast } from '../ui/toasts.tsx'
import { Waiting } from '../ui/waiting.tsx'
import { Page, Section } from '../features/pages/page.tsx'

const looks = ['primary', 'quiet', 'plain', 'danger'] as const
const answer =
  '## An answer\n\nWith `code`, **weight** and a [link](https://example.org).\n\n```ts\nconst a = 1\n```\n'

/** Shows every component of `web/ui` in every state. It exists in development only, so its texts are not translated. */
export function DevUiPage(): ReactNode {
  const [on, setOn] = useState(true)
  return (
    <Page title="Components">
      <Section title="Mark and icons">
        <div className="flex flex-wrap items-center gap-4">
          <Shoal />
          <Fish size={48} />
          <Fish size={20} />
        </div>
        <div className="flex flex-wrap gap-3 text-muted">
          {iconNames.map((name) => (
            <span key={name} className="flex w-24 flex-col items-center gap-1 text-small">
              <Icon name={name} />
              {name}
            </span>
          ))}
        </div>
      </Section>
      <Section title="Buttons">
        {looks.map((look) => (
          <div key={look} className="flex flex-wrap gap-3">
            <Button look={look}>{look}</Button>
            <Button look={look} icon="plus">
              with icon
            </Button>
            <Button look={look} busy>
              busy
            </Button>
            <Button look={look} disabled>
              disabled
            </Button>
          </div>
        ))}
        <div className="flex flex-wrap items-center gap-3">
          {(['small', 'medium', 'large'] as const).map((size) => (
            <IconButton key={size} icon="send" label={size} size={size} />
          ))}
          <IconButton icon="send" label="filled" size="large" filled />
          <IconButton icon="send" label="filled, disabled" size="large" filled disabled />
          <IconButton icon="pin" label="pressed" pressed />
        </div>
      </Section>
      <Section title="Fields">
        <div className="flex max-w-96 flex-col gap-4">
          <Field label="Empty" placeholder="Placeholder" />
          <Field label="With a hint" hint="What it is for." defaultValue="Value" />
          <Field label="Wrong" error="Must not be this." defaultValue="this" />
          <Field label="Disabled" disabled defaultValue="Value" />
          <Select label="Choice" hint="The platform’s own list.">
            <option>One</option>
            <option>Two</option>
          </Select>
          <div className="flex gap-4">
            <Switch label="Switch" checked={on} onChange={setOn} />
            <Switch label="Disabled" checked={!on} disabled onChange={setOn} />
          </div>
        </div>
      </Section>
      <Section title="Notices, badges, waiting">
        <Notice action={<Button>Try again</Button>}>Something failed, and what helps.</Notice>
        <Notice look="warning">Something is not as it should be.</Notice>
        <Notice look="info">Something to know.</Notice>
        <div className="flex flex-wrap gap-2">
          <Badge>neutral</Badge>
          <Badge look="accent">accent</Badge>
          <Badge look="warning">warning</Badge>
          <Badge look="danger">danger</Badge>
        </div>
        <Waiting label="Waiting…" />
      </Section>
      <OverlayExamples />
      <Section title="Answers">
        <StreamedAnswer source="" streaming />
        <StreamedAnswer source="Words that are coming" streaming />
        <StreamedAnswer source="Words between two servers" streaming link="moving" />
        <StreamedAnswer source={`${reasoningOpen}Thoughts${reasoningClose}${answer}`} reasoningMs={3000} />
      </Section>
    </Page>
  )
}

function OverlayExamples(): ReactNode {
  const [open, setOpen] = useState(false)
  const [sheet, setSheet] = useState(false)
  return (
    <Section title="Over the page">
      <div className="flex flex-wrap gap-3">
        <Menu label="Menu" renderTrigger={(props) => <Button {...props}>Menu</Button>}>
          <MenuItem icon="edit" onSelect={() => undefined}>
            Plain
          </MenuItem>
          <MenuItem checked hint="hint" onSelect={() => undefined}>
            Chosen
          </MenuItem>
          <MenuItem icon="trash" danger onSelect={() => undefined}>
            Danger
          </MenuItem>
        </Menu>
        <Button onClick={() => setOpen(true)}>Dialog</Button>
        <Button onClick={() => setSheet(true)}>Sheet of actions</Button>
        <Button onClick={() => showToast('Done', { label: 'Undo', run: () => undefined })}>Toast</Button>
      </div>
      {sheet && (
        <ActionSheet
          label="A sheet"
          about="What it is about"
          closeLabel="Close"
          onClose={() => setSheet(false)}
        >
          <ActionSheetItem icon="copy" onSelect={() => undefined}>
            Plain
          </ActionSheetItem>
          <ActionSheetItem icon="again" stays onSelect={() => undefined}>
            Leads to more
          </ActionSheetItem>
          <ActionSheetItem icon="trash" danger onSelect={() => undefined}>
            Danger
          </ActionSheetItem>
        </ActionSheet>
      )}
      {open && (
        <Dialog title="A dialog" closeLabel="Close" onClose={() => setOpen(false)}>
          <p>Its words.</p>
        </Dialog>
      )}
    </Section>
  )
}
