/** The addresses of the page, in the form of its router. The server serves the page for these addresses only. */
export const pageRoutes = {
  start: '/',
  chat: '/c/$chatId',
  account: '/account',
  connections: '/connections',
  users: '/users',
  cluster: '/cluster',
  settings: '/settings',
} as const
