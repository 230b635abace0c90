import { useRef, useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'
import { useMutation } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import type { ConnectionView } from '../../../protocol/http/connections.ts'
import { call } from '../../api/call.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Field, Select, TextArea } from '../../ui/field.tsx'
import { useInitialFocus } from '../../ui/use-initial-focus.ts'
import { SwitchField } from '../../ui/switch-field.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { belongsToField, fieldError } from '../errors/error-text.ts'
import { needsTest, passesTest } from './connection-test.ts'
import { completeAddress, hostOf, originOf, saveConnection } from './save-connection.ts'
import type { ConnectionValues } from './save-connection.ts'
import { VerifyResult } from './verify-result.tsx'

type Kind = ConnectionValues['kind']

const shownFields = ['name', 'baseUrl', 'key', 'prefix', 'continues', 'modelIds']

/**
 * A form for a provider’s address and key. It tests the connection before it saves it, by requesting the list of models;
 * if that fails, the user may save it anyway.
 */
export function ConnectionForm({
  connection,
  kind: fixedKind,
  onSaved,
  onCancel,
  saveLabel,
}: {
  connection: ConnectionView | null
  kind?: Kind
  onSaved: () => void
  onCancel?: () => void
  saveLabel: string
}): ReactNode {
  const { t } = useLingui()
  const focused = useInitialFocus<HTMLInputElement>()
  const { values, set, setValues, verify, save, passes, submit } = useConnectionForm(connection, {
    fixedKind,
    onSaved,
  })
  const failed = verify.data !== undefined && !passes(verify.data)
  const keepsKey = connection?.hasKey === true && originOf(connection.baseUrl) === originOf(values.baseUrl)
  const error = (field: string): string | undefined =>
    fieldError(save.error, field) ?? fieldError(verify.error, field)
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {!connection && fixedKind === undefined && (
        <Select
          label={t`Type`}
          value={values.kind}
          onChange={(event) => set({ kind: event.target.value as Kind })}
        >
          <option value="openai">{t`OpenAI or a compatible API`}</option>
          <option value="ollama">Ollama</option>
        </Select>
      )}
      <Field
        label={t`Address`}
        type="text"
        inputMode="url"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        required
        {...(fixedKind === undefined ? {} : { ref: focused })}
        placeholder={values.kind === 'openai' ? 'https://api.openai.com/v1' : 'http://localhost:11434'}
        value={values.baseUrl}
        error={error('baseUrl')}
        onChange={(event) => set({ baseUrl: event.target.value })}
        onBlur={() => {
          const baseUrl = completeAddress(values.baseUrl)
          if (baseUrl !== values.baseUrl) setValues({ ...values, baseUrl })
        }}
      />
      <Field
        label={t`API key`}
        type="password"
        autoComplete="off"
        hint={
          !connection?.hasKey
            ? undefined
            : keepsKey
              ? t`A key is saved but can’t be shown. Leave this field empty to keep it.`
              : t`This address is on a different server. Enter that server’s API key: your saved key is removed when you save.`
        }
        placeholder={keepsKey ? '••••••••' : values.kind === 'ollama' ? t`Optional` : 'sk-…'}
        value={values.key}
        error={error('key')}
        onChange={(event) => set({ key: event.target.value })}
      />
      <Field
        label={t`Name`}
        maxLength={100}
        placeholder={hostOf(values.baseUrl)}
        value={values.name}
        error={error('name')}
        onChange={(event) => set({ name: event.target.value })}
      />
      <AdvancedFields values={values} set={set} error={error} />
      <VerifyResult
        result={verify.data}
        error={belongsToField(verify.error, shownFields) ? null : verify.error}
      />
      {!belongsToField(save.error, shownFields) && <ErrorNotice error={save.error} />}
      <div className="flex flex-wrap justify-end gap-2">
        {onCancel && (
          <Button look="plain" onClick={onCancel}>
            <Trans>Cancel</Trans>
          </Button>
        )}
        {failed ? (
          <Button busy={save.isPending} onClick={() => save.mutate()}>
            <Trans>Save anyway</Trans>
          </Button>
        ) : (
          <Button busy={verify.isPending} disabled={values.baseUrl === ''} onClick={() => verify.mutate()}>
            <Trans>Test connection</Trans>
          </Button>
        )}
        <Button look="primary" type="submit" busy={save.isPending || verify.isPending}>
          {verify.isPending ? <Trans>Testing…</Trans> : saveLabel}
        </Button>
      </div>
    </form>
  )
}

/** The values of the form, the test of the connection, and how it is saved. */
function useConnectionForm(
  connection: ConnectionView | null,
  { fixedKind, onSaved }: { fixedKind: Kind | undefined; onSaved: () => void },
) {
  const [values, setValues] = useState<ConnectionValues>({
    kind: connection?.kind === 'ollama' ? 'ollama' : (fixedKind ?? 'openai'),
    name: connection?.name ?? '',
    baseUrl: connection?.baseUrl ?? '',
    key: '',
    prefix: connection?.prefix ?? '',
    continues: connection?.continues ?? 'auto',
    openAiParamsOnly: connection?.openAiParamsOnly ?? false,
    models: connection?.modelIds.join('\n') ?? '',
  })
  /** The connection as it was when the form opened. */
  const [opened] = useState(connection)
  /** Counts the edits, so that the result of a test does not save values that were typed during the test. */
  const edits = useRef(0)
  const set = (change: Partial<ConnectionValues>): void => {
    edits.current++
    setValues({ ...values, ...change })
    verify.reset()
  }
  const key = values.key === '' ? {} : { key: values.key }
  const verify = useMutation({
    mutationFn: () =>
      call('verifyConnection', {
        body: {
          kind: values.kind,
          baseUrl: completeAddress(values.baseUrl),
          ...key,
          ...(connection ? { id: connection.id } : {}),
        },
      }),
  })
  const save = useMutation({
    mutationFn: () => saveConnection(values, opened),
    onSuccess: onSaved,
  })
  const passes = (result: typeof verify.data): boolean => passesTest(result, values)
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    if (verify.isPending || save.isPending) return
    save.reset()
    if (!needsTest(values, opened) || passes(verify.data)) return save.mutate()
    const tested = edits.current
    verify.mutate(undefined, {
      onSuccess: (result) => {
        if (tested === edits.current && passes(result)) save.mutate()
      },
    })
  }
  return { values, set, setValues, verify, save, passes, submit }
}

function AdvancedFields({
  values,
  set,
  error,
}: {
  values: ConnectionValues
  set: (change: Partial<ConnectionValues>) => void
  error: (field: string) => string | undefined
}): ReactNode {
  const { t } = useLingui()
  return (
    <details className="group/rare">
      <summary className="flex min-h-7 list-none items-center gap-1 text-muted touch:min-h-11">
        <span className="group-open/rare:rotate-90">
          <Icon name="right" size={16} />
        </span>
        <Trans>Advanced</Trans>
      </summary>
      <div className="flex flex-col gap-4 pt-3">
        <Field
          label={t`Prefix`}
          maxLength={50}
          hint={t`Added before the model names of this connection. Use it if two connections offer models with the same name.`}
          value={values.prefix}
          error={error('prefix')}
          onChange={(event) => set({ prefix: event.target.value })}
        />
        <TextArea
          label={t`Models`}
          rows={3}
          hint={t`One model name per line. Leave empty to offer all models that the provider lists.`}
          value={values.models}
          error={error('modelIds')}
          onChange={(event) => set({ models: event.target.value })}
        />
        <Select
          label={t`Resume partial answers`}
          hint={t`How this provider resumes a partial answer, for example after a server failure. Shoal normally detects this.`}
          value={values.continues}
          onChange={(event) => set({ continues: event.target.value as ConnectionView['continues'] })}
        >
          <option value="auto">{t`Detect automatically`}</option>
          <option value="trailing">{t`Assistant prefill`}</option>
          <option value="prefix">{t`Prefix flag (DeepSeek)`}</option>
          <option value="vllm">{t`vLLM style`}</option>
          <option value="none">{t`Off (start over)`}</option>
        </Select>
        {values.kind === 'openai' && (
          <SwitchField
            label={t`Send only documented OpenAI parameters`}
            hint={t`Leaves out all other parameters. Turn this on if a gateway has trouble with them.`}
            checked={values.openAiParamsOnly}
            onChange={(openAiParamsOnly) => set({ openAiParamsOnly })}
          />
        )}
      </div>
    </details>
  )
}
