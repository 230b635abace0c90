import { expect, test } from 'vitest'
import { refusedByHost } from './build-image.ts'

test.each([
  'Error: crun: setrlimit `RLIMIT_NOFILE`: Operation not permitted: OCI permission denied',
  'runc run failed: unable to start container process: unable to apply cgroup configuration: mkdir /sys/fs/cgroup/x: read-only file system',
  'error running container: from /usr/bin/crun creating container for [/bin/sh -c npm ci]: creating cgroup directory `/sys/fs/cgroup/pids/buildah`: Permission denied',
  'container_linux.go:380: process_linux.go:332: applying cgroup configuration for process caused: mountpoint for devices not found',
  'Error: OCI runtime error: runc: error setting rlimits: setrlimit RLIMIT_NPROC: operation not permitted',
])('O11: an error caused by the host is recognized: %s', (message) => {
  expect(message).toMatch(refusedByHost)
})

test.each([
  'npm error code ERESOLVE\nnpm error ERESOLVE could not resolve',
  'COPY failed: file not found in build context: stat server: no such file or directory',
  'error: [vite]: Rolldown failed to resolve import "katex"',
])('O11: an error of the build counts as a failure: %s', (message) => {
  expect(message).not.toMatch(refusedByHost)
})
