import { lazy, Suspense } from 'react'
import type { ComponentType, ReactNode } from 'react'
import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  Outlet,
  useMatches,
  useParams,
} from '@tanstack/react-router'
import { useLingui, Trans } from '@lingui/react/macro'
import { pageRoutes } from '../../protocol/page-routes.ts'
import type { UserView } from '../../protocol/http/users.ts'
import { withBase } from '../api/base-path.ts'
import { useMe } from '../features/session/use-me.ts'
import { ChatPage } from '../features/chat/chat-page.tsx'
import { StatusLine } from '../features/chat/status/status-line.tsx'
import { Waiting } from '../ui/waiting.tsx'
import { PageError } from './page-error.tsx'
import { Shell } from './shell.tsx'

const root = createRootRoute({ component: ShellRoute, notFoundComponent: NotFoundPage })

function ShellRoute(): ReactNode {
  const user = useMe()
  const isAdministration = useMatches({
    select: (matches) => matches.some(({ routeId }) => routeId === administration.id),
  })
  return (
    <Shell user={user} isAdministration={isAdministration && user.role === 'admin'}>
      <Outlet />
    </Shell>
  )
}

// The start page and a chat share one component, so that React keeps everything on the screen when a new chat gets its
// address.
const chats = createRoute({ getParentRoute: () => root, id: 'chats', component: ChatRoute })
const start = createRoute({ getParentRoute: () => chats, path: pageRoutes.start })
const chat = createRoute({ getParentRoute: () => chats, path: pageRoutes.chat })

function ChatRoute(): ReactNode {
  const user = useMe()
  const { chatId } = useParams({ strict: false })
  return <ChatPage chatId={chatId ?? null} user={user} />
}

function lazyPage(load: () => Promise<ComponentType<{ user: UserView }>>): () => ReactNode {
  const Page = lazy(async () => ({ default: await load() }))
  return function LazyPage() {
    const { t } = useLingui()
    const user = useMe()
    return (
      <>
        <Suspense fallback={<Waiting label={t`Loading…`} />}>
          <Page user={user} />
        </Suspense>
        <StatusLine floating />
      </>
    )
  }
}

const account = createRoute({
  getParentRoute: () => root,
  path: pageRoutes.account,
  component: lazyPage(async () => (await import('../features/accounts/account-page.tsx')).AccountPage),
})

const LazyArea = lazy(async () => ({
  default: (await import('../features/admin/administration-area.tsx')).AdministrationArea,
}))
const administration = createRoute({
  getParentRoute: () => root,
  id: 'administration',
  component: AdministrationRoute,
})

function AdministrationRoute(): ReactNode {
  const { t } = useLingui()
  const user = useMe()
  return (
    <Suspense fallback={<Waiting label={t`Loading…`} />}>
      <LazyArea user={user}>
        <Outlet />
      </LazyArea>
    </Suspense>
  )
}

const connections = createRoute({
  getParentRoute: () => administration,
  path: pageRoutes.connections,
  component: lazyPage(async () => (await import('../features/admin/connections-page.tsx')).ConnectionsPage),
})
const users = createRoute({
  getParentRoute: () => administration,
  path: pageRoutes.users,
  component: lazyPage(async () => {
    const { UsersPage } = await import('../features/admin/users-page.tsx')
    return ({ user }) => <UsersPage me={user} />
  }),
})
const cluster = createRoute({
  getParentRoute: () => administration,
  path: pageRoutes.cluster,
  component: lazyPage(async () => (await import('../features/admin/cluster-page.tsx')).ClusterPage),
})
const settings = createRoute({
  getParentRoute: () => administration,
  path: pageRoutes.settings,
  component: lazyPage(async () => (await import('../features/admin/settings-page.tsx')).SettingsPage),
})
const development = import.meta.env.DEV
  ? [
      createRoute({
        getParentRoute: () => root,
        path: '/dev/ui',
        component: lazyPage(async () => (await import('./dev-ui-page.tsx')).DevUiPage),
      }),
    ]
  : []

const routeTree = root.addChildren([
  chats.addChildren([start, chat]),
  account,
  administration.addChildren([connections, users, cluster, settings]),
  ...development,
])

// oxlint-disable-next-line typescript/explicit-function-return-type -- the router's type is its tree
export function createPageRouter() {
  return createRouter({
    routeTree,
    basepath: withBase('/'),
    defaultPreload: 'intent',
    defaultErrorComponent: PageError,
    scrollRestoration: false,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPageRouter>
  }
}

function NotFoundPage(): ReactNode {
  return (
    <main
      id="main"
      className="flex h-full flex-1 flex-col items-center justify-center gap-3 px-5 text-center"
    >
      <h1 className="text-title font-semibold">
        <Trans>This page doesn’t exist</Trans>
      </h1>
      <Link to="/" className="font-semibold text-accent underline-offset-2 hover:underline">
        <Trans>Go to chats</Trans>
      </Link>
    </main>
  )
}
