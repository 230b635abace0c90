import { useDeferredValue, useState } from 'react'
import type { ReactNode } from 'react'
import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import type { Role, UserView } from '../../../protocol/http/users.ts'
import { call } from '../../api/call.ts'
import { operationKey } from '../../api/operation-query.ts'
import type { ResponseOf } from '../../../protocol/http/index.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Select } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Waiting } from '../../ui/waiting.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { Page, Rows } from '../pages/page.tsx'
import { SecretOnce } from '../secret-once.tsx'
import { AddUserDialog } from './add-user-dialog.tsx'
import { PendingUsersText } from './problem-texts.tsx'
import { UserRow } from './user-row.tsx'

type Sort = 'newest' | 'name' | 'active'

/** All accounts. The server does the searching, sorting, counting and paging. */
export function UsersPage({ me }: { me: UserView }): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const [text, setText] = useState('')
  const [role, setRole] = useState<Role | ''>('')
  const [sort, setSort] = useState<Sort>('newest')
  const q = useDeferredValue(text.trim())
  const filter = { ...(q === '' ? {} : { q }), ...(role === '' ? {} : { role }), sort }
  const list = useInfiniteQuery({
    queryKey: operationKey('listUsers', { query: filter }),
    queryFn: ({ pageParam, signal }) =>
      call('listUsers', { query: { ...filter, ...(pageParam ? { cursor: pageParam } : {}) } }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const { total, pending = 0 } = list.data?.pages[0] ?? {}
  const users = list.data?.pages.flatMap((page) => page.items) ?? []
  const refresh = (): void => {
    void queryClient.invalidateQueries({ queryKey: operationKey('listUsers') })
    void queryClient.invalidateQueries({ queryKey: operationKey('getAdministration') })
  }
  const [adding, setAdding] = useState(false)
  const [added, setAdded] = useState<ResponseOf<'createUser'> | null>(null)
  return (
    <Page
      isAdministration
      title={t`Users`}
      intro={t`Everyone who can use this workspace. If sign-ups need approval, new accounts wait here.`}
    >
      <div className="flex flex-col gap-4">
        <div>
          <Button look="primary" icon="plus" onClick={() => setAdding(true)}>
            <Trans>Add a user</Trans>
          </Button>
        </div>
        {added && (
          <SecretOnce
            label={t`Password for ${added.user.name}`}
            secret={added.password}
            onDone={() => setAdded(null)}
          />
        )}
        {pending > 0 && role !== 'pending' && (
          <Notice
            look="info"
            action={
              <Button onClick={() => setRole('pending')}>
                <Trans>Show</Trans>
              </Button>
            }
          >
            <PendingUsersText count={pending} />
          </Notice>
        )}
        <div className="grid grid-cols-[1fr_12rem_12rem] gap-3 max-sm:grid-cols-1">
          <Field
            label={t`Search`}
            type="search"
            placeholder={t`Name or email`}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <Select label={t`Role`} value={role} onChange={(event) => setRole(event.target.value as Role | '')}>
            <option value="">{t`All`}</option>
            <option value="admin">{t`Administrators`}</option>
            <option value="user">{t`Users`}</option>
            <option value="pending">{t`Waiting for approval`}</option>
          </Select>
          <Select label={t`Sort by`} value={sort} onChange={(event) => setSort(event.target.value as Sort)}>
            <option value="newest">{t`Newest first`}</option>
            <option value="name">{t`Name`}</option>
            <option value="active">{t`Last active`}</option>
          </Select>
        </div>
        <output className="text-small text-muted">
          {total !== undefined && <Plural value={total} one="# user" other="# users" />}
        </output>
        <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
        {list.isPending && <Waiting label={t`Loading users…`} />}
        {users.length > 0 && (
          <Rows>
            {users.map((user) => (
              <UserRow key={user.id} user={user} self={user.id === me.id} onChanged={refresh} />
            ))}
          </Rows>
        )}
        {list.isSuccess && users.length === 0 && (
          <p className="text-muted">
            <Trans>No users found.</Trans>
          </p>
        )}
        {list.hasNextPage && (
          <div>
            <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              <Trans>Load more</Trans>
            </Button>
          </div>
        )}
      </div>
      {adding && (
        <AddUserDialog
          onClose={() => setAdding(false)}
          onAdded={(account) => {
            setAdding(false)
            setAdded(account)
            refresh()
          }}
        />
      )}
    </Page>
  )
}
