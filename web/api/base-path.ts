/**
 * The path below which this page is served, without a trailing slash: the value of WEBUI_BASE_PATH, or empty. The
 * server writes it into the HTML, because the files of the page are built without knowing it.
 */
const basePath: string =
  typeof document === 'undefined' ? '' : (document.documentElement.dataset['base'] ?? '')

/** Prefixes a path of the server or the page with the base path. */
export function withBase(path: string): string {
  return basePath + path
}

/** Removes the base path from a path of the browser, as the page's router expects it. */
export function withoutBase(path: string): string {
  if (basePath === '' || !`${path}/`.startsWith(`${basePath}/`)) return path
  return path.slice(basePath.length) || '/'
}

/** Prefix of all names in the browser's storage, because two installations may share an origin. */
export const storagePrefix = `shoal${basePath}:`
