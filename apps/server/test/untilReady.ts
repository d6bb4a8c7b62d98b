import { vi } from "vitest"

/** Waits until a server is ready, which may be behind a proxy that does not listen yet. */
export const untilReady = (url: string, timeout: number): Promise<true> => {
  const isReady = () =>
    fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false
    )
  return vi.waitUntil(isReady, { timeout, interval: 100 })
}
