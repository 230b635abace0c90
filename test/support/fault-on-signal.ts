// Loaded into an instance with `node --import`. On SIGUSR2 it causes the fault that FAULT_ON_SIGNAL names.
process.on('SIGUSR2', () => {
  setImmediate(() => {
    if (process.env['FAULT_ON_SIGNAL'] === 'reject') void Promise.reject(new Error('a planted rejection'))
    else throw new Error('a planted exception')
  })
})
// Keeps the process running, like a timer that a library never clears.
setInterval(() => {}, 1000)
