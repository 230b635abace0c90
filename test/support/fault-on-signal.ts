// Loaded into an instance by `node --import`: SIGUSR2 causes the fault that FAULT_ON_SIGNAL names.
process.on('SIGUSR2', () => {
  setImmediate(() => {
    if (process.env['FAULT_ON_SIGNAL'] === 'reject') void Promise.reject(new Error('a planted rejection'))
    else throw new Error('a planted exception')
  })
})
// What a library may leave open for ever.
setInterval(() => {}, 1000)
