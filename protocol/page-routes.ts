/** The addresses of the page, as its router writes them. The server gives the page for these and for no others. */
export const pageRoutes = {
  start: '/',
  chat: '/c/$chatId',
  account: '/account',
  connections: '/connections',
  users: '/users',
  cluster: '/cluster',
  settings: '/settings',
} as const
