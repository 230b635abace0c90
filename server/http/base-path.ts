/**
 * The address as the routes know it. Some proxies take the path below which they serve us off, others leave it: both are
 * right, so what does not begin with it stays as it is.
 */
export function withoutBasePath(url: string, basePath: string): string {
  if (basePath === '' || !url.startsWith(basePath)) return url
  const rest = url.slice(basePath.length)
  if (rest === '' || rest.startsWith('?')) return `/${rest}`
  return rest.startsWith('/') ? rest : url
}
