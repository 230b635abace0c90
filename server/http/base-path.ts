/**
 * Removes the base path from a URL, so that it matches the routes. Some proxies have already removed it, so a URL that
 * does not begin with it is returned unchanged.
 */
export function withoutBasePath(url: string, basePath: string): string {
  if (basePath === '' || !url.startsWith(basePath)) return url
  const rest = url.slice(basePath.length)
  if (rest === '' || rest.startsWith('?')) return `/${rest}`
  return rest.startsWith('/') ? rest : url
}
