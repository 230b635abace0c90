// Shows a sentence where the page cannot run. Written for every browser, so without any newer syntax.
// The list has what the page uses and what came last: Chrome 123, Firefox 128, Safari 17.5.
;(function () {
  var supported = false
  try {
    supported =
      'noModule' in document.createElement('script') &&
      'popover' in HTMLElement.prototype &&
      'any' in AbortSignal &&
      'registerProperty' in CSS &&
      CSS.supports('color', 'light-dark(red, blue)') &&
      CSS.supports('selector(:has(a))')
    // oxlint-disable-next-line no-unused-vars -- `catch` without a name is newer syntax
  } catch (error) {
    // One of the names is unknown.
  }
  if (!supported) document.getElementById('old-browser').removeAttribute('hidden')
})()
